# The rules of a job of Microsoft Entra provisioning, beside the job: nothing is written until
# the population is added.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

# The tenant comes from WORKFORCE_ENTRA_TENANT_ID and its siblings.
provider "workforce" {}

variable "links" {
  description = "Object id by worker id, as the job knows them."
  type        = map(string)
  default     = {}
}

variable "as_of" {
  description = "The day to compare for; now by default."
  type        = string
  default     = null
}

data "workforce_hr_csv" "staff" {
  path       = "${path.module}/workers.csv"
  attributes = local.converted.source_attributes # the columns that the rules read
  fields     = { worker_id = "WorkerID", status = "Active", hire_date = "StatusHireDate" }
}

locals {
  converted = provider::workforce::mapping_from_entra_schema(file("${path.module}/schema.json"))
  rules     = jsondecode(local.converted.arguments)
}

resource "workforce_mapping" "staff" {
  target           = local.rules.target
  match            = local.rules.match
  attributes       = local.rules.attributes
  container        = try(local.rules.container, null) # Active Directory only, as the next
  container_apply  = try(local.rules.container_apply, null)
  scope            = try(local.rules.scope, null)
  on_out_of_scope  = try(local.rules.on_out_of_scope, null)
  extra_attributes = try(local.rules.extra_attributes, null)
  worker_lifecycle = local.rules.worker_lifecycle
}

locals { mapping = workforce_mapping.staff.json }

# What would be different from what the job has made, person by person. For a job that writes to
# Active Directory, this is workforce_ad_correlation.
data "workforce_entra_correlation" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.mapping
  links   = var.links
  as_of   = var.as_of

  optional_attributes = ["IsSoftDeleted"] # Microsoft's engine makes it, no HR system has it
}

output "differs_by_design" {
  value = local.converted.notes
}

output "differences" {
  value = data.workforce_entra_correlation.staff.report
}
