# After a password spraying attack has locked people out:
#   terraform apply -invoke=action.workforce_ad_unlock_users.sprayed
action "workforce_ad_unlock_users" "sprayed" {
  config {
    users  = ["1007", "CORP\\zobrien", "a.weber@corp.example.com"]
    reason = "INC-2211: password spraying has ended"
  }
}
