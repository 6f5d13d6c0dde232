data "workforce_entra_domains" "all" {}

output "default_domain" {
  value = data.workforce_entra_domains.all.default
}
