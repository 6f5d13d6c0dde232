data "workforce_entra_user" "zoe" {
  user_principal_name = "zoe.obrien@example.com"
  attributes          = ["department", "employeeOrgData/costCenter"]
}

# Hybrid: the user that an Active Directory account is synchronised to.
data "workforce_entra_user" "synced" {
  on_premises_object_guid = workforce_ad_user.zoe.id
}

resource "workforce_ad_user" "zoe" {
  container        = "OU=Staff,DC=corp,DC=example,DC=com"
  common_name      = "Zoë O'Brien"
  sam_account_name = "zoe.obrien"
}
