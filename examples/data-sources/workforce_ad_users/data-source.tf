# By key.
data "workforce_ad_users" "crew" {
  worker_ids = ["10001", "10002", "10003"]
  attributes = ["department"]
  on_missing = "skip"
}

# Enabled accounts that HR stands behind, and that nobody signed in with for half a year.
data "workforce_ad_users" "staff" {
  container      = "OU=Staff,DC=corp,DC=example,DC=com"
  enabled        = true
  with_worker_id = true
}

locals {
  staff  = { for login, user in data.workforce_ad_users.staff.users : login => jsondecode(user) }
  unused = [for login, user in local.staff : login if user.last_sign_in != "" && timecmp(timeadd(user.last_sign_in, "4380h"), plantimestamp()) < 0]
}

output "unused" {
  value = local.unused
}

output "administrators" {
  value = { for login, user in local.staff : login => user.privileged if user.privileged != "" }
}
