data "workforce_entra_group" "sales" {
  display_name = "Sales"
  read_members = "all"
}

output "who_is_in_sales" {
  value = [for member in values(data.workforce_entra_group.sales.members) : jsondecode(member).name]
}
