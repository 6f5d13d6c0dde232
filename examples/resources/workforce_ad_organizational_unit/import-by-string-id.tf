import {
  to = workforce_ad_organizational_unit.germany
  id = "OU=Germany,OU=Staff,DC=corp,DC=example,DC=com"
}
