# Look first: nothing is written, and nothing stops this data source.
data "workforce_entra_correlation" "staff" {
  workers       = data.workforce_hr_csv.staff.json
  mapping       = local.rules
  owned_domains = ["example.com"]
}

# A pipeline that must not go on before everybody is clear.
check "everybody_is_clear" {
  assert {
    condition     = length(data.workforce_entra_correlation.staff.ambiguous) == 0
    error_message = "Ambiguous workers: ${join(", ", data.workforce_entra_correlation.staff.ambiguous)}. See the report."
  }
}

data "workforce_hr_csv" "staff" {
  path   = "workers.csv"
  fields = { worker_id = "WorkerID" }
}

variable "rules" {
  description = "The json of a workforce_mapping."
  type        = string
}

locals { rules = var.rules }
