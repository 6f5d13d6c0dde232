# Managers who have their account in another domain of the forest, by the mail address that HR has.
data "workforce_ad_forest_users" "managers" {
  mails      = ["ann.lee@emea.example.com", "john.doe@emea.example.com"]
  on_missing = "skip"
}

# A rule for manager looks them up: Lookup([ManagerMail], "managers", [manager_id]).
output "managers" {
  value = data.workforce_ad_forest_users.managers.paths
}

output "disabled" {
  value = [for mail, user in data.workforce_ad_forest_users.managers.users : mail if !jsondecode(user).enabled]
}
