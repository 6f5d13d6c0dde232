// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// namesakes is a first run of n people, of whom ten share each name and one in fifty is called Hash,
// which the directory refuses as a login.
func namesakes(t testing.TB, n int) roster.Input {
	m := newMemory()
	r := rules(func(r *mapping.Rules) {
		r.Attributes["sAMAccountName"] = mapping.AttributeRule{Apply: mapping.ApplyOnCreate,
			Expression: `SelectUniqueValue(ToLower([Last]), Join("", ToLower([Last]), Counter()))`}
	})
	format := adFormat
	format.Check = func(at directory.AttributeType, v directory.Value) error {
		if at.Name == "sAMAccountName" && v.Text() == "hash" {
			return errors.New(`found "hash", expected a name`)
		}
		return at.Check(v)
	}
	in := roster.Input{Workers: company(n), Mapping: compile(t, r), AsOf: now, Directory: m, Format: format, WorkerIDAttribute: "employeeID"}
	in.Safeguards.MaxSetAside = limit(t, "100%")
	for i := range n {
		last := fmt.Sprint("Last", i/10)
		if i%50 == 7 {
			last = "Hash"
		}
		in.Workers[fmt.Sprint(100000+i)].Attributes["Last"] = expression.String(last)
	}
	return in
}

// TestNamesakesCostTheirOwnNames holds that ten people of one name cost hardly more a person than
// eight: nobody looks at candidates that nobody needs. It counts objects that are allocated.
func TestNamesakesCostTheirOwnNames(t *testing.T) {
	const n = 3_000
	each := func(share int) float64 {
		in := namesakes(t, n)
		for i := range n {
			last := fmt.Sprint("Family", i/share, "x")
			in.Workers[fmt.Sprint(100000+i)].Attributes["Last"] = expression.String(last)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := decide(t, in)
		runtime.ReadMemStats(&after)
		if len(r.Accounts) != n {
			t.Fatalf("%d accounts of %d", len(r.Accounts), n)
		}
		return float64(after.Mallocs-before.Mallocs) / n
	}
	few, many := each(8), each(10)
	t.Logf("%.0f objects a person where eight share a name, %.0f where ten do", few, many)
	if many > 1.05*few {
		t.Errorf("%.0f objects a person where ten share a name, expected at most a twentieth more than the %.0f where eight do", many, few)
	}
}

// TestNamesakesOfARefusedName: everybody whose first name the directory refuses is set aside, with the same
// text, and everybody else has an account.
func TestNamesakesOfARefusedName(t *testing.T) {
	const n = 400
	r := decide(t, namesakes(t, n))
	if len(r.SetAside) != n/50 || len(r.Accounts) != n-n/50 {
		t.Fatalf("%d set aside and %d accounts, expected %d and %d", len(r.SetAside), len(r.Accounts), n/50, n-n/50)
	}
	for _, d := range r.Decisions {
		if d.Action != roster.ActionSetAside {
			continue
		}
		if len(d.Problems) != 1 || !strings.Contains(fmt.Sprint(d.Problems), `attribute sAMAccountName: found "hash"`) {
			t.Errorf("worker %s: found %v, expected one problem, with the login", d.WorkerID, d.Problems)
		}
	}
}

// TestDecisionsGrowWithPeople holds that four times as many people cost four times as much, counted in
// objects that are allocated, which says the same on every machine.
func TestDecisionsGrowWithPeople(t *testing.T) {
	each := func(n int) float64 {
		in := namesakes(t, n)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		decide(t, in)
		runtime.ReadMemStats(&after)
		return float64(after.Mallocs-before.Mallocs) / float64(n)
	}
	few, many := each(1_000), each(4_000)
	if many > 1.25*few {
		t.Errorf("%.0f objects a person of 4,000, expected at most a quarter more than the %.0f of 1,000", many, few)
	}
	t.Logf("%.0f objects a person of 1,000, %.0f of 4,000", few, many)
}
