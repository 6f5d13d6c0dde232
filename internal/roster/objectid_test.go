// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"testing"

	"terraform-provider-workforce/internal/roster"
)

// TestLinksAsLogsWriteThem: a link names an account in each of the forms in which
// provisioning logs name it.
func TestLinksAsLogsWriteThem(t *testing.T) {
	const id = "00112233-4455-6677-8899-aabbccddeeff"
	for _, link := range []string{id, "{00112233-4455-6677-8899-AABBCCDDEEFF}", "MyIRAFVEd2aImaq7zN3u/w==", " MyIRAFVEd2aImaq7zN3u/w== "} {
		m := newMemory()
		e := m.ann()
		e.ID = id
		delete(e.Account.Attributes, "employeeID")
		in := input(t, m, rules(), hire("1 Ann Lee"))
		in.Links = map[string]string{"1": link}
		if d := decision(t, decide(t, in), "1"); d.ObjectID != id || d.MatchedBy != "link" {
			t.Errorf("%s: account %q by %q", link, d.ObjectID, d.MatchedBy)
		}
	}
	for _, link := range []string{"{nothing}", "MyIRAFVEd2aImaq7zN3u", roster.AnyAttribute} {
		in := input(t, newMemory(), rules(), hire("1 Ann Lee"))
		in.Links = map[string]string{"1": link}
		refused(t, in, "no object has the id")
	}
}
