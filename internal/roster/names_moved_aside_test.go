// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// Somebody who is set aside, and whom an override moves to where the name is taken, stays as they
// are: half a document would stop everybody else.
func TestSetAsideAndMovedToATakenName(t *testing.T) {
	m := newMemory()
	m.ann()
	const other = "OU=Other,DC=corp,DC=example,DC=com"
	m.add("user", other, true, "cn=Ann Lee", "sAMAccountName=somebody", "userPrincipalName=somebody@corp.example.com")
	in := input(t, m, rules(func(r *mapping.Rules) {
		r.Attributes["cn"] = mapping.AttributeRule{Expression: `SelectUniqueValue(Join(" ", [First], [Last]), Join(" ", [First], [Last]))`,
			Apply: mapping.ApplyAlways}
	}), hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.Workers["1"].Status = "Ruhend-X"
	in.Overrides = []roster.Override{{WorkerIDs: []string{"1"}, Container: other, Reason: "moves", Expires: "2026-12-31"}}
	r := decide(t, in)
	expectAction(t, r, "2", roster.ActionCreate)
	expectAction(t, r, "1", roster.ActionSetAside)
	if doc := r.Documents["1"]; doc != "" && !strings.Contains(doc, `"common_name"`) {
		t.Errorf("the document has no name: %s", doc)
	}
	if _, err := adFormat.Unmarshal(r.Documents["1"]); err != nil {
		t.Errorf("the document of worker 1 is refused: %v", err)
	}
}
