variable "workers" {
  description = "The workers: json of a workforce_hr_* data source that has FirstName, LastName, Department, JobTitle and City among its attributes."
  type        = string
}

variable "active_directory" {
  description = "Where accounts live in Active Directory; null for none. The domain and the sign-in are those of the provider."
  type = object({
    container        = string          # distinguished name of the organizational unit for people who work here
    leaver_container = string          # and for those who have left
    upn_suffix       = string          # domain of user principal names
    attributes = optional(map(object({ # further rules by target attribute; they win over those of the module
      source     = optional(string)
      expression = optional(string)
      apply      = optional(string)
      when_null  = optional(string)
    })), {})
  })
  default = null
}

variable "entra" {
  description = "Verified domain of the users in Microsoft Entra ID; null for none. The tenant and the sign-in are those of the provider."
  type = object({
    domain = string
    attributes = optional(map(object({ # further rules by target attribute; they win over those of the module
      source     = optional(string)
      expression = optional(string)
      apply      = optional(string)
      when_null  = optional(string)
    })), {})
  })
  default = null
}

variable "prehire_days" {
  description = "Days before the first day of work on which an account is made. It is enabled on the first day."
  type        = number
  default     = 14
}

variable "retention_days" {
  description = "Days that the account of somebody who has left stays disabled before it is deleted; null: it is never deleted."
  type        = number
  default     = null
}

variable "safeguards" {
  description = "Safeguards of the accounts data sources, such as { min_workers = 900 }. Those that are not named have their defaults."
  type        = any
  default     = {}
}

variable "as_of" {
  description = "The moment to decide for, as RFC 3339; null is now."
  type        = string
  default     = null
}
