# Written by hand.
resource "workforce_ad_user" "auditor" {
  container           = "OU=External,DC=corp,DC=example,DC=com"
  common_name         = "O'Brien, Zoë"
  sam_account_name    = "zoe.obrien"
  user_principal_name = "zoe.obrien@corp.example.com"
  manager             = "10001"
  attributes = {
    givenName      = "Zoë"
    sn             = "O'Brien"
    employeeID     = "X0042"
    accountExpires = "2027-03-31T22:00:00Z"
    proxyAddresses = ["SMTP:zoe.obrien@example.com", "smtp:zo@example.com"]
    description    = "" # cleared
  }
  password_wo         = var.first_password
  password_wo_version = 1
}

variable "first_password" {
  type      = string
  ephemeral = true
}
