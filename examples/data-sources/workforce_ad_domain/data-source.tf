data "workforce_ad_domain" "corp" {
  lifecycle {
    postcondition {
      condition     = self.dns_name == "corp.example.com"
      error_message = "This is the domain ${self.dns_name}, expected corp.example.com."
    }
    postcondition {
      condition     = self.recycle_bin
      error_message = "The recycle bin is not enabled: a deleted account could not be taken into use again."
    }
  }
}

output "first_passwords" {
  value = "at least ${data.workforce_ad_domain.corp.password_policy.min_length} characters"
}
