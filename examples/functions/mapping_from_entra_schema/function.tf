locals {
  converted = provider::workforce::mapping_from_entra_schema(file("${path.module}/schema.json"))
}

output "arguments" {
  value = jsondecode(local.converted.arguments)
}

output "not_carried_over" {
  value = local.converted.notes
}
