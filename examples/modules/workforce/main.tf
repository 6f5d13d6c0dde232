# HR workers in, accounts out: the pipeline of every workforce configuration as a module. Copy it, and make it yours.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

locals {
  expressions = {
    name  = "Join(\" \", [FirstName], [LastName])"
    plain = "Replace(Replace(ToLower(Transliterate(Join(\".\", [FirstName], [LastName]))), , \"[^a-z0-9.]\", , \"\", , ), , \"[.]+\", , \".\", , )"
    # Never empty, and no dot at an end.
    login = "FirstNonEmpty(Replace(Left(Use(\"plain\"), 18), , \"^[.]|[.]$\", , \"\", , ), ToLower([worker_id]))"
  }
  unique_login = "SelectUniqueValue(Use(\"login\"), Join(\"\", Use(\"login\"), Counter()))"
  everybody = {
    givenName   = { source = "FirstName" }
    displayName = { expression = "Use(\"name\")" }
    department  = { source = "Department", when_null = "clear" }
    manager     = { source = "manager_id", when_null = "clear" }
  }
  ad = var.active_directory == null ? {} : { this = var.active_directory }
  me = var.entra == null ? {} : { this = var.entra }
}

resource "workforce_mapping" "ad" {
  for_each    = local.ad
  target      = "active_directory"
  match       = [{ source = "worker_id", target = "employeeID" }]
  expressions = local.expressions
  attributes = merge(local.everybody, {
    employeeID        = { source = "worker_id" }
    sn                = { source = "LastName" }
    title             = { source = "JobTitle", when_null = "clear" }
    l                 = { source = "City", when_null = "clear" }
    cn                = { expression = "SelectUniqueValue(Left(Use(\"name\"), 64), Join(\" \", Left(Use(\"name\"), 59), Counter()))", apply = "on_create" }
    sAMAccountName    = { expression = local.unique_login, apply = "on_create" }
    userPrincipalName = { expression = "SelectUniqueValue(Join(\"@\", Use(\"login\"), \"${each.value.upn_suffix}\"), Join(\"\", Use(\"login\"), Counter(), \"@${each.value.upn_suffix}\"))", apply = "on_create" }
  }, each.value.attributes)
  container = each.value.container
  worker_lifecycle = {
    prehire_days     = var.prehire_days
    retention_days   = var.retention_days
    leaver_container = each.value.leaver_container
  }
}

resource "workforce_mapping" "entra" {
  for_each    = local.me
  target      = "entra"
  match       = [{ source = "worker_id", target = "employeeId" }]
  expressions = local.expressions
  attributes = merge(local.everybody, {
    employeeId        = { source = "worker_id" }
    surname           = { source = "LastName" }
    jobTitle          = { source = "JobTitle", when_null = "clear" }
    city              = { source = "City", when_null = "clear" }
    mailNickname      = { expression = local.unique_login, apply = "on_create" }
    userPrincipalName = { expression = "SelectUniqueValue(Join(\"@\", Use(\"login\"), \"${each.value.domain}\"), Join(\"\", Use(\"login\"), Counter(), \"@${each.value.domain}\"))", apply = "on_create" }
  }, each.value.attributes)
  worker_lifecycle = {
    prehire_days   = var.prehire_days
    retention_days = var.retention_days
  }
}

# Rules pass through a local, so that a change of rules shows its consequences in the same plan.
locals {
  rules = merge({ for k, m in workforce_mapping.ad : "active_directory" => m.json }, { for k, m in workforce_mapping.entra : "entra" => m.json })
}

data "workforce_ad_accounts" "this" {
  for_each   = local.ad
  workers    = var.workers
  mapping    = local.rules["active_directory"]
  safeguards = var.safeguards
  as_of      = var.as_of
}

data "workforce_entra_accounts" "this" {
  for_each   = local.me
  workers    = var.workers
  mapping    = local.rules["entra"]
  safeguards = var.safeguards
  as_of      = var.as_of
}

resource "workforce_ad_population" "this" {
  for_each = local.ad
  accounts = data.workforce_ad_accounts.this["this"].accounts
}

resource "workforce_entra_population" "this" {
  for_each = local.me
  accounts = data.workforce_entra_accounts.this["this"].accounts
}
