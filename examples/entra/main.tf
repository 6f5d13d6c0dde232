# From an HR file to Microsoft Entra ID users: the whole pipeline in one file.

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

variable "domain" {
  description = "Verified domain of the tenant, for user principal names."
  type        = string
  default     = "example.com"
}

variable "as_of" {
  description = "The moment to decide for; null is now."
  type        = string
  default     = null
}

# The tenant and the sign-in come from WORKFORCE_ENTRA_TENANT_ID and its siblings, or from ARM_TENANT_ID and its.
provider "workforce" {
  entra = {}
}

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

resource "workforce_mapping" "entra" {
  target = "entra"
  match  = [{ source = "worker_id", target = "employeeId" }]

  expressions = {
    name = "Join(\" \", [FirstName], [LastName])"
    # Letters that are legal in every name a person gets, not too many of them, no two dots in a row and none at an end;
    # the worker id for a name that leaves nothing.
    plain = <<-EOT
      Replace(Replace(ToLower(Transliterate(Join(".", [FirstName], [LastName]))), , "[^a-z0-9.]", , "", , ), , "[.]+", , ".", , )
    EOT
    login = <<-EOT
      FirstNonEmpty(Replace(Left(Use("plain"), 56), , "^[.]|[.]$", , "", , ), ToLower([worker_id]))
    EOT
  }

  attributes = {
    employeeId  = { source = "worker_id" }
    givenName   = { source = "FirstName" }
    surname     = { source = "LastName" }
    displayName = { expression = "Use(\"name\")" }
    userPrincipalName = {
      expression = "SelectUniqueValue(Join(\"@\", Use(\"login\"), \"${var.domain}\"), Join(\"\", Use(\"login\"), Counter(), \"@${var.domain}\"))"
      apply      = "on_create"
    }
    mailNickname = {
      expression = "SelectUniqueValue(Use(\"login\"), Join(\"\", Use(\"login\"), Counter()))"
      apply      = "on_create"
    }
    jobTitle                   = { source = "JobTitle", when_null = "clear" }
    department                 = { source = "Department", when_null = "clear" }
    "employeeOrgData/division" = { source = "Division", when_null = "clear" }
    companyName                = { source = "Company" }
    employeeType               = { source = "worker_type" }
    employeeHireDate           = { source = "hire_date" }
    city                       = { source = "City", when_null = "clear" }
    country                    = { expression = "Country([CountryCode], \"name\")" }
    usageLocation              = { expression = "Country([CountryCode], \"alpha2\")" }
    businessPhones             = { source = "OfficePhone", when_null = "clear" }
    manager                    = { source = "manager_id", when_null = "clear" }
  }

  worker_lifecycle = {
    prehire_days   = 14
    retention_days = 30
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
      userPrincipalName = "zoe.obrien@${var.domain}"
      displayName       = "Zoë O'Brien"
      usageLocation     = "DE"
      enabled           = "true"
    }
  }]
}

locals {
  # Through local values, the consequences of changed rules show in the same plan.
  rules = workforce_mapping.entra.json
  reads = workforce_mapping.entra.source_attributes # what no rule reads stays out of the state
}

data "workforce_entra_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
  as_of   = var.as_of
  safeguards = {
    min_workers = 500
    max_disable = "3%"
    max_absent  = "1%"
  }
}

resource "workforce_entra_population" "staff" {
  accounts     = data.workforce_entra_accounts.staff.accounts
  max_removals = "10"
}

# The report for the pull request is data.workforce_entra_accounts.staff.report. Read it from the plan:
#
#   terraform show -json plan.bin | jq -r '.prior_state | .. | objects
#     | select(.type? == "workforce_entra_accounts") | .values.report'
#
# As an output it would be a change of every plan, because it tells what is done now, and not what was done.
