data "workforce_ad_group" "admins" {
  sid          = "${data.workforce_ad_domain.corp.sid}-512"
  read_members = "all"
}

data "workforce_ad_domain" "corp" {}

# People among the administrators of the domain that HR does not know.
output "unknown_to_hr" {
  value = [
    for member in values(data.workforce_ad_group.admins.members) : jsondecode(member).name
    if jsondecode(member).class == "user" && jsondecode(member).worker_id == ""
  ]
}
