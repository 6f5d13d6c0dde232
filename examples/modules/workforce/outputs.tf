output "rules" {
  description = "The rules by target, as documents: for workforce_*_correlation, and for tests."
  value       = local.rules
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
