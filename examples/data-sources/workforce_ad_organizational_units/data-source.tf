data "workforce_ad_organizational_units" "offices" {
  container = "OU=Staff,DC=corp,DC=example,DC=com"
  filter    = "(description=Office*)"
}

output "container_of_office" {
  value = {
    for path, unit in data.workforce_ad_organizational_units.offices.organizational_units : jsondecode(unit).name => path
  }
}
