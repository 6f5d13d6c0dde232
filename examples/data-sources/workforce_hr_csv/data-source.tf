data "workforce_hr_csv" "staff" {
  path = "workers.csv"
  fields = {
    worker_id        = "WorkerID"
    hire_date        = "HireDate"
    termination_date = "EndDate"
    manager_id       = "ManagerID"
    status           = "WorkerStatus"
  }
  attributes   = ["FirstName", "LastName", "Department"]
  date_formats = ["yyyy-MM-dd", "dd.MM.yyyy"]
}
