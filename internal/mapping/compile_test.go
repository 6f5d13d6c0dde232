// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/worker"
)

// setRule returns the change of one attribute rule.
func setRule(name string, rule AttributeRule) func(*Rules) {
	return func(r *Rules) { r.Attributes[name] = rule }
}

var compileProblems = map[string]struct {
	change func(*Rules)
	want   []string
}{
	"target":           {func(r *Rules) { r.Target = "novell" }, []string{`target: found "novell", expected "active_directory"`}},
	"other target":     {func(r *Rules) { r.Target = "entra" }, []string{`target: found "entra", expected "active_directory"`}},
	"no match":         {func(r *Rules) { r.Match = nil }, []string{"match: missing"}},
	"empty match":      {func(r *Rules) { r.Match = []MatchRule{{}} }, []string{"match[0]: missing"}},
	"match target":     {func(r *Rules) { r.Match[0].All[0].Target = "employeeIDs" }, []string{`match[0].target: unknown target attribute "employeeIDs"; did you mean "employeeID"?`}},
	"match source":     {func(r *Rules) { r.Match[0].All[0].Source = " " }, []string{"match[0].source: missing"}},
	"match expression": {func(r *Rules) { r.Match[0].All[0].Source = "Jion([a])" }, []string{"match[0].source: line 1, column 1", "Join"}},
	"match by manager": {func(r *Rules) { r.Match[0].All[0].Target = "manager" }, []string{"match[0].target: a worker cannot be recognised by their manager"}},
	"match binary":     {func(r *Rules) { r.Match[0].All[0].Target = "objectGUID" }, []string{"match[0].target: objectGUID holds binary data"}},
	"composite path": {func(r *Rules) {
		r.Match[0].All = append(r.Match[0].All, MatchCondition{Source: "x", Target: "nope_nope"})
	}, []string{"match[0].all[1].target: unknown target attribute"}},
	"misspelt attribute": {setRule("departement", AttributeRule{Source: "Department"}), []string{`attributes["departement"]: unknown target attribute "departement"; did you mean "department"?`}},
	"unlike anything":    {setRule("xqzzyplugh", AttributeRule{Source: "Department"}), []string{`attributes["xqzzyplugh"]: unknown target attribute "xqzzyplugh"; add it to extra_attributes`}},
	"core key":           {setRule("common_name", AttributeRule{Source: "x"}), []string{`attributes["common_name"]: unknown target attribute "common_name": in rules it is called "cn"`}},
	"accountDisabled":    {setRule("accountDisabled", AttributeRule{Source: "Active"}), []string{`attributes["accountDisabled"]: accountDisabled cannot be written by a rule`, "lifecycle"}},
	"accountEnabled":     {setRule("accountEnabled", AttributeRule{Source: "Active"}), []string{"lifecycle"}},
	"userAccountControl": {setRule("userAccountControl", AttributeRule{Source: "x"}), []string{"disabled bit, which lifecycle decides"}},
	"parent":             {setRule("parentDistinguishedName", AttributeRule{Source: "x"}), []string{"write the expression as container"}},
	"password":           {setRule("unicodePwd", AttributeRule{Constant: pointer("x")}), []string{"passwords are write-only arguments"}},
	"guid":               {setRule("objectGUID", AttributeRule{Source: "x"}), []string{"the directory sets it"}},
	"read-only":          {setRule("whenCreated", AttributeRule{Source: "x"}), []string{"maintained by the directory itself"}},
	"twice": {func(r *Rules) {
		r.Attributes["SN"], r.Attributes["sn"] = AttributeRule{Source: "a"}, AttributeRule{Source: "b"}
	}, []string{`attributes["sn"]: the same attribute as "SN"`}},
	"no cn":                 {func(r *Rules) { delete(r.Attributes, "cn") }, []string{`attributes: missing a rule for "cn"`}},
	"no container":          {func(r *Rules) { r.Container = "" }, []string{"container: missing"}},
	"bad container":         {func(r *Rules) { r.Container = "OU Staff" }, []string{`container: found "OU Staff", expected a distinguished name`}},
	"bad container literal": {func(r *Rules) { r.Container = `Switch([City], "OU=X,DC=a", "Rome", "OU:Rome,DC=a")` }, []string{`container: found "OU:Rome,DC=a"`}},
	"nested literal": {func(r *Rules) {
		r.Container = `IIF([a] = "no dn", "OU=X,DC=a", Switch([b], "nowhere", "x", "OU=Y,DC=a"))`
	}, []string{`container: found "nowhere"`}},
	"unique container":    {func(r *Rules) { r.Container = `SelectUniqueValue([a], [b])` }, []string{"container: SelectUniqueValue is for attribute rules only"}},
	"leaver container":    {func(r *Rules) { r.Lifecycle.LeaverContainer = "Leavers" }, []string{"worker_lifecycle.leaver_container: found \"Leavers\""}},
	"source and constant": {setRule("sn", AttributeRule{Source: "a", Constant: pointer("b")}), []string{`attributes["sn"]: found source and constant, expected only one`}},
	"nothing":             {setRule("sn", AttributeRule{}), []string{`attributes["sn"]: missing, expected one of source, constant and expression`}},
	"source expression":   {setRule("sn", AttributeRule{Source: `Join("", [a])`}), []string{`attributes["sn"].source: found Join("", [a])`}},
	"syntax":              {setRule("sn", AttributeRule{Expression: `Join(" ", `}), []string{`attributes["sn"].expression: line 1, column`}},
	"apply":               {setRule("sn", AttributeRule{Source: "a", Apply: "on_creat"}), []string{`attributes["sn"].apply: found "on_creat"`, `did you mean "on_create"?`}},
	"when_null":           {setRule("sn", AttributeRule{Source: "a", WhenNull: "drop"}), []string{`attributes["sn"].when_null: found "drop"`}},
	"clear required":      {setRule("cn", AttributeRule{Source: "a", WhenNull: "clear"}), []string{`attributes["cn"].when_null: cn cannot be cleared`}},
	"clear on create":     {setRule("sn", AttributeRule{Source: "a", WhenNull: "clear", Apply: "on_create"}), []string{`attributes["sn"].when_null: "clear" has no effect`}},
	"long constant":       {setRule("department", AttributeRule{Constant: pointer(strings.Repeat("x", 65))}), []string{`attributes["department"].constant: found`, "at most 64"}},
	"number":              {setRule("countryCode", AttributeRule{Constant: pointer("DE")}), []string{`attributes["countryCode"].constant: found "DE", expected a 32-bit whole number`}},
	"boolean":             {setRule("msExchHideFromAddressLists", AttributeRule{Constant: pointer("True")}), []string{"expected TRUE or FALSE in capitals"}},
	"path":                {setRule("secretary", AttributeRule{Constant: pointer("Bob")}), []string{`attributes["secretary"].constant: found "Bob", expected a distinguished name`}},
	"blank constant":      {setRule("sn", AttributeRule{Constant: pointer("  ")}), []string{`attributes["sn"].constant: found only blanks`}},
	"constant name":       {setRule("cn", AttributeRule{Constant: pointer("Everybody")}), []string{`attributes["cn"].constant: cn names an account`}},
	"default":             {setRule("c", AttributeRule{Source: "a", Default: pointer("Germany")}), []string{`attributes["c"].default: found "Germany" with 7 characters`}},
	"default and error":   {setRule("c", AttributeRule{Source: "a", Default: pointer("DE"), WhenNull: "error"}), []string{`attributes["c"].default: has no effect`}},
	"unique default":      {setRule("mail", AttributeRule{Source: "a", Default: pointer("a@b"), Unique: true}), []string{`attributes["mail"].default: mail is unique`}},
	"unique needed":       {setRule("mail", AttributeRule{Expression: "SelectUniqueValue([a], [b])"}), []string{`attributes["mail"].expression: SelectUniqueValue is for unique attributes`}},
	"leaver attribute": {func(r *Rules) {
		r.Lifecycle.LeaverAttributes = map[string]AttributeRule{"descriptoin": {Constant: pointer("left")}}
	}, []string{`worker_lifecycle.leaver_attributes["descriptoin"]`, `"description"`}},
	"extra attribute": {func(r *Rules) { r.ExtraAttributes = []string{" x"} }, []string{`extra_attributes[0]: found " x"`}},
	"operator": {func(r *Rules) {
		r.Scope = [][]Clause{{{Attribute: "a", Operator: "EQUALS", Value: "1"}}, {{Attribute: "a", Operator: "EQUAL", Value: "1"}}}
	}, []string{`scope[1][0].operator: found "EQUAL"`, `did you mean "EQUALS"?`}},
	"operator value":    {func(r *Rules) { r.Scope = [][]Clause{{{Attribute: "a", Operator: "EQUALS"}}} }, []string{"scope[0][0].value: missing"}},
	"unary value":       {func(r *Rules) { r.Scope = [][]Clause{{{Attribute: "a", Operator: "is null", Value: "1"}}} }, []string{"scope[0][0].value: found \"1\", but IS NULL takes no value"}},
	"regex":             {func(r *Rules) { r.Scope = [][]Clause{{{Attribute: "a", Operator: "REGEX MATCH", Value: "(a"}}} }, []string{"scope[0][0].value: found \"(a\""}},
	"not a number":      {func(r *Rules) { r.Scope = [][]Clause{{{Attribute: "a", Operator: "Greater_Than", Value: "many"}}} }, []string{"scope[0][0].value: found \"many\", expected a whole number or a date"}},
	"bits":              {func(r *Rules) { r.Scope = [][]Clause{{{Attribute: "a", Operator: "&", Value: "x"}}} }, []string{"scope[0][0].value: found \"x\", expected a whole number"}},
	"empty group":       {func(r *Rules) { r.Scope = [][]Clause{{}} }, []string{"scope[0]: missing"}},
	"clause attribute":  {func(r *Rules) { r.Scope = [][]Clause{{{Operator: "IS NULL"}}} }, []string{"scope[0][0].attribute: missing"}},
	"clause both":       {func(r *Rules) { r.Scope = [][]Clause{{{Attribute: "a", Expression: "[a]"}}} }, []string{"scope[0][0]: found an expression beside"}},
	"clause expression": {func(r *Rules) { r.Scope = [][]Clause{{{Expression: "IIF("}}} }, []string{"scope[0][0].expression: line 1"}},
	"circle":            {func(r *Rules) { r.Expressions = map[string]string{"a": `Use("b")`, "b": `ToLower(Use("a"))`} }, []string{`expressions["a"]: uses itself: a → b → a`}},
	"self":              {func(r *Rules) { r.Expressions = map[string]string{"a": `Use("a")`} }, []string{`expressions["a"]: uses itself: a → a`}},
	"unknown use":       {setRule("sn", AttributeRule{Expression: `Use("nmae")`}), []string{`attributes["sn"].expression`, "nmae"}},
	"named unique":      {func(r *Rules) { r.Expressions = map[string]string{"a": `SelectUniqueValue([x], [y])`} }, []string{`expressions["a"]: SelectUniqueValue`}},
	"unknown table":     {setRule("sn", AttributeRule{Expression: `Lookup([a], "nope", "")`}), []string{`attributes["sn"].expression`, "nope"}},
	"nameless table":    {func(r *Rules) { r.Tables = map[string]map[string]string{"": {}} }, []string{`tables[""]: expected a name`}},
	"statuses overlap": {func(r *Rules) {
		r.Lifecycle.ActiveStatuses, r.Lifecycle.InactiveStatuses = []string{"A"}, []string{"T", "a "}
	}, []string{`worker_lifecycle.inactive_statuses[1]: "a " is in active_statuses too`}},
	"blank status":         {func(r *Rules) { r.Lifecycle.ActiveStatuses = []string{" "} }, []string{`worker_lifecycle.active_statuses[0]: found " "`}},
	"negative days":        {func(r *Rules) { r.Lifecycle.PrehireDays = pointer(-1) }, []string{"worker_lifecycle.prehire_days: found -1"}},
	"enable before create": {func(r *Rules) { r.Lifecycle.PrehireDays, r.Lifecycle.EnableDays = pointer(3), 5 }, []string{"worker_lifecycle.enable_days: found 5, more than prehire_days 3"}},
	"container days":       {func(r *Rules) { r.Lifecycle.LeaverContainerDays = 3 }, []string{"worker_lifecycle.leaver_container_days: has no effect"}},
	"late container": {func(r *Rules) {
		r.Lifecycle.LeaverContainer, r.Lifecycle.LeaverContainerDays, r.Lifecycle.RetentionDays = "OU=L,DC=a", 40, pointer(30)
	}, []string{"more than retention_days 30"}},
	"absent days":         {func(r *Rules) { r.Lifecycle.AbsentDays = 3 }, []string{"worker_lifecycle.absent_days: needs record_in"}},
	"former names days":   {func(r *Rules) { r.Lifecycle.FormerNamesDays = 3 }, []string{"worker_lifecycle.former_names_days: found 3 and former_names_in"}},
	"former names in":     {func(r *Rules) { r.Lifecycle.FormerNamesIn = "info" }, []string{"worker_lifecycle.former_names_days: found 0 and former_names_in"}},
	"former names mapped": {func(r *Rules) { r.Lifecycle.FormerNamesIn, r.Lifecycle.FormerNamesDays = "employeeid", 9 }, []string{"worker_lifecycle.former_names_in: employeeID is written by a rule"}},
	"former names short":  {func(r *Rules) { r.Lifecycle.FormerNamesIn, r.Lifecycle.FormerNamesDays = "postalCode", 9 }, []string{"worker_lifecycle.former_names_in: postalCode cannot hold"}},
	"former names twice": {func(r *Rules) {
		r.Lifecycle.RecordIn, r.Lifecycle.FormerNamesIn, r.Lifecycle.FormerNamesDays = "info", "info", 9
	}, []string{"worker_lifecycle.former_names_in: info is record_in as well"}},
	"record in mapped":    {func(r *Rules) { r.Lifecycle.RecordIn = "employeeid" }, []string{"worker_lifecycle.record_in: employeeID is written by a rule"}},
	"record in too short": {func(r *Rules) { r.Lifecycle.RecordIn = "c" }, []string{"worker_lifecycle.record_in: c cannot hold"}},
	"record in unknown":   {func(r *Rules) { r.Lifecycle.RecordIn = "infos" }, []string{`worker_lifecycle.record_in: unknown target attribute "infos"; did you mean "info"?`}},
	"zone":                {func(r *Rules) { r.Lifecycle.TimeZone = "Berlin" }, []string{`worker_lifecycle.time_zone: found "Berlin"`}},
	"words": {func(r *Rules) {
		r.Lifecycle.OnLeave, r.Lifecycle.DisableAt, r.Lifecycle.OnAbsent, r.Lifecycle.Rehire = "a", "b", "c", "d"
		r.ContainerApply, r.OnOutOfScope, r.ManagerMissing, r.Dialect = "e", "f", "g", "h"
	}, []string{"worker_lifecycle.on_leave", "worker_lifecycle.disable_at", "worker_lifecycle.on_absent", "worker_lifecycle.rehire", "container_apply", "on_out_of_scope", "manager_missing", "dialect"}},
	"domain": {func(r *Rules) { r.DefaultDomain = "a@b" }, []string{"default_domain: found \"a@b\""}},
}

func TestCompileProblems(t *testing.T) {
	for name, test := range compileProblems {
		t.Run(name, func(t *testing.T) {
			r := basic()
			test.change(&r)
			m, err := Compile(r, adSchema(), adFormat)
			wantError(t, err, test.want...)
			if m != nil {
				t.Error("a mapping beside an error")
			}
		})
	}
}

func TestCompileReportsEverything(t *testing.T) {
	r := basic()
	r.Attributes["departement"] = AttributeRule{Source: "Department"}
	r.Attributes["title"] = AttributeRule{Expression: "Join(Fooo([a]), Baar([b]))"}
	r.Container = "nowhere"
	r.Lifecycle.TimeZone = "x"
	_, err := Compile(r, adSchema(), adFormat)
	wantError(t, err, `attributes["departement"]`, `attributes["title"].expression: line 1, column 6`, "Fooo", "Baar", "container", "worker_lifecycle.time_zone")
	if n := len(flatten(err)); n < 5 {
		t.Errorf("%d errors, expected each problem to be one", n)
	}
}

func TestCompileNormalises(t *testing.T) {
	r := basic()
	r.Attributes["GIVENNAME"] = AttributeRule{Source: "[FirstName]"}
	r.Attributes["corpBadge"] = AttributeRule{Source: "Badge"}
	r.Attributes["manager"] = AttributeRule{Source: "manager_id"}
	r.ExtraAttributes = []string{"corpBadge", "SN"}
	r.Match[0].All[0].Target = "EMPLOYEEID"
	r.Scope = [][]Clause{{{Attribute: "[Country]", Operator: "not_regex match", Value: "^X"}}}
	r.Lifecycle.RecordIn = "MSDS-cloudextensionattribute20"
	r.Lifecycle.LeaverAttributes = map[string]AttributeRule{"Description": {Constant: pointer("left")}}
	r.Expressions = map[string]string{"z": `ToUpper([Site])`, "a": `Append(Use("z"), "!")`}
	r.Attributes["l"] = AttributeRule{Expression: `Use("a")`}
	before, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	m := mustCompile(t, r)
	if after, _ := r.Marshal(); after != before {
		t.Error("Compile changed the rules it was given")
	}
	got := m.Rules()
	if _, ok := got.Attributes["givenName"]; !ok || got.Match[0].All[0].Target != "employeeID" || got.Scope[0][0].Operator != "NOT REGEX MATCH" || got.Lifecycle.RecordIn != "msDS-cloudExtensionAttribute20" {
		t.Errorf("not normalised: %+v", got)
	}
	if want := []string{"Badge", "Country", "FirstName", "LastName", "Site", "manager_id", "worker_id"}; !slices.Equal(m.SourceAttributes(), want) {
		t.Errorf("SourceAttributes = %v, want %v", m.SourceAttributes(), want)
	}
	if want := []string{"cn", "corpBadge", "description", "employeeID", "givenName", "l", "manager", "msDS-cloudExtensionAttribute20", "sAMAccountName"}; !slices.Equal(m.TargetAttributes(), want) {
		t.Errorf("TargetAttributes = %v, want %v", m.TargetAttributes(), want)
	}
	if want := []string{"cn", "sAMAccountName"}; !slices.Equal(m.UniqueAttributes(), want) {
		t.Errorf("UniqueAttributes = %v, want %v", m.UniqueAttributes(), want)
	}
	doc, err := got.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseRules(doc)
	if err != nil {
		t.Fatal(err)
	}
	again, err := mustCompile(t, parsed).Rules().Marshal()
	if err != nil || again != doc {
		t.Errorf("round trip: %v\n%s\n%s", err, doc, again)
	}
}

func TestCompileEntra(t *testing.T) {
	r := Rules{Target: "entra", Match: []MatchRule{{All: []MatchCondition{{Source: "worker_id", Target: "employeeId"}}}}, Attributes: map[string]AttributeRule{
		"userPrincipalName": {Expression: `Join("@", [Login], DefaultDomain())`}, "displayName": {Source: "Name"}, "mailNickname": {Source: "Login"}, "accountEnabled": {Source: "x"},
	}, Container: `"OU=a,DC=b"`, DefaultDomain: "contoso.com", Lifecycle: Lifecycle{LeaverContainer: "OU=L,DC=b"}}
	_, err := Compile(r, entraSchema(), entraFormat)
	wantError(t, err, "container: entra has no containers", "worker_lifecycle.", `attributes["accountEnabled"]`)
	r.Container, r.Lifecycle.LeaverContainer = "", ""
	delete(r.Attributes, "accountEnabled")
	m, err := Compile(r, entraSchema(), entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	w := ann()
	w.Attributes["Login"], w.Attributes["Name"] = w.Attributes["LastName"], w.Attributes["FirstName"]
	d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z")
	if got := d.Attributes["userPrincipalName"].Value.Text(); got != "Lee@contoso.com" || d.Container != "" {
		t.Errorf("got %q in %q", got, d.Container)
	}
}

func TestParseRules(t *testing.T) {
	for _, bad := range []string{"", "[]", `{"targget":"x"}`, `{"target":"x"} {}`, `{"target":5}`} {
		if _, err := ParseRules(bad); err == nil {
			t.Errorf("ParseRules(%q) gave no error", bad)
		}
	}
}

func TestExamples(t *testing.T) {
	r := basic()
	r.Attributes["department"] = AttributeRule{Source: "Department", Default: pointer("None")}
	r.Attributes["title"] = AttributeRule{Source: "Title"}
	good := Example{Name: "joiner", Worker: *ann(), Existing: []string{"LEE"}, Expect: map[string][]string{
		"cn": {"Ann Lee"}, "samaccountname": {"Lee2"}, "department": {"Sales"}, "title": {}, "container": {"OU=Staff,DC=corp,DC=example,DC=com"}, "enabled": {"true"}, "stage": {"active"}}}
	noDepartment := good
	noDepartment.Name, noDepartment.Worker.Attributes = "default", map[string]value{"FirstName": text("Bo"), "LastName": text("Ek")}
	noDepartment.Expect = map[string][]string{"department": {"None"}}
	r.Examples = []Example{good, noDepartment}
	doc, err := mustCompile(t, r).Rules().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := ParseRules(doc)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := mustCompile(t, parsed).Rules().Marshal(); err != nil || again != doc {
		t.Errorf("round trip: %v\n%s\n%s", err, doc, again)
	}

	bad := good
	bad.Name, bad.Expect = "wrong", map[string][]string{"cn": {"Ann"}, "title": {"Boss"}, "stage": {"left"}, "departmen": {"x"}, "sAMAccountName": {"Lee"}}
	broken := Example{Name: "broken", Worker: worker.Worker{ID: "2", HireDate: "soon"}, Expect: map[string][]string{"cn": {"x"}}}
	late := Example{Worker: *ann(), AsOf: "tomorrow", Expect: map[string][]string{"cn": {"x"}}}
	empty := Example{Name: "empty", Worker: *ann()}
	full := Example{Name: "full", Worker: *ann(), AsOf: "2026-12-01T12:00:00Z", Existing: []string{"ann lee"}, Expect: map[string][]string{"cn": {"x"}}}
	r.Examples = []Example{good, bad, broken, late, empty, full}
	_, err = Compile(r, adSchema(), adFormat)
	wantError(t, err, `examples["wrong"].expect["cn"]: found "Ann Lee", expected "Ann"; rule Join`, `expect["title"]: found no value, expected "Boss"`,
		`expect["stage"]: found "active", expected "left"`, `expect["departmen"]: no rule writes "departmen"; did you mean "department"?`,
		`expect["sAMAccountName"]: found "Lee2", expected "Lee"`, `examples["broken"].worker: worker "2": hire_date: found "soon"`, `examples[3].as_of: found "tomorrow"`, `examples["empty"].expect: missing`,
		`examples["full"].expect["cn"]: every candidate is in existing, the last was "Ann Lee"; rule Join`)
	if strings.Contains(err.Error(), `"joiner"`) {
		t.Errorf("a good example was reported: %v", err)
	}
}

func TestOutline(t *testing.T) {
	for source, want := range map[string][]string{
		`"OU=a"`: {"OU=a"}, `[a]`: nil, `Join("", "a", [b])`: nil, `"a" & "b"`: nil,
		`Switch([a], "d", "k1", "v1", "k2", IIF([x] = "no", "v2", "v3"))`: {"d", "v1", "v2", "v3"},
		`Switch([a], , "k", "v")`:             {"v"},
		`Coalesce([x], "y\"z\\")`:             {"y\"z\\"},
		`Switch([a`:                           nil,
		`"open`:                               {"open"},
		strings.Repeat("IIF(", 100_000) + `"`: nil,
	} {
		if got := results(source); !slices.Equal(got, want) {
			t.Errorf("results(%.60s) = %q, want %q", source, got, want)
		}
	}
	if got := uses(`IIF(Use("a") = (Use("b") & "x"), Use("c"), Join(Use("d")))`); !slices.Equal(got, []string{"a", "b", "c", "d"}) {
		t.Errorf("uses = %q", got)
	}
}
