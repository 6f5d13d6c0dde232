# The service user comes from the environment variables WORKFORCE_HIBOB_SERVICE_USER and WORKFORCE_HIBOB_TOKEN.
data "workforce_hr_hibob" "staff" {
  columns = {
    FirstName  = "root.firstName"
    LastName   = "root.surname"
    Department = "work.department"
    CostCenter = "work.custom.field_1617"
  }
  fields = {
    worker_id = "work.employeeIdInCompany"
  }
  optional_columns = ["internal.terminationDate"]
}
