# The group by objectGUID, distinguished name or sAMAccountName, with all of its members.
terraform import workforce_ad_group_members.sales sales
# With "additive:" before it: the members are added to the state by the next apply.
terraform import workforce_ad_group_members.vpn additive:vpn-users
