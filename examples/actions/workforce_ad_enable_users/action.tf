# The suspension is over: terraform apply -invoke=action.workforce_ad_enable_users.case_114_closed
# Rules do not enable an account that was disabled by hand: this does.
# Take the override out as well, or the next apply of the population disables the account again.
action "workforce_ad_enable_users" "case_114_closed" {
  config {
    users  = ["1007"]
    reason = "Case 2026-114 is closed"
  }
}
