// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
)

// Who is to get what the directory has not enough of gets the account without it, and is named;
// everybody is asked about at once, and nobody whose account stays as it is.
func TestWhatIsShort(t *testing.T) {
	m := newMemory()
	m.ann()
	with := rules(func(r *mapping.Rules) { r.Attributes["description"] = mapping.AttributeRule{Expression: `"unit"`} })
	in := input(t, m, with, hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Cat Sun"))
	asked := 0
	in.Allots = func(_ context.Context, changes []directory.Change) error {
		var out []error
		for _, c := range changes {
			if c.WorkerID == "3" && len(c.Want.Attributes["description"]) > 0 {
				out = append(out, &directory.PersonError{WorkerID: "3", Op: "assign", Attribute: "Description", Err: errors.New("no unit is left")})
			}
		}
		asked++
		return errors.Join(out...)
	}
	r := decide(t, in)
	for _, id := range []string{"2", "3"} {
		expectAction(t, r, id, roster.ActionCreate)
	}
	if strings.Contains(r.Documents["3"], "unit") || !strings.Contains(r.Documents["2"], "unit") || asked != 2 {
		t.Errorf("asked %d times, documents %s and %s", asked, r.Documents["2"], r.Documents["3"])
	}
	if want := []roster.Lack{{WorkerID: "3", Attribute: "description", Reason: "no unit is left"}}; !slices.Equal(r.Lacking, want) {
		t.Errorf("lacking %+v", r.Lacking)
	}
	if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "no unit is left") && strings.Contains(w, `"3"`) }) {
		t.Errorf("warnings %q", r.Warnings)
	}
	in.Allots = func(context.Context, []directory.Change) error { return errors.New("the directory is down") }
	refused(t, in, "the directory is down")
}

// Somebody who is set aside in the round that would give them something lacks nothing, and stops nobody.
func TestWhatIsShort_aside(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Ann Lee"))
	in.Mapping = compile(t, rules(func(r *mapping.Rules) {
		r.Attributes["userPrincipalName"] = mapping.AttributeRule{Expression: `Append([First], "@corp.example.com")`}
	}))
	in.Allots = func(_ context.Context, changes []directory.Change) error {
		var out []error
		for _, c := range changes {
			out = append(out, &directory.PersonError{WorkerID: c.WorkerID, Attribute: "displayName", Err: errors.New("none")})
		}
		return errors.Join(out...)
	}
	if r := decide(t, in); len(r.Decisions) != 3 {
		t.Errorf("decisions %+v", r.Decisions)
	}
}

// What others gave stands in no document, so that no later one takes it away.
func TestAdditiveAttributesAreNotKept(t *testing.T) {
	m := newMemory()
	ann := m.ann()
	format := adFormat
	format.Additive = func(name string) bool { return name == "description" }
	format.Equal = func(name string, has, want directory.Value) bool {
		return name == "description" && !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(has, w) })
	}
	with := rules(func(r *mapping.Rules) { r.Attributes["description"] = mapping.AttributeRule{Expression: `"ours"`} })
	in := input(t, m, with, hire("1 Ann Lee"), hire("2 Bob Ray"))
	in.Format = format
	for _, c := range []struct {
		has  directory.Value
		want bool
	}{{directory.Value{"ours", "theirs"}, true}, {directory.Value{"theirs"}, false}} {
		ann.Account.Attributes["description"] = c.has
		for name, edit := range map[string]func(*roster.Input){
			"all":         func(*roster.Input) {},
			"only":        func(in *roster.Input) { in.Only = []string{"2"} },
			"held":        func(in *roster.Input) { in.Overrides = []roster.Override{hold("1")} },
			"set aside":   func(in *roster.Input) { in.Workers["1"].Status = "Ruhend-X" },
			"not in feed": func(in *roster.Input) { delete(in.Workers, "1") },
		} {
			in := in
			in.Workers = population(hire("1 Ann Lee"), hire("2 Bob Ray"))
			edit(&in)
			doc := decide(t, in).Documents["1"]
			if strings.Contains(doc, "theirs") || c.want && name == "all" && !strings.Contains(doc, "ours") {
				t.Errorf("%s, has %q: %s", name, c.has, doc)
			}
		}
	}
}
