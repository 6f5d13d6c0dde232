output "result" {
  value = provider::workforce::transliterate("Đặng Иван", "default")
}
