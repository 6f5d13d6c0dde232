# A population that is created takes over the users it finds, and needs no import. An import is for a state that was lost.
# Every user of a verified domain that carries a worker id.
terraform import workforce_entra_population.staff example.com
