# Employees come from one system, contractors from another, and work places
# from a third that only adds to them.
data "workforce_hr_merge" "everybody" {
  sources = [
    { name = "employees", workers = data.workforce_hr_csv.employees.json },
    # Contractors are counted by themselves: their 1001 is not the 1001 of the employees.
    { name = "contractors", workers = data.workforce_hr_csv.contractors.json, id_prefix = "C-" },
    { name = "facilities", workers = data.workforce_hr_csv.facilities.json },
  ]
  primary = ["employees", "contractors"]
  authority = {
    Location = ["facilities", "employees", "contractors"]
  }
  person_key  = "UniversalID"
  id_from_key = true
  type_order  = ["Employee", "Contractor"]
  bridge_days = 3
}

data "workforce_hr_csv" "employees" {
  path   = "employees.csv"
  fields = { worker_id = "WorkerID" }
}

data "workforce_hr_csv" "contractors" {
  path   = "contractors.csv"
  fields = { worker_id = "WorkerID" }
}

data "workforce_hr_csv" "facilities" {
  path   = "facilities.csv"
  fields = { worker_id = "WorkerID" }
}
