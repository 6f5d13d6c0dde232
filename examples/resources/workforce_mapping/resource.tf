resource "workforce_mapping" "ad" {
  target = "active_directory"
  match = [
    { source = "worker_id", target = "employeeID" },
    { all = [{ source = "LastName", target = "sn" }, { source = "Mail", target = "mail" }] },
  ]
  attributes = {
    employeeID        = { source = "worker_id" }
    givenName         = { source = "FirstName" }
    sn                = { source = "LastName" }
    displayName       = { expression = "Join(\" \", [FirstName], [LastName])" }
    cn                = { expression = "SelectUniqueValue(Join(\" \", [FirstName], [LastName]), Join(\" \", [FirstName], [LastName], Counter()))" }
    sAMAccountName    = { expression = "SelectUniqueValue(Mid(NormalizeDiacritics(Join(\".\", [FirstName], [LastName])), 1, 20), Join(\"\", Mid(NormalizeDiacritics([LastName]), 1, 16), Counter()))" }
    userPrincipalName = { expression = "SelectUniqueValue(Join(\"@\", NormalizeDiacritics(StripSpaces(Join(\".\", [FirstName], [LastName]))), \"corp.example.com\"), Join(\"\", [worker_id], \"@corp.example.com\"))" }
    department        = { source = "Department", when_null = "clear" }
    manager           = { source = "manager_id" }
    description       = { constant = "Managed from HR", apply = "on_create" }
  }
  container = "Lookup([CountryCode], \"containers\", \"OU=Staff,DC=corp,DC=example,DC=com\")"
  tables = {
    containers = {
      DE = "OU=Germany,OU=Staff,DC=corp,DC=example,DC=com"
      FR = "OU=France,OU=Staff,DC=corp,DC=example,DC=com"
    }
  }
  scope = [{
    clauses = [{ attribute = "worker_type", operator = "EQUALS", value = "Employee" }]
  }]
  worker_lifecycle = {
    prehire_days     = 14
    leaver_container = "OU=Leavers,DC=corp,DC=example,DC=com"
    retention_days   = 30
  }
}
