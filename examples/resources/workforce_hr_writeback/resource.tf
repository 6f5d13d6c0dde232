# Mail addresses and logins go back to the HR database, after the accounts have
# them. The password is in the environment variable WORKFORCE_WRITEBACK_PASSWORD.
resource "workforce_hr_writeback" "database" {
  attributes = ["mail", "user_name"]
  values = {
    for id, account in workforce_ad_population.staff.accounts : id => jsonencode({
      mail      = jsondecode(account).attributes.mail
      user_name = jsondecode(account).sam_account_name
    })
  }

  sql = {
    driver     = "postgresql"
    host       = "hr-db.example.com"
    database   = "hr"
    username   = "identity_writer"
    table      = "hr.staff"
    key_column = "employee_no"
    columns    = { mail = "email", user_name = "network_login" }
  }

  max_changes = 200
}

# Any API that takes JSON. The token is in HR_API_TOKEN. Only members of the
# body whose attribute changes are sent.
resource "workforce_hr_writeback" "api" {
  attributes = ["mail"]
  values     = { for id, account in workforce_ad_population.staff.accounts : id => jsonencode({ mail = jsondecode(account).attributes.mail }) }

  environment_prefix = "HR_API"
  rest = {
    url          = "https://hr.example.com/api/v2"
    read_path    = "/employees?number={worker_id}"
    record       = "data.0"
    worker_id    = "number"
    key          = "id"
    values       = { mail = "contact.email" }
    write_path   = "/employees/{key}"
    write_body   = jsonencode({ contact = { email = "{mail}" } })
    content_type = "application/merge-patch+json"

    list = {
      path      = "/employees"
      records   = "data"
      paging    = "page"
      parameter = "page"
      first     = 1
      total     = "total"
    }
  }
}

resource "workforce_ad_population" "staff" {
  accounts = data.workforce_ad_accounts.staff.accounts
}

data "workforce_ad_accounts" "staff" {
  workers = data.workforce_hr_csv.staff.json
  mapping = local.rules
}

data "workforce_hr_csv" "staff" {
  path   = "workers.csv"
  fields = { worker_id = "WorkerID" }
}

variable "rules" {
  description = "The json of a workforce_mapping."
  type        = string
}

locals { rules = var.rules }

# SuccessFactors. The password is in SF_WRITER_PASSWORD.
resource "workforce_hr_writeback" "successfactors" {
  attributes = ["mail"]
  values     = { for id, account in workforce_ad_population.staff.accounts : id => jsonencode({ mail = jsondecode(account).attributes.mail }) }

  environment_prefix = "SF_WRITER"
  successfactors = {
    url        = "https://api4.successfactors.com/odata/v2"
    company_id = "Example"
    username   = "identity_writer"
    emails     = { mail = "8448" }
  }
}

# Workday: the primary work address, the user name and the office phone. The
# password of the integration system user is in WORKDAY_WRITER_PASSWORD.
resource "workforce_hr_writeback" "workday" {
  attributes = ["mail", "user_name", "phone"]
  values = {
    for id, account in workforce_ad_population.staff.accounts : id => jsonencode({
      mail      = jsondecode(account).attributes.mail
      user_name = jsondecode(account).sam_account_name
      phone     = try(jsondecode(account).attributes.telephoneNumber, null)
    })
  }

  environment_prefix = "WORKDAY_WRITER"
  workday = {
    url       = "https://wd3-services1.workday.com/ccx/service/acme/Human_Resources/v44.2"
    username  = "ISU_Identity"
    email     = "mail"
    user_name = "user_name"
    phones    = { phone = "Landline" }
    time_zone = "Europe/Berlin"
  }

  max_changes = 200
}
