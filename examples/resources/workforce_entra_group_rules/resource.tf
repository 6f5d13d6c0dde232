variable "accounts" {
  description = "Account documents by worker id: the accounts of a data source workforce_entra_accounts."
  type        = map(string)
}

resource "workforce_entra_population" "staff" {
  accounts = var.accounts
}

# Groups by object id, mail nickname or display name. The accounts of the population
# are created before anybody joins a group.
resource "workforce_entra_group_rules" "birthright" {
  accounts = workforce_entra_population.staff.accounts

  rules = {
    "Sales"     = "And([enabled], [department] = \"Sales\")"
    "all-staff" = "[enabled]"
    "Paris"     = "And([enabled], [city] = \"Paris\")"
  }

  # These groups have exactly the members that the rules find.
  mode        = "authoritative"
  allow_empty = ["Paris"]
  max_leaves  = "10%"
}
