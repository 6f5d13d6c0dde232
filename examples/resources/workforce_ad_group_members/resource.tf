resource "workforce_ad_group" "sales" {
  name      = "Sales"
  container = "OU=Groups,DC=corp,DC=example,DC=com"
}

# Exactly these, and nobody else.
resource "workforce_ad_group_members" "sales" {
  group = workforce_ad_group.sales.id
  members = [
    "10001",                                             # a worker id
    "zoe.obrien@corp.example.com",                       # a user principal name
    "CN=Field staff,OU=Groups,DC=corp,DC=example,DC=com" # a group in the group
  ]
}

# These as well, whoever else is in it.
resource "workforce_ad_group_members" "vpn" {
  group   = "vpn-users"
  mode    = "additive"
  members = ["10001", "10002"]
}
