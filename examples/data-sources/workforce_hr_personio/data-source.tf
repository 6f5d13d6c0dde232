# The client comes from the environment variables WORKFORCE_PERSONIO_CLIENT_ID and WORKFORCE_PERSONIO_CLIENT_SECRET.
data "workforce_hr_personio" "staff" {
  columns = {
    FirstName  = "first_name"
    LastName   = "last_name"
    Department = "department.name"
    CostCenter = "cost_centers.0.name"
    Badge      = "dynamic_1234"
  }
}
