# What one run may do without a second approval, decided from report_json:
#   opa eval --fail-defined -i reports/ad.json -d examples/policies/rego 'data.workforce.deny[_]'
package workforce

# A report of another version may mean something else, and nothing is allowed then.
deny contains "report_json has another version than 1: read its schema, and adapt this policy" if {
	input.version != 1
}

deny contains "this is no report_json: give the file that the data source writes" if {
	not input.decisions
}

deny contains message if {
	input.sign_ins.lost > limits.lost
	message := sprintf("%d people lose access, and %d may without a second approval", [input.sign_ins.lost, limits.lost])
}

deny contains message if {
	gained := input.sign_ins.gained
	gained > limits.gained
	message := sprintf("%d people get access, and %d may without a second approval", [gained, limits.gained])
}

deny contains message if {
	some finding in input.findings
	finding.key in second_look
	message := sprintf("%s: %s", [finding.key, finding.text])
}

deny contains message if {
	some decision in input.decisions
	decision.action == "delete"
	message := sprintf("worker %s: the account %s is deleted", [decision.worker_id, decision.path])
}

limits := {"lost": 20, "gained": 50}

# Questions that somebody answers before anything is applied: see "Report format" for all keys.
second_look := {
	"leavers_concentrated", "leavers_many", "leaver_senior", "account_of_another_person",
	"returns_privileged", "joiners_made_up", "title_jumps", "override_enables_leaver",
}
