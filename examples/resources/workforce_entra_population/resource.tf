resource "workforce_entra_population" "staff" {
  accounts = data.workforce_entra_accounts.staff.accounts
}

# Beyond 20,000 people: one resource for each part.
resource "workforce_entra_population" "parts" {
  for_each = data.workforce_entra_accounts.large.partitions
  accounts = each.value
}

data "workforce_entra_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
}

data "workforce_entra_accounts" "large" {
  workers   = data.workforce_hr_csv.staff.json
  mapping   = local.rules
  partition = { shards = 16 }
}

data "workforce_hr_csv" "staff" {
  path   = "workers.csv"
  fields = { worker_id = "WorkerID" }
}

variable "rules" {
  description = "The json of a workforce_mapping."
  type        = string
}

locals { rules = var.rules }
