import {
  to = workforce_entra_group.sales
  identity = {
    id        = "6a8c9a4e-55a5-4d0e-8a51-3f0d9e1f2b7c" # object id
    tenant_id = "9b1d4e7a-2c35-4f86-8a0b-5c6d7e8f9012" # optional; the default is what the provider is configured for
  }
}
