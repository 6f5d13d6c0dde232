# The token comes from the environment variable WORKFORCE_REST_TOKEN.
data "workforce_hr_rest" "staff" {
  url     = "https://hr.example.com/api/v1"
  path    = "people"
  records = "data"
  paging = {
    kind           = "cursor"
    parameter      = "after"
    next           = "paging.next"
    total          = "paging.total"
    size_parameter = "limit"
    size           = 200
  }
  columns = {
    Department = "organization.department.name"
    WorkMail   = "$.emails[?@.type == 'work'].address"
  }
  fields = {
    worker_id        = "id"
    status           = "status"
    hire_date        = "dates.hired"
    termination_date = "dates.terminated"
    manager_id       = "manager.id"
  }
  attributes = ["name.first", "name.last", "Department", "WorkMail"]
}
