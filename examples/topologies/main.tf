# One HR feed, two forests and the tenant that both are synchronised to. Everybody has an account in the forest of their company;
# who changes the company leaves one forest and joins the other one in the same run, with their address.

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

variable "forests" {
  description = "The forests: a controller, the distinguished name of the domain, and the company whose people are there."
  type = object({
    corp = object({ url = string, base_dn = string, company = string })
    emea = object({ url = string, base_dn = string, company = string })
  })
}

variable "upn_suffix" {
  description = "Domain of user principal names and mail addresses, which both forests know as a suffix."
  type        = string
}

# Forests without a trust have no account in common. The variable is in no state and in no plan; give it again to apply a saved plan.
variable "sign_in" {
  description = "The account that the provider signs in with, for each forest; null is what the environment says."
  type = object({
    corp = optional(object({ username = string, password = string }))
    emea = optional(object({ username = string, password = string }))
  })
  default   = {}
  ephemeral = true
  sensitive = true
}

# Each forest is a provider block of its own. WORKFORCE_AD_URL and WORKFORCE_AD_GLOBAL_CATALOG_URL must not be set.
provider "workforce" {
  alias = "corp"
  active_directory = {
    urls     = [var.forests.corp.url]
    username = try(var.sign_in.corp.username, null)
    password = try(var.sign_in.corp.password, null)
  }
}

provider "workforce" {
  alias = "emea"
  active_directory = {
    urls     = [var.forests.emea.url]
    username = try(var.sign_in.emea.username, null)
    password = try(var.sign_in.emea.password, null)
  }
}

# The tenant, by WORKFORCE_ENTRA_TENANT_ID and its siblings.
provider "workforce" {}

data "workforce_hr_csv" "staff" {
  path       = var.workers_file
  fields     = { worker_id = "WorkerID", hire_date = "HireDate", termination_date = "TerminationDate", manager_id = "ManagerID" }
  attributes = local.reads
}

resource "workforce_mapping" "forest" {
  for_each = var.forests
  target   = "active_directory"
  match    = [{ source = "worker_id", target = "employeeID" }]

  scope           = [{ clauses = [{ attribute = "Company", operator = "EQUALS", value = each.value.company }] }]
  on_out_of_scope = "leaver"

  attributes = {
    employeeID        = { source = "worker_id" }
    givenName         = { source = "FirstName" }
    sn                = { source = "LastName" }
    displayName       = { expression = "Join(\" \", [FirstName], [LastName])" }
    cn                = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], [worker_id]))" }
    sAMAccountName    = { expression = "SelectUniqueValue(Left(ToLower(NormalizeDiacritics([LastName])), 15), Join(\"\", Left(ToLower(NormalizeDiacritics([LastName])), 15), Counter()))" }
    userPrincipalName = { expression = "SelectUniqueValue(ToLower(Join(\"\", [FirstName], \".\", [LastName], \"@${var.upn_suffix}\")), ToLower(Join(\"\", [FirstName], \".\", [LastName], Counter(), \"@${var.upn_suffix}\")))" }
    manager           = { source = "manager_id" }
  }
  container        = "OU=Staff,${each.value.base_dn}"
  worker_lifecycle = { leaver_groups = "remove", retention_days = 30 }
}

locals {
  rules = { for name, mapping in workforce_mapping.forest : name => mapping.json }
  reads = distinct(flatten([for mapping in workforce_mapping.forest : mapping.source_attributes]))
}

# What is taken: in the tenant, whoever has it, and in the other forest. The second forest knows what the first one gives in this run.
data "workforce_entra_names" "tenant" {}

data "workforce_ad_names" "emea" {
  provider = workforce.emea
}

data "workforce_ad_accounts" "corp" {
  provider = workforce.corp
  workers  = data.workforce_hr_csv.staff.json
  mapping  = local.rules.corp
  # Other accounts of the domain are not this configuration's.
  owned_containers = ["OU=Staff,${var.forests.corp.base_dn}"]
  taken_names      = { emea = data.workforce_ad_names.emea.names, tenant = data.workforce_entra_names.tenant.names }
}

data "workforce_ad_accounts" "emea" {
  provider = workforce.emea
  workers  = data.workforce_hr_csv.staff.json
  mapping  = local.rules.emea
  # Other accounts of the domain are not this configuration's.
  owned_containers = ["OU=Staff,${var.forests.emea.base_dn}"]
  taken_names      = { corp = data.workforce_ad_accounts.corp.names, tenant = data.workforce_entra_names.tenant.names }
}

resource "workforce_ad_population" "corp" {
  provider = workforce.corp
  accounts = data.workforce_ad_accounts.corp.accounts
}

resource "workforce_ad_population" "emea" {
  provider = workforce.emea
  accounts = data.workforce_ad_accounts.emea.accounts
}

output "reports" {
  value = [data.workforce_ad_accounts.corp.report, data.workforce_ad_accounts.emea.report]
}
