# What the accounts should be; see the data source workforce_ad_accounts.
resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts
}

# The plan shows for every group who joins and who leaves:
#
#   ~ members = {
#       ~ "CN=Sales,OU=Groups,DC=corp,DC=example,DC=com" = jsonencode(
#           ~ {
#               - "1001" = "Ada King"
#               + "1004" = "Grace Hopper"
#             }
#         )
#     }
resource "workforce_ad_group_rules" "birthright" {
  accounts = workforce_ad_population.staff.accounts

  rules = {
    "CN=Sales,OU=Groups,DC=corp,DC=example,DC=com"     = "And([enabled], [department] = \"Sales\")"
    "CN=Everybody,OU=Groups,DC=corp,DC=example,DC=com" = "[enabled]"
    "vpn-users"                                        = "And([enabled], [employeeType] <> \"Contractor\")"
  }

  max_leaves = "10%"
}

data "workforce_hr_csv" "staff" {
  path       = "${path.module}/workers.csv"
  fields     = { worker_id = "WorkerID", hire_date = "HireDate" }
  attributes = local.reads
}

data "workforce_ad_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
}

locals {
  rules = workforce_mapping.ad.json
  reads = workforce_mapping.ad.source_attributes # what no rule reads stays out of the state
}

resource "workforce_mapping" "ad" {
  target = "active_directory"
  match  = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID     = { source = "worker_id" }
    cn             = { expression = "Join(\" \", [FirstName], [LastName])" }
    sAMAccountName = { source = "worker_id", apply = "on_create" }
    department     = { source = "Department", when_null = "clear" }
    employeeType   = { source = "WorkerType", when_null = "clear" }
  }
  container = "OU=Staff,DC=corp,DC=example,DC=com"
}
