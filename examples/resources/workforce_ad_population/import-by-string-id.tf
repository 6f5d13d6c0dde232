import {
  to = workforce_ad_population.staff
  id = "OU=Staff,DC=corp,DC=example,DC=com"
}
