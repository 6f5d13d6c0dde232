# Passwords were found in a leak: terraform apply -invoke=action.workforce_ad_require_password_change.leak
action "workforce_ad_require_password_change" "leak" {
  config {
    users  = ["1007", "1019", "1042"]
    reason = "INC-2214: their passwords are in a public leak"
  }
}
