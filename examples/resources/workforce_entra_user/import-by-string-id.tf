import {
  to = workforce_entra_user.auditor
  id = "zoe.obrien@example.com"
}
