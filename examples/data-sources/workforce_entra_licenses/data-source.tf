data "workforce_entra_licenses" "all" {}

# A plan fails before people are promised what nobody bought.
check "enough_licenses" {
  assert {
    condition     = data.workforce_entra_licenses.all.licenses["SPE_E3"].free >= 10
    error_message = "Fewer than 10 units of SPE_E3 are left."
  }
}
