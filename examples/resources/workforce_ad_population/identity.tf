import {
  to = workforce_ad_population.staff
  identity = {
    container = "OU=Staff,DC=corp,DC=example,DC=com" # every account below it that carries a worker id
    domain    = "corp.example.com"                   # optional; the default is what the provider is configured for
  }
}
