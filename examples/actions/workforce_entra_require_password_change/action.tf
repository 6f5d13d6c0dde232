# Passwords were found in a leak: terraform apply -invoke=action.workforce_entra_require_password_change.leak
action "workforce_entra_require_password_change" "leak" {
  config {
    users  = ["1007", "b2f0c1d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"]
    reason = "INC-2214: their passwords are in a public leak"
  }
}

# Whoever has signed in with such a password already is signed out.
action "workforce_entra_revoke_sessions" "leak" {
  config {
    users  = ["1007", "b2f0c1d4-5e6f-4a7b-8c9d-0e1f2a3b4c5d"]
    reason = "INC-2214: their passwords are in a public leak"
  }
}
