# A security group for rights. The name is refused at plan if another group has it.
resource "workforce_entra_group" "sales" {
  display_name = "Sales"
  description  = "Everybody in sales; given access by membership only"
  owners       = ["10001"] # worker ids, object ids or user principal names
}

# A group with a mailbox and a team.
resource "workforce_entra_group" "project_x" {
  display_name  = "Project X"
  type          = "microsoft_365"
  mail_nickname = "project-x"
  visibility    = "Private"
  owners        = ["zoe.obrien@example.com", "10001"]
}

# Directory roles can be assigned to this one. That can be said at creation only.
resource "workforce_entra_group" "helpdesk" {
  display_name       = "Helpdesk Administrators"
  assignable_to_role = true
}

# A rule makes the members of this one, who get a license through it.
resource "workforce_entra_group" "frontline" {
  display_name    = "Frontline"
  membership_rule = "(user.employeeType -eq \"Frontline\") and (user.accountEnabled -eq true)"
  assigned_licenses = {
    SPE_E3 = { disabled_plans = ["TEAMS1"] }
  }
}

# Only the administrators of a part of the tenant look after this one, which Outlook does not show.
resource "workforce_entra_group" "bavaria" {
  display_name         = "Bavaria"
  type                 = "microsoft_365"
  behaviors            = ["HideGroupInOutlook", "WelcomeEmailDisabled"]
  administrative_units = ["South"]
}
