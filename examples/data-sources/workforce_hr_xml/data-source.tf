data "workforce_hr_xml" "staff" {
  path       = "staff.xml"
  records    = "/wd:Report_Data/wd:Report_Entry"
  total_path = "/wd:Report_Data/@count"
  namespaces = { wd = "urn:com.workday.report/Staff" }
  columns = {
    worker_id  = "wd:Employee_ID"
    hire_date  = "wd:Hire_Date"
    manager_id = "wd:Manager/wd:ID[@wd:type='Employee_ID']"
    FirstName  = "Name/First" # without a prefix: in any namespace
    LastName   = "Name/Last"
    WorkPhone  = "Phone[@type='work']"
  }
}
