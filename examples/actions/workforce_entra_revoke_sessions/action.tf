variable "affected" {
  description = "Worker ids, object ids or user principal names of those whose tokens were stolen."
  type        = list(string)
}

# Tokens were stolen: terraform apply -invoke=action.workforce_entra_revoke_sessions.stolen_tokens -var-file=affected.tfvars
action "workforce_entra_revoke_sessions" "stolen_tokens" {
  config {
    users  = var.affected
    reason = "INC-2213: tokens stolen by a proxy that imitates the sign-in page"
  }
}
