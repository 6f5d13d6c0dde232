resource "workforce_ad_organizational_unit" "groups" {
  name      = "Groups"
  container = "DC=corp,DC=example,DC=com"
}

resource "workforce_ad_group" "sales" {
  name             = "Sales, all"
  container        = workforce_ad_organizational_unit.groups.distinguished_name
  sam_account_name = "sales-all"
  scope            = "universal"
  category         = "security"
  description      = "Everybody in Sales"
  managed_by       = "10001" # a worker id
}
