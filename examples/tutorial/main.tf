# The tutorial: three people of a file become users of a sandbox tenant.

terraform {
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

data "workforce_hr_csv" "staff" {
  path = "workers.csv"
  fields = {
    worker_id        = "WorkerID"
    hire_date        = "HireDate"
    termination_date = "TerminationDate"
    manager_id       = "ManagerID"
  }
  attributes = module.workforce.source_attributes # what no rule reads stays out of the state
  min_filled = { TerminationDate = 0 }            # nobody has left yet
}

module "workforce" {
  source     = "../modules/workforce"
  workers    = data.workforce_hr_csv.staff.json
  entra      = { domain = "example.com" }
  safeguards = { min_workers = 3 }
}
