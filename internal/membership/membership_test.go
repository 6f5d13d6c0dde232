// SPDX-License-Identifier: MPL-2.0

package membership

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

var subject = Subject{
	Format:   directory.Format{Target: "test", HasContainer: true, Core: []directory.CoreKey{{Key: "common_name", Attribute: "cn"}, {Key: "user_principal_name", Attribute: "userPrincipalName"}}},
	WorkerID: "employeeID", Labels: []string{"displayName", "cn"},
}

// account makes an account; more are pairs of attribute and values separated by |.
func account(enabled bool, more ...string) directory.Account {
	a := directory.Account{Enabled: enabled, Container: "OU=Staff", Attributes: map[string]directory.Value{}}
	for i := 0; i < len(more); i += 2 {
		a.Attributes[more[i]] = nil
		if more[i+1] != "" {
			a.Attributes[more[i]] = strings.Split(more[i+1], "|")
		}
	}
	return a
}

var staff = map[string]directory.Account{
	"1": account(true, "employeeID", "E1", "displayName", "Ada", "department", "Sales", "level", "7"),
	"2": account(true, "employeeID", "E2", "displayName", "Bob", "department", "IT", "level", "3", "otherMailbox", "a@x|b@x"),
	"3": account(false, "employeeID", "E3", "cn", "Cleo", "department", "Sales", "level", ""),
	"4": account(true, "displayName", "Dan", "userPrincipalName", "dan@example.com", "level", "9"),
}

func TestEvaluate(t *testing.T) {
	for rule, want := range map[string]string{
		`[department] = "Sales"`:                             `{"E1":"Ada","E3":"Cleo"}`,
		`And([enabled], [department] = "Sales")`:             `{"E1":"Ada"}`,
		`Or([department] = "IT", [worker_id] = "4")`:         `{"4":"Dan","E2":"Bob"}`,
		`Not(IsPresent([department]))`:                       `{"4":"Dan"}`,
		`[container] = "OU=Staff"`:                           `{"4":"Dan","E1":"Ada","E2":"Bob","E3":"Cleo"}`,
		`[user_principal_name] = "dan@example.com"`:          `{"4":"Dan"}`,
		`Contains([otherMailbox], "b@x")`:                    `{"E2":"Bob"}`,
		`And(IsPresent([level]), CBool([level] > 5))`:        `{"4":"Dan","E1":"Ada"}`,
		`IIF([department] = "IT", "True", "False")`:          `{"E2":"Bob"}`,
		"And(\n  [enabled],\n  [department] <> \"Sales\"\n)": `{"4":"Dan","E2":"Bob"}`,
		`[department] = "Nobody"`:                            `{}`,
	} {
		got, err := Evaluate(map[string]string{"G": rule}, staff, subject)
		if err != nil || len(got.Failed) > 0 || got.Members["G"].Document() != want {
			t.Errorf("%s: %+v (%v), expected %s", rule, got, err, want)
		}
	}
}

func TestEvaluate_mistakes(t *testing.T) {
	for rule, words := range map[string][]string{
		`[departmant] = "Sales"`:                 {`group "G"`, "[departmant]", "column 1", "departmant", "did you mean department"},
		`[department] == "Sales"`:                {`group "G"`, "column"},
		`[department] = "Sales`:                  {`group "G"`, "column 16"},
		`Foo([department])`:                      {"Foo"},
		``:                                       {"missing"},
		`DateDiff("d", Now(), "2026-01-01") > 0`: {"the time"},
		`Guid() = "x"`:                           {"chance"},
		`[department] = "a"), (True`:             {"column 20"},
	} {
		_, err := Evaluate(map[string]string{"G": rule, "Good": `[enabled]`}, staff, subject)
		var r *RuleError
		if !errors.As(err, &r) || r.Group != "G" {
			t.Errorf("%s: %v, expected an error of the rule of G", rule, err)
			continue
		}
		for _, w := range words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, expected %q in it", rule, err, w)
			}
		}
	}
	if err := Check(map[string]string{"G": `[anything] = "x"`}); err != nil {
		t.Errorf("without accounts: %v", err)
	}
}

// TestEvaluate_onePerson: a rule that cannot be evaluated for somebody decides
// about all others, and that person stays in, or out.
func TestEvaluate_onePerson(t *testing.T) {
	for rule, c := range map[string]struct {
		words []string
		want  string
		all   bool
	}{
		`[department]`:           {[]string{`group "G"`, `worker "1"`, "column 1: [department]", "Sales", "and 2 more"}, `{"E2":"Bob","E3":"Cleo"}`, false},
		`[level] > 5`:            {[]string{`worker "3"`}, `{"4":"Dan","E1":"Ada","E3":"Cleo"}`, false},
		`[otherMailbox] = "a@x"`: {[]string{`worker "2"`}, `{"E2":"Bob"}`, false},
		`[container]`:            {[]string{`worker "1"`, "and 3 more"}, `{"E2":"Bob","E3":"Cleo"}`, true},
	} {
		f, err := Evaluate(map[string]string{"G": rule, "Good": `[enabled]`}, staff, subject)
		if err != nil || f.Failed["Good"] != nil || f.Failed["G"] == nil {
			t.Errorf("%s: %+v, %v", rule, f, err)
			continue
		}
		for _, w := range c.words {
			if !strings.Contains(f.Failed["G"].Error(), w) {
				t.Errorf("%s: %v, expected %q in it", rule, f.Failed["G"], w)
			}
		}
		if got := f.Wanted("G", Members{"E2": "Bob", "E3": "Cleo"}); got.Document() != c.want || f.FailedForAll("G") != c.all {
			t.Errorf("%s: %s, for all %v, expected %s", rule, got.Document(), f.FailedForAll("G"), c.want)
		}
	}
}

// TestEvaluate_notManaged: whoever is released, or cannot be told from somebody
// else, is neither added nor removed.
func TestEvaluate_notManaged(t *testing.T) {
	all := map[string]directory.Account{
		"1": account(true, "employeeID", "e1"), "2": account(true, "employeeID", "E1"), "3": account(true, "employeeID", "E3"),
		"4": account(false, "employeeID", "E4"), "5": account(false, "employeeID", "E5"), "6": account(false, "employeeID", "E6", directory.GroupsAttribute, directory.GroupsRemoved),
	}
	released, deleted := all["4"], all["5"]
	released.Released, deleted.Deleted = true, true
	all["4"], all["5"] = released, deleted
	f, err := Evaluate(map[string]string{"G": `Not(IsPresent([department]))`}, withAttribute(all, "department"), subject)
	if err != nil || len(f.Troubled()) != 1 || !strings.Contains(f.Troubled()[0], `"1" and "2"`) {
		t.Fatalf("%+v, %v", f, err)
	}
	for have, want := range map[string]string{`{}`: `{"E3":"E3"}`, `{"E1":"x","E4":"y","E5":"z","E6":"q"}`: `{"E1":"x","E3":"E3","E4":"y"}`} {
		m, err := Parse(have)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Wanted("G", m); strings.ReplaceAll(got.Document(), `"3"`, `"E3"`) != want {
			t.Errorf("of %s: %s, expected %s", have, got.Document(), want)
		}
	}
}

func withAttribute(all map[string]directory.Account, name string) map[string]directory.Account {
	for id := range all {
		all[id].Attributes[name] = nil
	}
	return all
}

// TestHeld: a rule that is not followed keeps members, but for those with whose
// account nobody can sign in.
func TestHeld(t *testing.T) {
	f, err := Evaluate(map[string]string{"G": `And([enabled], [department] = "None")`}, staff, subject)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Held("G", Members{"E1": "Ada", "E3": "Cleo", "X9": "not ours"}).Document(); got != `{"E1":"Ada","X9":"not ours"}` {
		t.Error(got)
	}
}

// TestEvaluate_mover: one changed attribute is a leave here and a join there.
func TestEvaluate_mover(t *testing.T) {
	rules := map[string]string{"Sales": `[department] = "Sales"`, "IT": `[department] = "IT"`}
	before, err := Evaluate(rules, staff, subject)
	if err != nil {
		t.Fatal(err)
	}
	moved := map[string]directory.Account{}
	for id, a := range staff {
		moved[id] = a.Clone()
	}
	moved["1"].Attributes["department"], moved["1"].Attributes["displayName"] = directory.Value{"IT"}, directory.Value{"Ada King"}
	after, err := Evaluate(rules, moved, subject)
	if err != nil {
		t.Fatal(err)
	}
	if l, j := before.Members["Sales"].Without(after.Members["Sales"]), after.Members["IT"].Without(before.Members["IT"]); !reflect.DeepEqual(l, []string{"E1"}) || !reflect.DeepEqual(j, []string{"E1"}) {
		t.Errorf("leaves %v, joins %v", l, j)
	}
	if l := before.Members["IT"].Without(after.Members["IT"]); l != nil {
		t.Errorf("leaves %v, expected none", l)
	}
}

func TestKeeping(t *testing.T) {
	got := Members{"e1": "Ada King", "E2": "Bob"}.Keeping(Members{"E1": "Ada Byron", "E9": "Zoe"})
	if got.Document() != `{"E1":"Ada Byron","E2":"Bob"}` {
		t.Error(got.Document())
	}
}

func TestDocument(t *testing.T) {
	m := Members{`CN=O'Brien\, "Z",DC=x`: "Zoë <\u2028>", "1": ""}
	back, err := Parse(m.Document())
	if err != nil || !reflect.DeepEqual(back, m) || !strings.HasPrefix(m.Document(), `{"1":"",`) {
		t.Errorf("%s: %v (%v)", m.Document(), back, err)
	}
	if _, err := Parse("[]"); err == nil {
		t.Error("a list is taken for members")
	}
}

func TestIndex(t *testing.T) {
	x := NewIndex(&directory.Group{Members: map[string]directory.Member{
		"a": {ID: "a", Path: "CN=Ada", Name: "Ada", Class: "user", WorkerID: "E1"},
		"b": {ID: "b", Path: "CN=Ada 2", Name: "Ada's other", Class: "user", WorkerID: "e1"},
		"c": {ID: "c", Path: "CN=Inner", Name: "Inner", Class: "group", WorkerID: "E3"},
		"d": {ID: "d", Class: "servicePrincipal", Name: "App"},
	}})
	if got := x.Members(nil, true).Document(); got != `{"CN=Ada 2":"Ada's other","CN=Inner":"Inner","E1":"Ada","d":"App"}` {
		t.Error(got)
	}
	if got := x.Members(Members{"e1": "old", "E9": "gone"}, false).Document(); got != `{"e1":"Ada"}` {
		t.Error(got)
	}
}

func TestSafeguards(t *testing.T) {
	limit := func(s string) roster.Limit {
		l, err := roster.ParseLimit(s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	have := map[string]Members{"G": {"1": "A", "2": "B", "3": "C", "4": "D"}}
	rules := map[string]string{"G": "[x]"}
	for name, c := range map[string]struct {
		s     Safeguards
		want  Members
		words string
	}{
		"nobody":             {Safeguards{}, nil, "matches none of 9 accounts"},
		"nobody is allowed":  {Safeguards{AllowEmpty: []string{"G"}}, nil, ""},
		"too many":           {Safeguards{MaxLeaves: limit("1")}, Members{"1": "A", "2": "B"}, "2 of 4 members would leave, and max_leaves (1) allows 1: 3 (C), 4 (D)"},
		"too large a share":  {Safeguards{MaxLeaves: limit("25%")}, Members{"1": "A", "2": "B"}, "allows 1"},
		"within the share":   {Safeguards{MaxLeaves: limit("50%")}, Members{"1": "A", "2": "B", "8": "H"}, ""},
		"unknown exemption":  {Safeguards{AllowEmpty: []string{"H"}}, have["G"], `allow_empty: no rule is for the group "H"`},
		"none may leave":     {Safeguards{MaxLeaves: limit("0")}, Members{"1": "A", "2": "B", "3": "C"}, "allows 0"},
		"joins are not less": {Safeguards{MaxLeaves: limit("0")}, Members{"1": "A", "2": "B", "3": "C", "4": "D", "5": "E"}, ""},
	} {
		err := errors.Join(c.s.Unknown(rules), c.s.Empties("G", rules["G"], c.want, 9), c.s.Exceeds(c.want, have["G"]))
		if (c.words == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v, expected %q", name, err, c.words)
		}
	}
}

// BenchmarkEvaluate is the whole of what rules cost at plan.
func BenchmarkEvaluate(b *testing.B) {
	accounts := make(map[string]directory.Account, 10_000)
	for i := range 10_000 {
		id := fmt.Sprintf("%05d", i)
		accounts[id] = account(i%20 > 0, "employeeID", id, "displayName", "Worker "+id, "department", fmt.Sprintf("D%d", i%250), "l", fmt.Sprintf("City %d", i%40))
	}
	rules := map[string]string{"All": `[enabled]`}
	for i := range 299 {
		rules[fmt.Sprintf("CN=G%d,OU=Groups,DC=corp,DC=example,DC=com", i)] = map[bool]string{
			true:  fmt.Sprintf(`And([enabled], [department] = "D%d")`, i%250),
			false: fmt.Sprintf(`And([enabled], [department] <> "D%d", [l] = "City %d")`, i, i%40),
		}[i%2 == 0]
	}
	b.ReportAllocs()
	for b.Loop() {
		if got, err := Evaluate(rules, accounts, subject); err != nil || len(got.Members["All"]) != 9500 {
			b.Fatal(got.Failed, err)
		}
	}
}

func TestNames(t *testing.T) {
	naming := Naming{Key: directory.Fold, ByPath: func(m directory.Member) bool { return m.Class == classUser }, Hidden: func(ref string) bool { return strings.Contains(ref, "@hidden") }}
	x := naming.Of(&directory.Group{Members: map[string]directory.Member{
		"a": {ID: "a", Path: "ada@x", Class: classUser, WorkerID: "E1"},
		"b": {ID: "b", Path: "bob@x", Class: classUser, WorkerID: "e1"}, // E1 stands for neither
		"c": {ID: "c", Path: "cleo@x", Class: classUser, WorkerID: "E3"},
		"d": {ID: "d", Path: "App", Class: "servicePrincipal", WorkerID: "E4"},
	}})
	for ref, want := range map[string]string{"E1": "", "ADA@x": "a", "e3": "c", "App": "", "D": "d"} {
		if got := x.ID(ref); got != want {
			t.Errorf("%s means %q, expected %q", ref, got, want)
		}
	}
	known := map[string]string{"E1": "b", "cleo.jones@x": "c", "zoe@x": "z"}
	present, open := x.Present([]string{"E1", "E3", "cleo.jones@x", "zoe@x", "any@hidden"}, known)
	if want := map[string]string{"E1": "b", "E3": "c"}; !reflect.DeepEqual(present, want) || !reflect.DeepEqual(open, []string{"cleo.jones@x", "any@hidden"}) {
		t.Errorf("present %v, open %v", present, open)
	}
	if got, want := x.Others(map[string]string{"E1": "b"}), (map[string]string{"ada@x": "a", "E3": "c", "d": "d"}); !reflect.DeepEqual(got, want) {
		t.Errorf("others %v, expected %v", got, want)
	}
	// The reference in use means somebody else, so the next name does.
	if got, want := x.Others(map[string]string{"E3": "a", "ada@x": "b"}), (map[string]string{"cleo@x": "c", "d": "d"}); !reflect.DeepEqual(got, want) {
		t.Errorf("others %v, expected %v", got, want)
	}
}
