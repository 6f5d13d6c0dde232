data "workforce_ad_groups" "vpn" {
  container    = "OU=Groups,DC=corp,DC=example,DC=com"
  filter       = "(sAMAccountName=vpn-*)"
  read_members = "all"
  limit        = 100
}

output "worker_ids_by_group" {
  value = {
    for name, group in data.workforce_ad_groups.vpn.groups : name => [
      for member in jsondecode(group).members : member.worker_id if member.worker_id != ""
    ]
  }
}
