list "workforce_entra_administrative_unit" "south" {
  provider = workforce

  config {
    filter = "startswith(displayName,'South')"
  }
}
