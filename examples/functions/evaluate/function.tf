output "display_name" {
  value = provider::workforce::evaluate("Join(\" \", [FirstName], [LastName])", { FirstName = "Zoë", LastName = "O'Brien" })
}

output "enabled" {
  value = provider::workforce::evaluate(
    "IIF(DateDiff(\"d\", Now(), CDate([HireDate])) <= 14, \"True\", \"False\")",
    { HireDate = "2026-02-01" },
    { now = "2026-01-20T00:00:00Z" },
  )
}
