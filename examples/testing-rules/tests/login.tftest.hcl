run "accents_become_plain_letters" {
  command = plan

  assert {
    condition     = output.login == "zoe.obrien"
    error_message = "Zoë O'Brien should sign in as zoe.obrien, not ${output.login}."
  }
}

run "a_taken_login_is_not_given_twice" {
  command = plan

  variables {
    taken = ["zoe.obrien"]
  }

  assert {
    condition     = output.login == "zobrien"
    error_message = "The second Zoë O'Brien should sign in as zobrien, not ${output.login}."
  }
}
