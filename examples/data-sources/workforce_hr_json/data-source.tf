# {"meta": {"total": 2}, "data": [{"id": "1001", "name": {"first": "Ada", "last": "Lovelace"}, "job": {"start": "2024-01-01"}}, …]}
data "workforce_hr_json" "staff" {
  url                      = "https://hr.example.com/exports/workers.json"
  headers_from_environment = { Authorization = "WORKFORCE_HR_EXPORT_AUTHORIZATION" }
  records                  = "data"
  total_path               = "meta.total"
  fields = {
    worker_id  = "id"
    hire_date  = "job.start"
    manager_id = "job.manager.id"
  }
  attributes = ["name.first", "name.last", "job.department"]
}

# One record a line.
data "workforce_hr_json" "contractors" {
  path  = "contractors.ndjson"
  lines = true
  fields = {
    worker_id = "contractor_id"
  }
}
