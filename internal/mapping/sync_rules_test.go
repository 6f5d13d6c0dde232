// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

func fromFiles(t *testing.T, names ...string) (Rules, string) {
	t.Helper()
	var docs []string
	for _, name := range names {
		doc, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, string(doc))
	}
	rules, notes, err := FromSyncRules(docs, adFormat, entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	return rules, strings.Join(notes, "\n")
}

func expectNotes(t *testing.T, notes string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(notes, w) {
			t.Errorf("no note with %q in:\n%s", w, notes)
		}
	}
}

// expectQuestions compiles and expects these to be the open questions, beside what is missing.
func expectQuestions(t *testing.T, rules Rules, want ...string) {
	t.Helper()
	_, err := Compile(rules, adSchema(), adFormat)
	if err == nil {
		t.Fatal("rules compile with questions open")
	}
	for _, w := range want {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("no question with %q in:\n%v", w, err)
		}
	}
	if got := strings.Count(err.Error(), "not decided yet"); got != len(want) {
		t.Errorf("%d questions, want %d:\n%v", got, len(want), err)
	}
}

// TestFromSyncRulesPortal: the rules of a MIM portal in both directions become a mapping that
// gives people of HR the accounts that MIM gave them.
func TestFromSyncRulesPortal(t *testing.T) {
	rules, notes := fromFiles(t, "mim-portal.xml")
	rules.ExtraAttributes = append(rules.ExtraAttributes, "homeDirectory") // the schema of these tests lacks it
	m := mustCompile(t, rules)
	expectNotes(t, notes, `userAccountControl (IIF(Eq([Status], "Active"), 512, `, "unicodePwd was left out", "pwdLastSet was left out",
		"dn became container and cn", `are read as attributes of the HR data source: "addresses", "officeLocation"`,
		"department is cleared", "proxyAddresses keeps its value", "physicalDeliveryOfficeName keeps its value", `on_out_of_scope is "disable"`)
	if strings.Contains(notes, "P@ssw0rd") {
		t.Errorf("the notes show a password:\n%s", notes)
	}
	if doc, err := rules.Marshal(); err != nil || strings.Contains(doc, "P@ssw0rd") {
		t.Errorf("the rules hold a password: %s %v", doc, err)
	}
	w := ann()
	for name, v := range map[string]string{"PersonnelNumber": "1001", "FirstName": "Ann", "LastName": "Lee", "Login": "ALee", "Type": "50",
		"Unit": "Sales"} {
		w.Attributes[name] = text(v)
	}
	if w.Status = "On sabbatical"; true {
		if _, err := m.Evaluate(w, instant(t, "2026-12-05T00:00:00Z")); err == nil {
			t.Error("a status word that the rules do not know was understood")
		}
	}
	w.Status = "Active"
	d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z")
	for name, want := range map[string]string{"sAMAccountName": "alee", "userPrincipalName": "alee@corp.example.com", "cn": "Ann Lee",
		"displayName": "Lee, Ann", "department": "Sales", "employeeID": "1001", "homeDirectory": `\\files\home`} {
		if got := d.Attributes[name].Value.Text(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !d.Enabled || d.Container != "OU=Staff,DC=corp,DC=example,DC=com" {
		t.Errorf("enabled %v in %q", d.Enabled, d.Container)
	}
	w.Status, w.Attributes["Type"] = "Terminated", text("90")
	if d = mustEvaluate(t, m, w, "2026-12-05T00:00:00Z"); d.Enabled || d.Container != "OU=External,DC=corp,DC=example,DC=com" {
		t.Errorf("a leaver: enabled %v in %q", d.Enabled, d.Container)
	}
	w.Attributes["Company"] = text("Subsidiary")
	if d = mustEvaluate(t, m, w, "2026-12-05T00:00:00Z"); d.Stage != StageOutOfScope {
		t.Error("who is outside of the inbound scope is in scope")
	}
}

// TestFromSyncRulesScript: the script of the editor, which has no rule about sign-in, names and containers.
func TestFromSyncRulesScript(t *testing.T) {
	rules, notes := fromFiles(t, "connect-outbound.ps1")
	expectQuestions(t, rules, "ImportedValue", "no rule gives dn", "no rule enables or disables accounts")
	expectNotes(t, notes, "extensionAttribute1 was left out: the rules give it no value", "There is no rule into the metaverse",
		"A value stays when its source becomes empty")
	if got := rules.Attributes["proxyAddresses"].Apply; got != ApplyAddValues {
		t.Errorf("proxyAddresses: apply %q", got)
	}
	if got := rules.Attributes["company"]; got.Apply != ApplyOnCreate || got.Constant == nil || *got.Constant != "Example Ltd" {
		t.Errorf("company: %+v", got)
	}
	if len(rules.Scope) != 1 || rules.Scope[0][0].Expression != `NotEquals([employeeType], "Robot")` ||
		rules.Scope[0][1] != (Clause{Attribute: "cloudMastered", Operator: "IS NULL"}) {
		t.Errorf("scope %+v", rules.Scope)
	}
	if rules.Match[0].All[0] != (MatchCondition{Source: "[employeeID]", Target: "employeeID"}) {
		t.Errorf("match %+v", rules.Match)
	}
}

// TestFromSyncRulesJSON: two rules into the metaverse, of which the first that has a value
// decides, and one to Microsoft Entra ID.
func TestFromSyncRulesJSON(t *testing.T) {
	rules, notes := fromFiles(t, "connect-rules.json")
	expectNotes(t, notes, "Device Join", `"Out to AAD - old" is disabled`, "telephoneNumber became businessPhones",
		"sourceAnchor was left out")
	l := rules.Lifecycle
	if rules.Target != "entra" || !slices.Equal(l.ActiveStatuses, []string{"employed"}) ||
		!slices.Equal(l.InactiveStatuses, []string{"gone"}) {
		t.Errorf("target %s, lifecycle %+v", rules.Target, l)
	}
	if got := rules.Attributes["department"].Expression; got != "Coalesce([Dept], [OrgName])" {
		t.Errorf("department: %s", got)
	}
	if got := rules.Attributes["mailNickname"].Apply; got != ApplyOnCreate {
		t.Errorf("mailNickname: %s", got)
	}
	if rules.Match[0].All[0] != (MatchCondition{Source: "[Id]", Target: "employeeId"}) {
		t.Errorf("match %+v", rules.Match)
	}
}

// TestFromSyncRulesInbound: a rule into the metaverse alone, as Get-ADSyncServerConfiguration writes it.
func TestFromSyncRulesInbound(t *testing.T) {
	rules, notes := fromFiles(t, "connect-inbound.xml")
	expectQuestions(t, rules, "no rule joins accounts", "no rule gives dn", "no rule given creates accounts", "no rule enables or disables")
	expectNotes(t, notes, "There are rules into the metaverse only")
	const place = `IIF(IsNullOrEmpty([msExchUsageLocation]), "US", Trim([msExchUsageLocation]))`
	if got := rules.Attributes["usageLocation"].Expression; got != place {
		t.Errorf("usageLocation: %s", got)
	}
	if got := rules.Attributes["extensionAttribute5"]; got.Apply != ApplyOnCreate || *got.Constant != "EMEA" {
		t.Errorf("extensionAttribute5: %+v", got)
	}
}

// TestFromSyncRulesServer: flows of the Synchronization Service Manager, some of which are code.
func TestFromSyncRulesServer(t *testing.T) {
	rules, notes := fromFiles(t, "mim-server.xml")
	expectQuestions(t, rules, "code of a rules extension decides (displayName)", "no rule gives dn", "provisioning code of the metaverse",
		"of userAccountControl, code of a rules extension decides")
	expectNotes(t, notes, `"accountName"`, "group and group, which are no users", "reads the accounts themselves")
	if got := rules.Attributes["title"]; got.Expression != `Coalesce([JOB], "Employee")` || got.WhenNull != NullClear {
		t.Errorf("title: %+v", got)
	}
	if got := rules.Attributes["employeeID"]; got.Source != "PERNR" || got.WhenNull != "" {
		t.Errorf("employeeID: %+v", got)
	}
}

// outboundRule is JSON of a rule to Active Directory with flows to complete it.
func outboundRule(name, scope string, precedence int, flows ...string) string {
	return fmt.Sprintf(`{"Name": %q, "Direction": "Outbound", "Precedence": %d, "SourceObjectType": "person", "TargetObjectType": "user",`+
		`"Connector": "c", "LinkType": "Provision", "ScopeFilter": [%s], "JoinFilter": [{"JoinConditionList": [{"CSAttribute": "employeeID",`+
		`"MVAttribute": "employeeID"}]}], "AttributeFlowMappings": [%s]}`, name, precedence, scope, strings.Join(flows, ","))
}

func scopeOf(conditions ...string) string {
	var list []string
	for _, c := range conditions {
		part := strings.SplitN(c, " ", 3)
		list = append(list, fmt.Sprintf(`{"Attribute": %q, "ComparisonOperator": %q, "ComparisonValue": %q}`, part[0], part[1],
			strings.Join(part[2:], "")))
	}
	return fmt.Sprintf(`{"ScopeConditionList": [%s]}`, strings.Join(list, ","))
}

func flowTo(target, expression string) string {
	return fmt.Sprintf(`{"Destination": %q, "FlowType": "Expression", "Expression": %q, "ValueMergeType": "Update"}`, target, expression)
}

var namesFlow = []string{flowTo("sAMAccountName", "[accountName]"), flowTo("employeeID", "[employeeID]"),
	flowTo("dn", `"CN=" + [displayName] + ",OU=Staff,DC=corp,DC=example,DC=com"`)}

// TestFromSyncRulesLifecycle: who has left is derived where the rules say it, and asked for otherwise.
func TestFromSyncRulesLifecycle(t *testing.T) {
	one := func(target, expression string) []string {
		return []string{outboundRule("Out to AD - User", "", 1, append(slices.Clone(namesFlow), flowTo(target, expression))...)}
	}
	for name, c := range map[string]struct {
		rules            []string
		active, inactive []string
		asks             string
	}{
		"flags by status": {one("userAccountControl", `IIF([s]="A",512,IIF([s]="L",514,NULL))`), []string{"A"}, []string{"L"}, ""},
		"the disabling bit": {one("userAccountControl", `IIF([s]="A" || [s]="B",BitAnd(-3,[userAccountControl]),IIF([s]="L",`+
			`BitOr(2,[userAccountControl]),IgnoreThisFlow))`), []string{"A", "B"}, []string{"L"}, ""},
		"truth":           {one("accountEnabled", `IIF([s]="A",True,IIF([s]="L",False,NULL))`), []string{"A"}, []string{"L"}, ""},
		"pairs of Switch": {one("accountEnabled", `Switch([s]="A",True,[s]="L",False)`), []string{"A"}, []string{"L"}, ""},
		"everybody else": {one("userAccountControl", `IIF([s]="A",512,514)`), nil, nil,
			"its default decides about every other value of [s]"},
		"the same for all": {one("userAccountControl", `512`), nil, nil, "it is the same for everybody"},
		"what the account has": {one("accountEnabled", `IIF(BitAnd([userAccountControl],2)=0,True,False)`), nil, nil,
			"it is no Switch over one attribute"},
		"two rules": {[]string{outboundRule("Out to AD - Active", scopeOf("s EQUAL A"), 1, append(slices.Clone(namesFlow),
			flowTo("userAccountControl", "512"))...), outboundRule("Out to AD - Left", scopeOf("s EQUAL L"), 2,
			flowTo("userAccountControl", "514"))}, []string{"A"}, []string{"L"}, ""},
		"two rules without words": {[]string{outboundRule("Out to AD - Active", scopeOf("s EQUAL A"), 1, append(slices.Clone(namesFlow),
			flowTo("userAccountControl", "512"))...), outboundRule("Out to AD - Left", scopeOf("s NOTEQUAL A"), 2,
			flowTo("userAccountControl", "514"))}, nil, nil, "gives 512 only where [s] EQUAL A"},
		"none": {one("info", "[x]"), nil, nil, "no rule enables or disables accounts"},
	} {
		t.Run(name, func(t *testing.T) {
			rules, notes, err := FromSyncRules(c.rules, adFormat, entraFormat)
			if err != nil {
				t.Fatal(err)
			}
			if c.asks != "" {
				if l := rules.Lifecycle; len(l.ActiveStatuses) != 1 || !strings.Contains(l.ActiveStatuses[0], undecided) ||
					!strings.Contains(l.ActiveStatuses[0], c.asks) || len(l.InactiveStatuses) > 0 {
					t.Errorf("lifecycle %+v", l)
				}
				if _, err := Compile(rules, adSchema(), adFormat); err == nil {
					t.Error("rules compile that do not say who has left")
				}
				return
			}
			if l := rules.Lifecycle; !slices.Equal(l.ActiveStatuses, c.active) || !slices.Equal(l.InactiveStatuses, c.inactive) {
				t.Errorf("lifecycle %+v, notes %v", l, notes)
			}
		})
	}
}

// TestFromSyncRulesScope: nobody gets into scope or out of it by the conversion.
func TestFromSyncRulesScope(t *testing.T) {
	status := flowTo("accountEnabled", `IIF([s]="A",True,IIF([s]="L",False,NULL))`)
	for name, c := range map[string]struct {
		scope string
		want  string // the clause, or what is asked
	}{
		"equal":           {scopeOf("type EQUAL Employee"), `{type EQUALS Employee }`},
		"not equal":       {scopeOf("type NOTEQUAL Robot"), `{   NotEquals([type], "Robot")}`},
		"present":         {scopeOf("type ISNOTNULL"), `{type IS NOT NULL  }`},
		"begins":          {scopeOf("type STARTSWITH E.x"), `{type REGEX MATCH ^E\.x }`},
		"does not begin":  {scopeOf("type NOTSTARTSWITH User_"), `{   NotEquals(Left([type], 5), "User_")}`},
		"contains not":    {scopeOf("type NOTCONTAINS x"), `{   Not(InStr([type], "x") > 0)}`},
		"at least":        {scopeOf("grade GREATERTHAN_OR_EQUAL 5"), `{grade GREATER_THAN_OR_EQUALS 5 }`},
		"bit":             {scopeOf("flags ISBITSET 2"), `{flags & 2 }`},
		"less":            {scopeOf("grade LESSTHAN 5"), "DECIDE: the scope says [grade] LESSTHAN 5"},
		"member":          {scopeOf("dn ISMEMBEROF CN=x"), "DECIDE: the scope says [dn] ISMEMBEROF CN=x"},
		"no condition":    {`{"ScopeConditionList": []}`, "DECIDE: the rule \"Out to AD - User\" has a scoping filter without conditions"},
		"an unknown word": {scopeOf("type RESEMBLES x"), "DECIDE: the scope says [type] RESEMBLES x"},
	} {
		t.Run(name, func(t *testing.T) {
			rules, _, err := FromSyncRules([]string{outboundRule("Out to AD - User", c.scope, 1, append(slices.Clone(namesFlow), status)...)},
				adFormat, entraFormat)
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(rules.Scope); !strings.Contains(got, c.want) || rules.OnOutOfScope != OutOfScopeDisable {
				t.Errorf("scope %s, on_out_of_scope %s, want %s", got, rules.OnOutOfScope, c.want)
			}
			if _, err := Compile(rules, adSchema(), adFormat); (err != nil) != strings.HasPrefix(c.want, undecided) {
				t.Errorf("Compile: %v", err)
			}
		})
	}
}

// TestFromSyncRulesFlows: what several rules, other scopes and functions of the engine become.
func TestFromSyncRulesFlows(t *testing.T) {
	status := flowTo("accountEnabled", `IIF([s]="A",True,IIF([s]="L",False,NULL))`)
	base := outboundRule("Out to AD - User", "", 10, append(slices.Clone(namesFlow), status, flowTo("info", "[second]"))...)
	for name, c := range map[string]struct{ scope, expression, want string }{
		"precedence": {"", "[first]", "Coalesce([first], [second])"},
		"another scope": {scopeOf("country EQUAL DE"), "[first]",
			`DECIDE: the rule "Out to AD - more" gives [first] only where [country] EQUAL DE`},
		"null for good":      {"", "AuthoritativeNull", `DECIDE: the rule "Out to AD - more" gives AuthoritativeNull ahead of others`},
		"nothing flows":      {"", `IIF([x]="1", [first], IgnoreThisFlow)`, "DECIDE: the rule"},
		"a parameter":        {"", "%Forest.FQDN%", "DECIDE: the expression %Forest.FQDN% cannot be read"},
		"another order":      {"", `Join([list], ",")`, `Coalesce(Join(",", [list]), [second])`},
		"another name":       {"", `Replace([a], "x", "y")`, `Coalesce(ReplaceString([a], "x", "y"), [second])`},
		"nested comparisons": {"", `IIF(CBool([a] = "x"), "1" + [b], NULL)`, `Coalesce(IIF(CBool([a] = "x"), "1" + [b], NULL), [second])`},
	} {
		t.Run(name, func(t *testing.T) {
			more := outboundRule("Out to AD - more", c.scope, 5, flowTo("info", c.expression))
			more = strings.Replace(more, `"Provision"`, `"Join"`, 1)
			rules, _, err := FromSyncRules([]string{base, more}, adFormat, entraFormat)
			if err != nil {
				t.Fatal(err)
			}
			if got := rules.Attributes["info"].Expression; !strings.HasPrefix(got, c.want) {
				t.Errorf("info: %s, want %s", got, c.want)
			}
			if _, err := Compile(rules, adSchema(), adFormat); (err != nil) != strings.HasPrefix(c.want, undecided) {
				t.Errorf("Compile: %v", err)
			}
		})
	}
}

// TestFromSyncRulesSynchronised: rules that synchronise Active Directory to Microsoft Entra ID make no second accounts.
func TestFromSyncRulesSynchronised(t *testing.T) {
	in := `{"Name": "In from AD - User Join", "Direction": "Inbound", "Precedence": 1, "SourceObjectType": "user",
		"TargetObjectType": "person", "Connector": "ad", "LinkType": "Provision", 
		"AttributeFlowMappings": [{"Source": ["department"], "Destination": "department",
		"FlowType": "Direct"}]}`
	out := strings.NewReplacer("Out to AD ", "Out to AAD ").Replace(outboundRule("Out to AD - User Join", "", 2, flowTo("department",
		"[department]")))
	rules, _, err := FromSyncRules([]string{in, out}, adFormat, entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	if len(rules.Scope) != 1 || !strings.Contains(rules.Scope[0][0].Expression, "would make second accounts") {
		t.Errorf("scope %+v", rules.Scope)
	}
}

// TestFromSyncRulesDN: distinguished names part into the container and the common name, or are asked for.
func TestFromSyncRulesDN(t *testing.T) {
	for dn, want := range map[string][2]string{
		`"CN=" + [n] + ",OU=A,DC=x"`:                         {"[n]", `"OU=A,DC=x"`},
		`EscapeDNComponent("CN=" + [n]) + ",OU=A," + [base]`: {"[n]", `"OU=A," + [base]`},
		`"CN=x-" + [n] + " " + [m] + IIF([t]="1", ",OU=A", ",OU=B") + ",DC=x"`: {`"x-" + [n] + " " + [m]`,
			`IIF([t] = "1", "OU=A", "OU=B") + ",DC=x"`},
		`"CN=" + [n] + IIF([t]="1", ",OU=A", "OU=B") + ",DC=x"`: {`[n] + IIF([t] = "1", ",OU=A", "OU=B")`, `"DC=x"`},
		`"uid=" + [n] + ",OU=A"`:                                {"DECIDE", "DECIDE"},
		`[dn]`:                                                  {"DECIDE", "DECIDE"},
	} {
		rules, _, err := FromSyncRules([]string{outboundRule("Out to AD - User", "", 1, flowTo("dn", dn))}, adFormat, entraFormat)
		if err != nil {
			t.Fatal(err)
		}
		cn := rules.Attributes["cn"].Expression
		if source := rules.Attributes["cn"].Source; source != "" {
			cn = "[" + source + "]"
		}
		if !strings.HasPrefix(cn, want[0]) || !strings.HasPrefix(rules.Container, want[1]) {
			t.Errorf("%s: cn %s, container %s", dn, cn, rules.Container)
		}
	}
}

// TestFromSyncRulesProblems: exports that cannot be read say so, and how to export.
func TestFromSyncRulesProblems(t *testing.T) {
	for doc, want := range map[string]string{
		"":            "found an empty text",
		"hello world": `begins with "hello world"`,
		"<a/>":        `found XML of "a" without rules`,
		"<a":          "found XML that does not parse",
		"[]":          "found an empty list",
		`[{"Name": "x", "Direction": 1}]`: `rule "x" (entry 1): found the direction "1", expected Inbound or Outbound (Windows ` +
			"PowerShell writes numbers",
		`[{"Name": "x", "Direction": "Outbound", "ScopeFilter": ["Microsoft.IdentityManagement.ScopeGroup"]}]`: "-Depth 6",

		`[{"Name": "x", "Direction": "Outbound", "AttributeFlowMappings": [{"Destination": "a", "FlowType": 2}]}]`: `found the flow type "2"`,

		`[{"Name": "x", "Direction": "Outbound", "TargetObjectType": "group"}]`: "found no enabled synchronization rule of users",
		"New-ADSyncRule -Name 'x' -Direction $direction":                        "line 1: found the variable $direction as Direction",
		"New-ADSyncRule -Name 'x":                                               "line 1: the text that begins here has no end",
		"New-ADSyncRule -Name 'x' -Direction 'Inbound' -Precedence $p":          "found the variable $p",
	} {
		if _, _, err := FromSyncRules([]string{doc}, adFormat, entraFormat); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", doc, err, want)
		}
	}
	_, _, err := FromSyncRules([]string{outboundRule("Out to AD", "", 1), "x"}, adFormat, entraFormat)
	if err == nil || !strings.Contains(err.Error(), "export 2 of 2") {
		t.Errorf("the second of two: %v", err)
	}
}

// TestFromSyncRulesEncodings: scripts and XML in the encodings that Windows writes.
func TestFromSyncRulesEncodings(t *testing.T) {
	for _, name := range []string{"connect-outbound.ps1", "mim-portal.xml", "connect-rules.json"} {
		want, _ := fromFiles(t, name)
		doc, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		wide := []byte{0xff, 0xfe}
		for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(string(doc), "\n", "\r\n"))) {
			wide = binary.LittleEndian.AppendUint16(wide, unit)
		}
		for kind, text := range map[string]string{"byte order mark": "\ufeff" + string(doc),
			"UTF-16 in Base64": base64.StdEncoding.EncodeToString(wide)} {
			got, _, err := FromSyncRules([]string{text}, adFormat, entraFormat)
			if err != nil {
				t.Fatalf("%s, %s: %v", name, kind, err)
			}
			a, _ := want.Marshal()
			if b, _ := got.Marshal(); a != b {
				t.Errorf("%s, %s: %s, want %s", name, kind, b, a)
			}
		}
	}
}
