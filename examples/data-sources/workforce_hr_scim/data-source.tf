# The token comes from the environment variable WORKFORCE_SCIM_TOKEN.
data "workforce_hr_scim" "staff" {
  url    = "https://hr.example.com/scim/v2"
  filter = "userType eq \"Employee\""
  columns = {
    FirstName  = "name.givenName"
    LastName   = "name.familyName"
    Department = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"
    WorkMail   = "emails[type eq \"work\"].value"
  }
  fields = {
    hire_date = "urn:example:params:scim:schemas:extension:hr:2.0:Worker:hireDate"
  }
}
