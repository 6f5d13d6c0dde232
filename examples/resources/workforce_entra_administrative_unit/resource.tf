# The service desk of the south looks after these people, and after nobody else.
resource "workforce_entra_administrative_unit" "south" {
  display_name = "South"
  description  = "Looked after by the service desk in Munich"
  members      = ["10001", "zoe.obrien@example.com"] # worker ids, object ids or user principal names
}

# Only administrators with a role in the unit change who is in this one.
resource "workforce_entra_administrative_unit" "board" {
  display_name          = "Board"
  hidden_membership     = true
  restricted_management = true
}
