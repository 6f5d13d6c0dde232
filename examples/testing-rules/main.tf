# Rules without any directory: terraform test checks them in a second.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

variable "first_name" {
  type    = string
  default = "Zoë"
}

variable "last_name" {
  type    = string
  default = "O'Brien"
}

variable "taken" {
  description = "Logins that other accounts have."
  type        = list(string)
  default     = []
}

locals {
  login = <<-EOT
    SelectUniqueValue(
      ToLower(Replace(Transliterate(Join(".", [FirstName], [LastName])), , "[^A-Za-z0-9.]", , "", , )),
      ToLower(Replace(Transliterate(Join("", Mid([FirstName], 1, 1), [LastName])), , "[^A-Za-z0-9.]", , "", , )))
  EOT
}

output "login" {
  value = provider::workforce::evaluate(local.login, { FirstName = var.first_name, LastName = var.last_name }, { existing = var.taken })
}
