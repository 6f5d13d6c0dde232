list "workforce_entra_group" "teams" {
  provider = workforce

  config {
    filter = "startswith(displayName,'Team ')"
  }
}
