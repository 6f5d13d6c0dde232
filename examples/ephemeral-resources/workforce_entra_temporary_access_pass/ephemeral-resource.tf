# A joiner's first sign-in: the pass goes to the person's manager, and is kept nowhere.
ephemeral "workforce_entra_temporary_access_pass" "joiner" {
  user             = "zoe.obrien@example.com"
  applying         = terraform.applying # no pass is made at plan
  lifetime_minutes = 480
  usable_once      = true
}
