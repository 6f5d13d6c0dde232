import {
  to = workforce_entra_group_members.vpn
  id = "additive:6a8c9a4e-55a5-4d0e-8a51-3f0d9e1f2b7c"
}
