# A population that is created takes over the accounts it finds, and needs no import. An import is for a state that was lost.
# Every account below a container that carries a worker id.
terraform import workforce_ad_population.staff "OU=Staff,DC=corp,DC=example,DC=com"
