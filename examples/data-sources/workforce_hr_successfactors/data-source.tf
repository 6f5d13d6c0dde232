# Everybody as of now, and who starts within 45 days. Who left more than a year ago is not read.
# WORKFORCE_SUCCESSFACTORS_USERNAME and WORKFORCE_SUCCESSFACTORS_PASSWORD are in the environment.
data "workforce_hr_successfactors" "staff" {
  url             = "https://api4.successfactors.com"
  company_id      = "ACME"
  horizon_days    = 45
  terminated_days = 365
  min_records     = 900

  attributes = ["firstName", "lastName", "preferredName", "jobTitle", "department", "costCenterId", "twoCharCountryCode", "officeLocation"]
  paths = {
    officeLocation = "$.employmentNav.results[0].jobInfoNav.results[0].customString35"
  }
}

# Instead, with an OAuth client: it signs in as the user by an assertion that
# the key signs. The key is in WORKFORCE_SUCCESSFACTORS_PRIVATE_KEY.
data "workforce_hr_successfactors" "europe" {
  url        = "https://api2.successfactors.eu"
  company_id = "ACME"
  client_id  = "MjQ4OTY0ZTIyYzE3"
  username   = "SFAPI_PROVISIONING"
  filter     = "employmentNav/jobInfoNav/company eq '1000'"
  time_zone  = "Europe/Berlin"
}
