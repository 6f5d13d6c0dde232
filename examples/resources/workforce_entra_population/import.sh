# Every user of a verified domain that carries a worker id.
terraform import workforce_entra_population.staff example.com
