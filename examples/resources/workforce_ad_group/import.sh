# By objectGUID, distinguished name or sAMAccountName.
terraform import workforce_ad_group.sales sales-all
