# One HR feed and two domains of one forest: everybody has an account in the domain of their company, and managers may have theirs in
# the other domain. Active Directory links objects of one forest, so a manager there is given by distinguished name.

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

variable "domains" {
  description = "The domains: a controller, and the distinguished name."
  type = object({
    corp = object({ url = string, base_dn = string })
    emea = object({ url = string, base_dn = string })
  })
}

# Each domain is a provider block of its own: the global catalog of the forest is read only.
provider "workforce" {
  alias            = "corp"
  active_directory = { urls = [var.domains.corp.url] }
}

provider "workforce" {
  alias            = "emea"
  active_directory = { urls = [var.domains.emea.url] }
}

data "workforce_hr_csv" "staff" {
  path   = var.workers_file
  fields = { worker_id = "WorkerID", hire_date = "HireDate", termination_date = "TerminationDate", manager_id = "ManagerID" }
}

locals {
  # The rules of both domains, but for the manager.
  attributes = {
    employeeID     = { source = "worker_id" }
    cn             = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], [worker_id]))" }
    sAMAccountName = { expression = "SelectUniqueValue(Left(ToLower(NormalizeDiacritics([LastName])), 15), Join(\"\", Left(ToLower(NormalizeDiacritics([LastName])), 15), Counter()))" }
    displayName    = { expression = "Join(\" \", [FirstName], [LastName])" }
  }
}

resource "workforce_mapping" "corp" {
  target           = "active_directory"
  match            = [{ source = "worker_id", target = "employeeID" }]
  scope            = [{ clauses = [{ attribute = "Company", operator = "EQUALS", value = "Example Corp" }] }]
  on_out_of_scope  = "leaver"
  attributes       = merge(local.attributes, { manager = { source = "manager_id" } })
  container        = "OU=Staff,${var.domains.corp.base_dn}"
  worker_lifecycle = { leaver_groups = "remove", retention_days = 30 }
}

locals {
  corp_rules = workforce_mapping.corp.json
}

data "workforce_ad_accounts" "corp" {
  provider = workforce.corp
  workers  = data.workforce_hr_csv.staff.json
  mapping  = local.corp_rules
}

locals {
  # Where the people of corp are, or will be after this run.
  corp_people = {
    for id, account in { for id, text in data.workforce_ad_accounts.corp.accounts : id => jsondecode(text) } :
    id => "CN=${provider::workforce::escape_dn(account.common_name)},${account.container}" if account.enabled
  }
}

resource "workforce_mapping" "emea" {
  target          = "active_directory"
  match           = [{ source = "worker_id", target = "employeeID" }]
  scope           = [{ clauses = [{ attribute = "Company", operator = "EQUALS", value = "Example EMEA" }] }]
  on_out_of_scope = "leaver"
  # A manager of corp by distinguished name; anybody else by worker id, as always.
  attributes       = merge(local.attributes, { manager = { expression = "Lookup([manager_id], \"corp_people\", [manager_id])" } })
  tables           = { corp_people = local.corp_people }
  container        = "OU=Staff,${var.domains.emea.base_dn}"
  worker_lifecycle = { leaver_groups = "remove", retention_days = 30 }
}

locals {
  emea_rules = workforce_mapping.emea.json
}

data "workforce_ad_accounts" "emea" {
  provider = workforce.emea
  workers  = data.workforce_hr_csv.staff.json
  mapping  = local.emea_rules
}

resource "workforce_ad_population" "corp" {
  provider = workforce.corp
  accounts = data.workforce_ad_accounts.corp.accounts
}

# A manager has to be there before anybody is linked to them.
resource "workforce_ad_population" "emea" {
  provider   = workforce.emea
  accounts   = data.workforce_ad_accounts.emea.accounts
  depends_on = [workforce_ad_population.corp]
}
