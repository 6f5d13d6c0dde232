terraform import workforce_ad_population.staff "OU=Staff,DC=corp,DC=example,DC=com"
