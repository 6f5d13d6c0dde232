# Export-FIMConfig writes UTF-16, which filebase64 reads. Several exports are several arguments:
# [for f in fileset(path.module, "rules/*.ps1") : filebase64("${path.module}/${f}")]...
locals {
  converted = provider::workforce::mapping_from_sync_rules(filebase64("${path.module}/rules.xml"))
  rules     = jsondecode(local.converted.arguments)
}

# Take everything first, and then replace one argument after the other by your own text.
# A text that begins with "DECIDE: " is refused until somebody has decided.
resource "workforce_mapping" "staff" {
  target           = local.rules.target
  dialect          = local.rules.dialect
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
