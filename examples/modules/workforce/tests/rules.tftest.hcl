# The rules of the module, without any directory: terraform test

override_data {
  target = data.workforce_entra_accounts.this
  values = { accounts = {}, report = "" }
}

override_data {
  target = data.workforce_ad_accounts.this
  values = { accounts = {}, report = "" }
}

override_resource {
  target = workforce_ad_population.this
}

override_resource {
  target = workforce_entra_population.this
}

variables {
  workers = "{}"
}

run "rules_of_both_directories_compile" {
  command = plan

  variables {
    active_directory = {
      container        = "OU=Staff,DC=corp,DC=example,DC=com"
      leaver_container = "OU=Leavers,DC=corp,DC=example,DC=com"
      upn_suffix       = "corp.example.com"
      attributes       = { company = { expression = "\"Example Ltd\"" } }
    }
    entra = {
      domain     = "example.com"
      attributes = { companyName = { expression = "\"Example Ltd\"" } }
    }
  }

  assert {
    condition     = length(output.rules) == 2 && alltrue([for r in output.rules : strcontains(r, "Example Ltd")])
    error_message = "Both directories should have rules, with the further attribute in them."
  }
}

run "a_directory_that_is_not_asked_for_has_no_rules" {
  command = plan

  variables {
    entra = { domain = "example.com" }
  }

  assert {
    condition     = join(",", keys(output.rules)) == "entra"
    error_message = "Only Microsoft Entra ID was asked for."
  }
}
