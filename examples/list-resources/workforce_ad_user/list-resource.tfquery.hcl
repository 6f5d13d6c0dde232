# terraform query                                # shows who is there
# terraform query -generate-config-out=staff.tf  # writes import blocks and resources
list "workforce_ad_user" "staff" {
  provider = workforce
  limit    = 500

  config {
    container      = "OU=Staff,DC=corp,DC=example,DC=com"
    filter         = "(department=Sales)"
    enabled        = true
    with_worker_id = true
  }
}
