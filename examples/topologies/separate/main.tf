# Two HR systems and two forests that share nothing but the configuration: each feed has its own rules, decisions and population.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

variable "companies" {
  description = "The companies: HR export, a controller of the forest, and the distinguished name of the domain."
  type = object({
    corp = object({ workers_file = string, url = string, base_dn = string })
    emea = object({ workers_file = string, url = string, base_dn = string })
  })
}

provider "workforce" {
  alias            = "corp"
  active_directory = { urls = [var.companies.corp.url] }
}

provider "workforce" {
  alias            = "emea"
  active_directory = { urls = [var.companies.emea.url] }
}

data "workforce_hr_csv" "staff" {
  provider = workforce.corp
  for_each = var.companies
  path     = each.value.workers_file
  fields   = { worker_id = "WorkerID", hire_date = "HireDate", termination_date = "TerminationDate", manager_id = "ManagerID" }
}

resource "workforce_mapping" "company" {
  provider = workforce.corp
  for_each = var.companies
  target   = "active_directory"
  match    = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID     = { source = "worker_id" }
    cn             = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], [worker_id]))" }
    sAMAccountName = { expression = "SelectUniqueValue(Left(ToLower(NormalizeDiacritics([LastName])), 15), Join(\"\", Left(ToLower(NormalizeDiacritics([LastName])), 15), Counter()))" }
    displayName    = { expression = "Join(\" \", [FirstName], [LastName])" }
    manager        = { source = "manager_id" }
  }
  container        = "OU=Staff,${each.value.base_dn}"
  worker_lifecycle = { leaver_groups = "remove", retention_days = 30 }
}

locals {
  rules = { for name, mapping in workforce_mapping.company : name => mapping.json }
}

data "workforce_ad_accounts" "corp" {
  provider = workforce.corp
  workers  = data.workforce_hr_csv.staff["corp"].json
  mapping  = local.rules.corp
}

data "workforce_ad_accounts" "emea" {
  provider = workforce.emea
  workers  = data.workforce_hr_csv.staff["emea"].json
  mapping  = local.rules.emea
}

resource "workforce_ad_population" "corp" {
  provider = workforce.corp
  accounts = data.workforce_ad_accounts.corp.accounts
}

resource "workforce_ad_population" "emea" {
  provider = workforce.emea
  accounts = data.workforce_ad_accounts.emea.accounts
}
