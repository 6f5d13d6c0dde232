# 00001017Lovelace            Ada         20240101
# T00000001
data "workforce_hr_fixed_width" "staff" {
  path     = "staff.txt"
  encoding = "windows-1252"
  columns = [
    { name = "PersonnelNumber", start = 1, width = 8 },
    { name = "LastName", start = 9, width = 20 },
    { name = "FirstName", start = 29, width = 12 },
    { name = "HireDate", start = 41, width = 8 },
  ]
  fields = {
    worker_id = "PersonnelNumber"
    hire_date = "HireDate"
  }
  date_formats = ["yyyyMMdd"]
  trailer      = "^T(\\d{8})$"
}
