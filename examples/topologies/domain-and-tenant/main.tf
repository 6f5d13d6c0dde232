# HR to one domain, which Microsoft Entra Connect synchronises to a tenant: the account is made and disabled in Active Directory, and
# what only the tenant has is written at the user that the account becomes there.

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
  default     = "../workers.csv"
}

variable "base_dn" {
  description = "Distinguished name of the domain."
  type        = string
}

# Both directories come from WORKFORCE_AD_URL, WORKFORCE_ENTRA_TENANT_ID and their siblings.
provider "workforce" {}

data "workforce_hr_csv" "staff" {
  path   = var.workers_file
  fields = { worker_id = "WorkerID", hire_date = "HireDate", termination_date = "TerminationDate", manager_id = "ManagerID" }
}

resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID     = { source = "worker_id" }
    cn             = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], [worker_id]))" }
    sAMAccountName = { expression = "SelectUniqueValue(Left(ToLower(NormalizeDiacritics([LastName])), 15), Join(\"\", Left(ToLower(NormalizeDiacritics([LastName])), 15), Counter()))" }
    displayName    = { expression = "Join(\" \", [FirstName], [LastName])" }
    manager        = { source = "manager_id" }
  }
  container        = "OU=Staff,${var.base_dn}"
  worker_lifecycle = { leaver_groups = "remove", retention_days = 30 }
}

# Users who are synchronised keep what Active Directory masters; no user is created.
resource "workforce_mapping" "tenant" {
  target            = "entra"
  synchronised_only = true
  match             = [{ source = "worker_id", target = "employeeId" }]
  attributes        = { usageLocation = { constant = "DE" } }
}

locals {
  ad     = workforce_mapping.ad.json
  tenant = workforce_mapping.tenant.json
}

data "workforce_ad_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.ad
}

data "workforce_entra_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.tenant
}

resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts
}

resource "workforce_entra_population" "staff" {
  accounts = data.workforce_entra_accounts.staff.accounts
}
