output "result" {
  value = provider::workforce::normalize_diacritics("Müller")
}
