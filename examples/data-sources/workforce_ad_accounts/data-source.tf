data "workforce_ad_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
  reserved = {
    sAMAccountName = ["admin", "backup"]
  }
  safeguards = {
    min_workers = 900
    max_disable = "3%"
    max_enable  = "3%"
    max_delete  = "5 or 1%" # the larger of both
    sentinels   = ["10001"]
    exceptions = [{
      limit   = "max_disable"
      allow   = 120
      reason  = "Site closure in Leeds, approved in CHG-1042"
      expires = "2026-12-31"
    }]
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
