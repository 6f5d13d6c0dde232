package workforce_test

import data.workforce

ordinary := {
	"version": 1,
	"sign_ins": {"before": 1447, "lost": 3, "gained": 2, "after": 1446},
	"findings": [{"key": "joiner_namesake", "risk": 40, "text": "Ann Lee is called like Ann Lee.", "workers": ["10042"]}],
	"decisions": [{"worker_id": "10042", "action": "create"}, {"worker_id": "10017", "action": "disable", "path": "CN=Bo Xu,OU=Staff,DC=corp,DC=example,DC=com"}],
}

test_an_ordinary_day_passes if {
	count(workforce.deny) == 0 with input as ordinary
}

test_many_leavers_wait if {
	many := object.union(ordinary, {"sign_ins": {"before": 1447, "lost": 21, "gained": 2, "after": 1428}})
	workforce.deny["21 people lose access, and 20 may without a second approval"] with input as many
}

test_many_returns_wait if {
	many := object.union(ordinary, {"sign_ins": {"before": 1447, "lost": 0, "gained": 51, "after": 1498}})
	count(workforce.deny) == 1 with input as many
}

test_a_question_waits if {
	asked := object.union(ordinary, {"findings": [{"key": "title_jumps", "risk": 80, "text": "Ann Lee jumps from Clerk to Vice President.", "workers": ["10042"]}]})
	workforce.deny["title_jumps: Ann Lee jumps from Clerk to Vice President."] with input as asked
}

test_a_deletion_waits if {
	deleted := object.union(ordinary, {"decisions": [{"worker_id": "10001", "action": "delete", "path": "CN=Cy Do,OU=Leavers,DC=corp,DC=example,DC=com"}]})
	count(workforce.deny) == 1 with input as deleted
}

test_another_version_waits if {
	count(workforce.deny) == 1 with input as object.union(ordinary, {"version": 2})
}

test_nothing_is_no_report if {
	count(workforce.deny) == 1 with input as {}
}
