import {
  to = workforce_ad_group.sales
  id = "sales-all"
}
