# terraform query                                # shows who is there
# terraform query -generate-config-out=staff.tf  # writes import blocks and resources
list "workforce_entra_user" "sales" {
  provider = workforce
  limit    = 500

  config {
    domain         = "example.com"
    filter         = "department eq 'Sales'"
    with_worker_id = true
  }
}
