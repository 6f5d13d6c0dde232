# The key comes from the environment variable WORKFORCE_BAMBOOHR_API_KEY.
data "workforce_hr_bamboohr" "staff" {
  company    = "example"
  attributes = ["firstName", "lastName", "preferredName", "jobTitle", "department", "location", "customCostCenter"]
  sentinels  = ["1001"]
}
