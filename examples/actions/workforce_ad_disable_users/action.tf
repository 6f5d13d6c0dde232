# Now, without waiting for the HR system:
#   terraform apply -invoke=action.workforce_ad_disable_users.case_114
action "workforce_ad_disable_users" "case_114" {
  config {
    users  = ["1007", "1019"]
    reason = "Suspended by the legal department, case 2026-114"
  }
}

# So that no later apply of the population enables them again.
resource "workforce_override" "case_114" {
  worker_ids = ["1007", "1019"]
  enabled    = false
  reason     = "Suspended by the legal department, case 2026-114"
  expires    = "2026-12-31"
}
