# By objectGUID, security identifier, distinguished name, sAMAccountName (with or without the domain),
# user principal name, attribute=value or worker id. DOMAIN\name of another domain is refused.
terraform import workforce_ad_user.auditor zoe.obrien@corp.example.com
terraform import workforce_ad_user.auditor S-1-5-21-1004336348-1177238915-682003330-1104
terraform import workforce_ad_user.auditor 'CORP\zoe.obrien'
