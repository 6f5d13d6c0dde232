output "result" {
  value = provider::workforce::e164("030 123456", "DE")
}
