data "workforce_ad_organizational_unit" "staff" {
  distinguished_name = "OU=Staff,DC=corp,DC=example,DC=com"
}

resource "workforce_ad_group" "sales" {
  name      = "Sales"
  container = data.workforce_ad_organizational_unit.staff.distinguished_name
}
