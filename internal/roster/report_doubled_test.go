// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"strings"
	"testing"
)

// A second account is a way to keep access: the page never recommends to approve and leave it at that.
func TestReportAsksAboutLeaversOfSeveralAccounts(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	m.user("employeeID=5", "cn=Second Account", "sAMAccountName=second", "userPrincipalName=second@corp.example.com")
	if r := decideAndReport(t, in); strings.Contains(r.Report, "can still sign in with accounts") {
		t.Errorf("nobody has left:\n%s", r.Report)
	}
	in.Workers["5"].TerminationDate, in.Workers["5"].Status = "2026-11-20", "Terminated"
	r := decideAndReport(t, in)
	page, _, _ := strings.Cut(r.Report, "\n## Look at these")
	if !strings.Contains(r.Report, "nobody said whether they are theirs: F5 L5") ||
		!strings.Contains(page, "disable these accounts today") {
		t.Error(r.Report)
	}
}
