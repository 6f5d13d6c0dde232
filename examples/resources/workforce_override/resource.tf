# Nobody waits for the HR system to disable an account.
resource "workforce_override" "investigation" {
  worker_ids = ["1007"]
  enabled    = false
  reason     = "Suspended by the legal department, case 2026-114"
  expires    = "2026-12-31"
}

resource "workforce_override" "acting_director" {
  worker_ids = ["1042"]
  attributes = { title = "Acting Director", manager = "1001" }
  reason     = "Agreed with the board; HR enters it with the next payroll"
  expires    = "2026-12-15"
}

# Rules never enable an account that somebody disabled by hand; this does.
resource "workforce_override" "cleared" {
  worker_ids = ["1033"]
  enabled    = true
  reason     = "Disabled by the service desk while the laptop was lost; it was found"
  expires    = "2026-12-15"
}

# Somebody asks HR first: nothing happens to these people meanwhile, and everybody else goes on.
resource "workforce_override" "asked" {
  worker_ids = ["1051", "1052"]
  hold       = true
  reason     = "Question 1 of the report: fourteen leavers in one office"
  expires    = "2026-12-04"
}

# Through a local value, as rules are: the plan then shows each person's change.
locals {
  overrides = [
    workforce_override.investigation.json,
    workforce_override.acting_director.json,
    workforce_override.cleared.json,
    workforce_override.asked.json,
  ]
}

data "workforce_hr_csv" "staff" {
  path   = "${path.module}/workers.csv"
  fields = { worker_id = "WorkerID", hire_date = "HireDate", manager_id = "ManagerID" }
}

variable "rules" {
  description = "The json of the workforce_mapping, passed through a local value."
  type        = string
}

data "workforce_ad_accounts" "staff" {
  workers   = data.workforce_hr_csv.staff.json
  mapping   = var.rules
  overrides = local.overrides
}
