# The tenant's cloud-only users keep their addresses from the joiners of Active Directory.
data "workforce_entra_names" "tenant" {}

data "workforce_ad_accounts" "staff" {
  workers     = var.workers
  mapping     = var.rules
  taken_names = { tenant = data.workforce_entra_names.tenant.names }
}

variable "workers" {
  description = "The json of an HR data source."
  type        = string
}

variable "rules" {
  description = "The json of a workforce_mapping."
  type        = string
}
