terraform {
  required_providers {
    workforce = {
      source = "workforce/workforce"
    }
  }
}

provider "workforce" {
  active_directory = {
    # Controllers are found by DNS; the password comes from WORKFORCE_AD_PASSWORD.
    domain              = "corp.example.com"
    ca_certificate_file = "/etc/ssl/certs/corp-ca.pem"
    username            = "svc-terraform@corp.example.com"
  }
}
