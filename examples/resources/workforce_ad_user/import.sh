# By objectGUID, distinguished name, sAMAccountName, user principal name or worker id.
terraform import workforce_ad_user.auditor zoe.obrien@corp.example.com
