# What the pipelines need of a configuration: a name for each report, and a place for what was approved.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

variable "approved_directory" {
  type        = string
  default     = null
  description = "Where the .approval files of the reviewed run are. Null, as in plans for a review, compares nothing."
}

variable "workers_file" {
  type = string
}

# Whom a review holds, in holds.auto.tfvars.json: {"holds": {"10042": "2026-12-04"}}.
variable "holds" {
  type        = map(string)
  default     = {}
  description = "The last day of a hold, as YYYY-MM-DD, by worker id. Nothing happens to these people until then, and everybody else goes on."
}

resource "workforce_override" "held" {
  for_each   = toset(values(var.holds))
  worker_ids = [for id, day in var.holds : id if day == each.value]
  hold       = true
  reason     = "Held by a review of the report"
  expires    = each.value
}

data "workforce_hr_csv" "staff" {
  path       = var.workers_file
  fields     = { worker_id = "EmployeeID", status = "Status", hire_date = "HireDate", termination_date = "TerminationDate" }
  attributes = local.reads
}

resource "workforce_mapping" "staff" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID        = { source = "worker_id" }
    cn                = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], [worker_id]))" }
    sAMAccountName    = { expression = "SelectUniqueValue(Append(\"u\", [worker_id]), Append(\"v\", [worker_id]))" }
    userPrincipalName = { expression = "SelectUniqueValue(Append(Append(\"u\", [worker_id]), \"@corp.example.com\"), Append(Append(\"v\", [worker_id]), \"@corp.example.com\"))" }
    displayName       = { expression = "Join(\" \", [FirstName], [LastName])" }
  }
  container = "OU=Staff,DC=corp,DC=example,DC=com"
}

locals {
  rules     = workforce_mapping.staff.json
  reads     = workforce_mapping.staff.source_attributes
  overrides = [for held in workforce_override.held : held.json]
}

data "workforce_ad_accounts" "staff" {
  workers          = data.workforce_hr_csv.staff.json
  mapping          = local.rules
  overrides        = local.overrides
  owned_containers = ["OU=Staff,DC=corp,DC=example,DC=com"]
  report_name      = "ad"
  approved         = var.approved_directory == null ? null : "${var.approved_directory}/ad.approval"
  approved_exempt  = ["joiners", "timely_leavers"] # ordinary people who came into the feed since
}

resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts
}
