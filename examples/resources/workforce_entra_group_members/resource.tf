resource "workforce_entra_group" "sales" {
  display_name = "Sales"
}

resource "workforce_entra_group" "sales_leads" {
  display_name = "Sales Leads"
}

# Exactly these members: anybody else is removed.
resource "workforce_entra_group_members" "sales" {
  group = workforce_entra_group.sales.id
  members = [
    "10001",                              # a worker id
    "zoe.obrien@example.com",             # a user principal name
    workforce_entra_group.sales_leads.id, # a group in the group
  ]
}

# These members on top of those that others put into the group.
resource "workforce_entra_group_members" "vpn" {
  group   = "vpn-users" # a mail nickname
  members = ["10001", "10002"]
  mode    = "additive"
}
