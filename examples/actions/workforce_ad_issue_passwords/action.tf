# The file of a run was lost: terraform apply -invoke=action.workforce_ad_issue_passwords.again
action "workforce_ad_issue_passwords" "again" {
  config {
    users      = ["1007", "1019"]
    reason     = "INC-2231: the file of the run of Monday was lost"
    directory  = "/srv/handover"
    recipients = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
  }
}
