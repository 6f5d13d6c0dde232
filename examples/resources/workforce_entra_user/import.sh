# By object id, user principal name or worker id.
terraform import workforce_entra_user.auditor zoe.obrien@example.com
