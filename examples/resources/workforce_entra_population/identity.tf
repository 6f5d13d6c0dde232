import {
  to = workforce_entra_population.staff
  identity = {
    domain    = "example.com"                          # every user of this verified domain who carries a worker id
    tenant_id = "9b1d4e7a-2c35-4f86-8a0b-5c6d7e8f9012" # optional; the default is what the provider is configured for
  }
}
