# Rules of Microsoft Identity Manager and Microsoft Entra Connect in their own dialect.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

# The domain comes from WORKFORCE_AD_URL and its siblings.
provider "workforce" {}

resource "workforce_mapping" "staff" {
  target  = "active_directory"
  dialect = "mim"
  match   = [{ source = "worker_id", target = "employeeID" }]
  attributes = {
    employeeID     = { source = "worker_id" }
    cn             = { expression = "FirstName + \" \" + LastName" }
    sAMAccountName = { expression = "SelectUniqueValue(LCase(Left(FirstName, 1) + LastName), LCase(Left(FirstName, 1) + LastName + Counter()))" }
    displayName    = { expression = "IIF(IsPresent(Nickname), Nickname, FirstName) + \" \" + LastName" }
    department     = { expression = "IIF(Eq(Type, \"Contractor\") || Eq(Type, \"Intern\"), IgnoreThisFlow, Department)" }
  }
  container        = "OU=Staff,DC=corp,DC=example,DC=com"
  worker_lifecycle = { active_statuses = ["Employed"], inactive_statuses = ["Gone"] }
}
