# Everybody as of now, and who starts or leaves within 45 days.
# WORKFORCE_WORKDAY_USERNAME and WORKFORCE_WORKDAY_PASSWORD are in the environment.
data "workforce_hr_workday" "staff" {
  url          = "https://wd3-services1.workday.com/ccx/service/acme/Human_Resources/v44.2"
  horizon_days = 45
  min_records  = 900

  attributes = ["FirstName", "LastName", "PreferredFirstName", "BusinessTitle", "SupervisoryOrganization", "CountryReferenceTwoLetter", "CostCenter"]
  xpaths = {
    CostCenter = "wd:Worker/wd:Worker_Data/wd:Organization_Data/wd:Worker_Organization_Data/wd:Organization_Data[wd:Organization_Type_Reference/wd:ID[@wd:type='Organization_Type_ID']='COST_CENTER']/wd:Organization_Code/text()"
  }
  time_zones = {
    LOC_BERLIN = "Europe/Berlin"
    LOC_AUSTIN = "America/Chicago"
  }
}

# A custom report instead, with the credentials of an API client from
# WORKFORCE_WORKDAY_CLIENT_ID, _CLIENT_SECRET and _REFRESH_TOKEN.
data "workforce_hr_workday" "report" {
  url    = "https://wd3-services1.workday.com"
  tenant = "acme"
  report = {
    owner      = "hr_admin"
    name       = "CR_INT_Identity_Workers"
    parameters = { Effective_as_of_Date = "2026-11-22" }
  }
  fields = {
    worker_id        = "Employee_ID"
    status           = "Worker_Status"
    hire_date        = "Hire_Date"
    termination_date = "Termination_Date"
    manager_id       = "Manager_ID"
  }
  min_records = 900
}
