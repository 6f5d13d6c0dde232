# Another forest of the same tenant: its users keep their addresses from the joiners of this one.
data "workforce_ad_names" "other" {
  provider = workforce.other
}

data "workforce_ad_accounts" "staff" {
  workers     = var.workers
  mapping     = var.rules
  taken_names = { "other forest" = data.workforce_ad_names.other.names }
}

provider "workforce" {
  alias            = "other"
  active_directory = { domain = "corp.other.example" }
}

variable "workers" {
  description = "The json of an HR data source."
  type        = string
}

variable "rules" {
  description = "The json of a workforce_mapping."
  type        = string
}
