data "workforce_entra_groups" "teams" {
  filter = "startswith(displayName,'Team ')"
}

output "team_ids" {
  value = { for id, group in data.workforce_entra_groups.teams.groups : jsondecode(group).display_name => id }
}
