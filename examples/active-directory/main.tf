# From an HR file to Active Directory accounts: the whole pipeline in one file.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

variable "workers_file" {
  description = "The HR export."
  type        = string
  default     = "workers.csv"
}

variable "base_dn" {
  description = "Distinguished name of the domain."
  type        = string
  default     = "DC=corp,DC=example,DC=com"
}

variable "upn_suffix" {
  description = "Domain of user principal names."
  type        = string
  default     = "corp.example.com"
}

variable "as_of" {
  description = "The moment to decide for; null is now."
  type        = string
  default     = null
}

# The controllers and the sign-in come from WORKFORCE_AD_URL and its siblings.
provider "workforce" {}

data "workforce_hr_csv" "staff" {
  path = var.workers_file
  fields = {
    worker_id        = "WorkerID"
    status           = "WorkerStatus"
    worker_type      = "WorkerType"
    hire_date        = "HireDate"
    termination_date = "TerminationDate"
    last_day_of_work = "LastDayOfWork"
    on_leave         = "OnLeave"
    manager_id       = "ManagerID"
    time_zone        = "TimeZone"
  }
  attributes = local.reads
}

resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]

  expressions = {
    name = "Join(\" \", [FirstName], [LastName])"
    # Letters that are legal in every name a person gets, no two dots in a row and none at an end; the worker id
    # for a name that leaves nothing.
    plain = <<-EOT
      Replace(Replace(ToLower(Transliterate(Join(".", [FirstName], [LastName]))), , "[^a-z0-9.]", , "", , ), , "[.]+", , ".", , )
    EOT
    login = <<-EOT
      FirstNonEmpty(Replace(Use("plain"), , "^[.]|[.]$", , "", , ), ToLower([worker_id]))
    EOT
  }

  attributes = {
    employeeID  = { source = "worker_id" }
    givenName   = { source = "FirstName" }
    sn          = { source = "LastName" }
    displayName = { expression = "Use(\"name\")" }
    cn = {
      expression = "SelectUniqueValue(Left(Use(\"name\"), 64), Join(\" \", Left(Use(\"name\"), 59), Counter()))"
      apply      = "on_create"
    }
    sAMAccountName = {
      expression = "SelectUniqueValue(Replace(Left(Use(\"login\"), 20), , \"[.]+$\", , \"\", , ), Join(\"\", Left(Use(\"login\"), 16), Counter()))"
      apply      = "on_create"
    }
    userPrincipalName = {
      expression = "SelectUniqueValue(Join(\"@\", Use(\"login\"), \"${var.upn_suffix}\"), Join(\"\", Use(\"login\"), Counter(), \"@${var.upn_suffix}\"))"
      apply      = "on_create"
    }
    title           = { source = "JobTitle", when_null = "clear" }
    department      = { source = "Department", when_null = "clear" }
    division        = { source = "Division", when_null = "clear" }
    company         = { source = "Company" }
    employeeType    = { source = "worker_type" }
    l               = { source = "City", when_null = "clear" }
    c               = { expression = "Country([CountryCode], \"alpha2\")" }
    co              = { expression = "Country([CountryCode], \"name\")" }
    countryCode     = { expression = "Country([CountryCode], \"numeric\")" }
    telephoneNumber = { source = "OfficePhone", when_null = "clear" }
    manager         = { source = "manager_id", when_null = "clear" }
  }

  container = "Switch([worker_type], \"OU=Staff,${var.base_dn}\", \"Contractor\", \"OU=Contractors,${var.base_dn}\")"

  worker_lifecycle = {
    prehire_days     = 14
    leaver_groups    = "remove"
    leaver_container = "OU=Leavers,${var.base_dn}"
    retention_days   = 30
  }

  examples = [{
    name = "accents and apostrophes make a plain login"
    worker = {
      worker_id   = "1"
      worker_type = "Employee"
      hire_date   = "2026-01-01"
      FirstName   = "Zoë"
      LastName    = "O'Brien"
      CountryCode = "DE"
    }
    expect = {
      sAMAccountName = "zoe.obrien"
      displayName    = "Zoë O'Brien"
      co             = "Germany"
      container      = "OU=Staff,${var.base_dn}"
      enabled        = "true"
    }
  }]
}

locals {
  # Through local values, the consequences of changed rules show in the same plan.
  rules = workforce_mapping.ad.json
  reads = workforce_mapping.ad.source_attributes # what no rule reads stays out of the state
}

data "workforce_ad_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
  as_of   = var.as_of
  safeguards = {
    min_workers = 500
    max_disable = "3%"
    max_absent  = "1%"
  }
}

resource "workforce_ad_population" "staff" {
  accounts     = data.workforce_ad_accounts.staff.accounts
  max_removals = "10"
}

# The report for the pull request is data.workforce_ad_accounts.staff.report. Read it from the plan:
#
#   terraform show -json plan.bin | jq -r '.prior_state | .. | objects
#     | select(.type? == "workforce_ad_accounts") | .values.report'
#
# As an output it would be a change of every plan, because it tells what is done now, and not what was done.
