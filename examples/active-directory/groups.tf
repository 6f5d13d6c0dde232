# Birthright groups: who is in which follows from the accounts, so that a joiner has them on day one and a leaver loses them in the same run.

variable "department_groups" {
  description = "Departments that have a group."
  type        = set(string)
  default     = ["Customer Success", "Engineering", "Finance", "Research & Development", "Sales"]
}

resource "workforce_ad_organizational_unit" "groups" {
  name      = "Groups"
  container = var.base_dn
}

resource "workforce_ad_group" "birthright" {
  for_each    = setunion(var.department_groups, ["Everybody", "Contractors"])
  name        = each.key
  container   = workforce_ad_organizational_unit.groups.distinguished_name
  description = "Members follow from HR"
}

resource "workforce_ad_group_rules" "birthright" {
  accounts = workforce_ad_population.staff.accounts

  rules = merge(
    {
      "CN=Everybody,OU=Groups,${var.base_dn}"   = "[enabled]"
      "CN=Contractors,OU=Groups,${var.base_dn}" = "And([enabled], [employeeType] = \"Contractor\")"
    },
    { for d in var.department_groups : "CN=${d},OU=Groups,${var.base_dn}" => "And([enabled], [department] = \"${d}\")" },
  )

  allow_empty = ["CN=Customer Success,OU=Groups,${var.base_dn}"] # it starts with the first who moves there
  mode        = "authoritative"
  max_leaves  = "10%"
  depends_on  = [workforce_ad_group.birthright]
}
