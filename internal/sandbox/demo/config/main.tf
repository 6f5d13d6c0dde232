# The configuration of the demo: a whole company from a CSV file into Active Directory.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

provider "workforce" {} # connection and credentials come from WORKFORCE_AD_* in the environment

variable "as_of" {
  type        = string
  description = "The moment to decide for; outside of a demo, leave as_of out: it is now."
}

data "workforce_hr_csv" "staff" {
  path = "${path.module}/workers.csv"
  fields = {
    worker_id        = "WorkerID"
    status           = "WorkerStatus"
    hire_date        = "HireDate"
    termination_date = "EndDate"
    manager_id       = "ManagerID"
  }
}

resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "[worker_id]", target = "employeeID" }]

  attributes = {
    employeeID  = { source = "worker_id" }
    givenName   = { source = "FirstName" }
    sn          = { source = "LastName" }
    displayName = { expression = "Join(\" \", [FirstName], [LastName])" }
    title       = { source = "JobTitle", when_null = "clear" }
    department  = { source = "Department", when_null = "clear" }
    company     = { source = "Company" }
    l           = { source = "City" }
    manager     = { source = "manager_id" }

    cn                = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], [worker_id]))", apply = "on_create" }
    sAMAccountName    = { expression = "SelectUniqueValue(Use(\"login\"), Join(\"\", Left(Use(\"login\"), 14), [worker_id]), Join(\"\", \"u\", [worker_id]))", apply = "on_create" }
    userPrincipalName = { expression = "SelectUniqueValue(Join(\"@\", Use(\"login\"), \"corp.example.com\"), Join(\"\", Use(\"login\"), [worker_id], \"@corp.example.com\"))", apply = "on_create" }
  }

  expressions = {
    # Letters and digits of any name, at most 20: zoe.obrien
    login = "Left(ToLower(Replace(NormalizeDiacritics(Join(\".\", [FirstName], [LastName])), , \"[^A-Za-z0-9.]\", , \"\", , )), 20)"
  }

  tables = {
    country = {
      DE = "OU=Germany,OU=Staff,DC=corp,DC=example,DC=com"
      FR = "OU=France,OU=Staff,DC=corp,DC=example,DC=com"
      GB = "OU=United Kingdom,OU=Staff,DC=corp,DC=example,DC=com"
      US = "OU=United States,OU=Staff,DC=corp,DC=example,DC=com"
    }
  }
  container = "Lookup([CountryCode], \"country\", \"OU=Other,OU=Staff,DC=corp,DC=example,DC=com\")"

  lifecycle = {
    prehire_days     = 14
    leaver_container = "\"OU=Leavers,DC=corp,DC=example,DC=com\""
    retention_days   = 90
  }
}

locals {
  rules = workforce_mapping.ad.json # through a local: a change of rules shows its consequences in the same plan
}

data "workforce_ad_accounts" "staff" {
  workers    = data.workforce_hr_csv.staff.json
  mapping    = local.rules
  as_of      = var.as_of
  safeguards = { min_workers = 900, max_disable = "3%", max_delete = 0 }
}

resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts
}

output "review" {
  value = data.workforce_ad_accounts.staff.report
}
