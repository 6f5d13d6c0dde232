output "result" {
  value = provider::workforce::escape_dn("O'Brien, Zoë")
}
