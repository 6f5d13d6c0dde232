import {
  to = workforce_ad_organizational_unit.germany
  identity = {
    id     = "0d5f7f3c-6f0e-4f53-9a3c-3b1d2f4e5a60" # objectGUID
    domain = "corp.example.com"                     # optional; the default is what the provider is configured for
  }
}
