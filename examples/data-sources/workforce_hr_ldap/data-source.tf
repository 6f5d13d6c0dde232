# The password comes from WORKFORCE_LDAP_PASSWORD.
data "workforce_hr_ldap" "staff" {
  urls     = ["ldaps://hr-ldap.example.com"]
  username = "cn=terraform,ou=services,dc=example,dc=com"

  base   = "ou=people,dc=example,dc=com"
  filter = "(&(objectClass=inetOrgPerson)(employeeNumber=*))"

  fields = {
    worker_id   = "employeeNumber"
    worker_type = "employeeType"
    manager_id  = "manager"
  }
  attributes  = ["givenName", "sn", "departmentNumber", "title", "mail"]
  min_records = 900
}
