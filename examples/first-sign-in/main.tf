# The public keys of those who hand first passwords over. Their private keys are elsewhere.
locals {
  desk = [
    "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", # age-keygen -y desk.key
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAF5VwyG4rduJ/KuFJtoFKzlcysGyKK0/hf7TLJznIz9 head of the desk",
  ]
}

resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts

  first_password = {
    directory  = "/srv/handover"
    recipients = local.desk
    length     = 16
    issue_to   = ["joiners", "returners"]
  }
}

data "workforce_ad_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = var.rules
}

data "workforce_hr_csv" "staff" {
  path   = "workers.csv"
  fields = { worker_id = "WorkerID" }
}

variable "rules" {
  description = "The json of a workforce_mapping."
  type        = string
}
