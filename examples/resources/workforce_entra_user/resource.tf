# Written by hand.
resource "workforce_entra_user" "auditor" {
  user_principal_name = "zoe.obrien@example.com"
  display_name        = "Zoë O'Brien"
  mail_nickname       = "zoe.obrien"
  manager             = "10001"
  attributes = {
    givenName                                           = "Zoë"
    surname                                             = "O'Brien"
    employeeId                                          = "X0042"
    usageLocation                                       = "DE"
    employeeHireDate                                    = "2026-12-01"
    otherMails                                          = ["zo@example.net"]
    "employeeOrgData/costCenter"                        = "4711"
    "onPremisesExtensionAttributes/extensionAttribute1" = "auditor"
    department                                          = "" # cleared
  }
  password_wo         = var.first_password
  password_wo_version = 1
}

variable "first_password" {
  type      = string
  ephemeral = true
}
