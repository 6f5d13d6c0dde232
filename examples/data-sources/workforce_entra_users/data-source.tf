data "workforce_entra_users" "crew" {
  worker_ids = ["10001", "10002", "10003"]
  attributes = ["department"]
  on_missing = "skip"
}

output "mail_by_worker" {
  value = { for id, user in data.workforce_entra_users.crew.users : id => one(jsondecode(user).attributes.mail) }
}
