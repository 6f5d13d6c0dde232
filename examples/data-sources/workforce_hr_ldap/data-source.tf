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

# Active Directory as the source, read with Kerberos: no password anywhere.
data "workforce_hr_ldap" "forest" {
  urls = ["ldaps://dc1.corp.example.com"]
  kerberos = {
    realm       = "CORP.EXAMPLE.COM"
    username    = "svc-terraform"
    keytab_file = "/etc/workforce/svc-terraform.keytab"
  }

  base   = "OU=Staff,DC=corp,DC=example,DC=com"
  filter = "(&(objectCategory=person)(objectClass=user)(employeeID=*))"

  fields     = { worker_id = "employeeID", manager_id = "manager" }
  attributes = ["givenName", "sn", "department", "title"]
}
