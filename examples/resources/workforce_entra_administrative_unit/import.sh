# By object id or display name.
terraform import workforce_entra_administrative_unit.south 6a8c9a4e-55a5-4d0e-8a51-3f0d9e1f2b7c
