locals {
  converted = provider::workforce::mapping_from_entra_schema(file("${path.module}/schema.json"))
  rules     = jsondecode(local.converted.arguments)
}

# Take everything first, and then replace one argument after the other by your own text.
# A text that begins with "DECIDE: " is refused until somebody has decided.
resource "workforce_mapping" "staff" {
  target           = local.rules.target
  match            = local.rules.match
  attributes       = local.rules.attributes
  container        = try(local.rules.container, null)
  container_apply  = try(local.rules.container_apply, null)
  scope            = try(local.rules.scope, null)
  on_out_of_scope  = try(local.rules.on_out_of_scope, null)
  extra_attributes = try(local.rules.extra_attributes, null)
  worker_lifecycle = local.rules.worker_lifecycle
}

output "what_differs" {
  value = local.converted.notes
}
