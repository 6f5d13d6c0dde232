# Accounts that no plan of this provider may touch, at either target.
provider "workforce" {
  alias = "guarded"
  active_directory = {
    domain = "corp.example.com"
    protect = {
      filters    = ["(employeeType=Service)", "(sAMAccountName=svc-*)"]
      groups     = ["Domain Admins", "CN=Tier 0,OU=Groups,DC=corp,DC=example,DC=com"]
      containers = ["OU=Service Accounts,DC=corp,DC=example,DC=com"]
    }
  }
  entra = {
    tenant_id = "corp.example.com"
    protect = {
      users  = ["break-glass-1@corp.example.com", "break-glass-2@corp.example.com"]
      groups = ["Privileged Accounts"]
    }
  }
}
