import {
  to = workforce_ad_user.auditor
  id = "zoe.obrien@corp.example.com"
}
