output "result" {
  value = provider::workforce::pcase("o'brien-smith", " '-")
}
