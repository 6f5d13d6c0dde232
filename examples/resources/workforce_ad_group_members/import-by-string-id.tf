import {
  to = workforce_ad_group_members.vpn
  id = "additive:vpn-users"
}
