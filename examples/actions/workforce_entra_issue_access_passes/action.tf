# Phones were lost: terraform apply -invoke=action.workforce_entra_issue_access_passes.phones
action "workforce_entra_issue_access_passes" "phones" {
  config {
    users            = ["1007", "zoe.smith@example.com"]
    reason           = "INC-2232: phones lost on a journey"
    directory        = "/srv/handover"
    recipients       = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
    lifetime_minutes = 120
    usable_once      = true
  }
}
