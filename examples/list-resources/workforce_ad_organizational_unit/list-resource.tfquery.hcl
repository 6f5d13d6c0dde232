list "workforce_ad_organizational_unit" "staff" {
  provider = workforce

  config {
    container = "OU=Staff,DC=corp,DC=example,DC=com"
  }
}
