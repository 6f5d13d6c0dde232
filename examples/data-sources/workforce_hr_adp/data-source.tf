# The client comes from the environment variables WORKFORCE_ADP_CLIENT_ID and WORKFORCE_ADP_CLIENT_SECRET.
data "workforce_hr_adp" "staff" {
  client_certificate_file = "adp.crt"
  client_key_file         = "adp.key"
  manager_relationship    = "Manager"
  columns = {
    FirstName  = "person.legalName.givenName"
    LastName   = "person.legalName.familyName1"
    JobTitle   = "primaryWorkAssignment.jobTitle"
    Department = "$.primaryWorkAssignment.homeOrganizationalUnits[?@.typeCode.codeValue == 'Department'].nameCode.shortName"
  }
}
