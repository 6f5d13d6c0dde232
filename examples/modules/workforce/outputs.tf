output "rules" {
  description = "The rules by target, as documents: for workforce_*_correlation, and for tests."
  value       = local.rules
  sensitive   = true # only so that plans do not repeat every rule
}

output "source_attributes" {
  description = "Columns that the rules read, for attributes of the HR data source: what no rule reads stays out of the state."
  value       = distinct(flatten([for m in concat(values(workforce_mapping.ad), values(workforce_mapping.entra)) : m.source_attributes]))
}

output "reports" {
  description = "What this plan does to people, by target, as Markdown for the reviewer."
  value = merge(
    { for k, a in data.workforce_ad_accounts.this : "active_directory" => a.report },
    { for k, a in data.workforce_entra_accounts.this : "entra" => a.report },
  )
}

output "accounts" {
  description = "Account documents by target and worker id, for workforce_*_group_rules and writebacks."
  value = merge(
    { for k, p in workforce_ad_population.this : "active_directory" => p.accounts },
    { for k, p in workforce_entra_population.this : "entra" => p.accounts },
  )
}
