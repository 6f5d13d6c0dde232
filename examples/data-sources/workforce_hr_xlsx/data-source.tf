data "workforce_hr_xlsx" "staff" {
  path  = "staff.xlsx"
  sheet = "Employees"
  fields = {
    worker_id        = "Personnel No."
    hire_date        = "Hire Date"
    termination_date = "Exit Date"
    manager_id       = "Manager"
  }
  manager_reference = "E-Mail" # the sheet names managers by their address, not by their number
  attributes        = ["First Name", "Last Name", "Department"]
  trailer           = "^Employees: (\\d+)$" # the last row says how many there are
  max_age_hours     = 26                    # written every night: yesterday's file again is an error
}
