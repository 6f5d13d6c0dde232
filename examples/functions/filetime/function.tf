output "result" {
  value = provider::workforce::filetime("2026-12-31T23:59:59+01:00")
}
