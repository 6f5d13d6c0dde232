import {
  to = workforce_entra_population.staff
  id = "example.com"
}
