data "workforce_ad_user" "zoe" {
  sam_account_name = "zoe.obrien"
  attributes       = ["department", "msDS-SupportedEncryptionTypes"]
}

# Who may approve changes must not administer the domain.
data "workforce_ad_user" "approver" {
  user_principal_name = "lee.park@corp.example.com"

  lifecycle {
    postcondition {
      condition     = self.enabled && self.privileged == null
      error_message = "${self.display_name} cannot approve: the account is disabled, or ${coalesce(self.privileged, "not privileged")}."
    }
  }
}

output "last_sign_in" {
  value = data.workforce_ad_user.zoe.last_sign_in
}
