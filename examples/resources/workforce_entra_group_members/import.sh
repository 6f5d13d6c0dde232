# All members of a group, which is given by object id, mail nickname or display name.
terraform import workforce_entra_group_members.sales 6a8c9a4e-55a5-4d0e-8a51-3f0d9e1f2b7c

# None of them: the configuration adds its own.
terraform import workforce_entra_group_members.vpn additive:vpn-users
