# By objectGUID or distinguished name.
terraform import workforce_ad_organizational_unit.germany "OU=Germany,OU=Staff,DC=corp,DC=example,DC=com"
