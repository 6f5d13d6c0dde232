# User name and password come from WORKFORCE_SQL_USERNAME and WORKFORCE_SQL_PASSWORD.
data "workforce_hr_sql" "staff" {
  driver              = "postgresql"
  host                = "hr-db.example.com"
  database            = "hr"
  ca_certificate_file = "hr-db-ca.pem"

  query      = <<-SQL
    SELECT e.employee_no, e.first_name, e.last_name, e.hired, e.left_on, e.status, m.employee_no AS manager_no, d.name AS department
    FROM hr.employee e
    LEFT JOIN hr.employee m ON m.id = e.manager_id
    LEFT JOIN hr.department d ON d.id = e.department_id
    WHERE e.company = $1
  SQL
  parameters = ["1000"]

  fields = {
    worker_id        = "employee_no"
    hire_date        = "hired"
    termination_date = "left_on"
    status           = "status"
    manager_id       = "manager_no"
  }
  min_records = 900
}
