# Active Directory is the master, and Microsoft Entra Connect synchronises its accounts to Microsoft Entra ID: the account is made in
# Active Directory, and what only the cloud has is read from the user that it becomes there.

terraform {
  required_version = ">= 1.11"
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

variable "worker_id" {
  description = "Whose account it is."
  type        = string
}

variable "object_guid" {
  description = "objectGUID of the account in Active Directory: an output object_ids of workforce_ad_accounts, or the id of a workforce_ad_user."
  type        = string
}

# Both directories come from WORKFORCE_AD_URL, WORKFORCE_ENTRA_TENANT_ID and their siblings.
provider "workforce" {}

# The synchronised user carries the objectGUID as its immutable id (source anchor).
data "workforce_entra_user" "synced" {
  on_premises_object_guid = var.object_guid
  attributes              = ["onPremisesSamAccountName", "usageLocation"]

  lifecycle {
    postcondition {
      condition     = self.on_premises_sync_enabled && self.worker_id == var.worker_id
      error_message = "The user with this immutable id is not the synchronised account of worker ${var.worker_id}."
    }
  }
}

output "user_principal_name" {
  value = data.workforce_entra_user.synced.user_principal_name
}

output "entra_object_id" {
  value = data.workforce_entra_user.synced.object_id
}

output "sam_account_name" {
  value = one(data.workforce_entra_user.synced.values["onPremisesSamAccountName"])
}
