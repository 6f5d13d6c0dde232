resource "workforce_ad_organizational_unit" "germany" {
  name           = "Germany"
  container      = "OU=Staff,DC=corp,DC=example,DC=com"
  description    = "Everybody who works in Germany"
  create_parents = true # OU=Staff, if it is not there yet
}
