import {
  to = workforce_ad_group_members.vpn
  identity = {
    group_id = "0d5f7f3c-6f0e-4f53-9a3c-3b1d2f4e5a60" # objectGUID of the group
    mode     = "additive"                             # optional; the default is "authoritative"
    domain   = "corp.example.com"                     # optional; the default is what the provider is configured for
  }
}
