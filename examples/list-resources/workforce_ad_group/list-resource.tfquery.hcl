list "workforce_ad_group" "birthright" {
  provider = workforce

  config {
    container = "OU=Groups,DC=corp,DC=example,DC=com"
  }
}
