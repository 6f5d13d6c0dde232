// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// jobAttribute is an attribute mapping of a job as a test writes it down.
type jobAttribute struct{ target, kind, source, flow string }

// job writes the schema of a provisioning job to a directory.
func job(t testing.TB, directory string, scope any, attributes ...jobAttribute) string {
	t.Helper()
	list := []any{}
	for _, a := range attributes {
		source := map[string]any{"type": a.kind, "expression": a.source}
		if a.kind == "Attribute" {
			source["name"] = strings.TrimSuffix(strings.TrimPrefix(a.source, "["), "]")
		}
		flow := a.flow
		if flow == "" {
			flow = "Always"
		}
		priority := 0
		if strings.EqualFold(a.target, "employeeID") {
			priority = 1
		}
		list = append(list, map[string]any{"targetAttributeName": a.target, "source": source, "flowType": flow, "matchingPriority": priority})
	}
	doc, err := json.Marshal(map[string]any{"synchronizationRules": []any{map[string]any{"sourceDirectoryName": "HR",
		"targetDirectoryName": directory,
		"objectMappings": []any{map[string]any{"sourceObjectName": "User", "targetObjectName": "User", "scope": scope,
			"attributeMappings": list}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// staff are the mappings that every job to Active Directory needs.
var staff = []jobAttribute{
	{target: "employeeID", kind: "Attribute", source: "[WorkerID]"}, {target: "cn", kind: "Attribute", source: "[WorkerID]"},
	{target: "sAMAccountName", kind: "Attribute", source: "[WorkerID]"}, {target: "parentDistinguishedName", kind: "Constant",
		source: `"OU=Staff,DC=corp,DC=example,DC=com"`},
}

var workdayActive = jobAttribute{target: "accountDisabled", kind: "Function", source: `Switch([Active], , "0", "True", "1", "False")`}

func convert(t testing.TB, doc string) (Rules, string) {
	t.Helper()
	rules, notes, err := FromEntraSchema(doc, adFormat, entraFormat)
	if err != nil {
		t.Fatal(err)
	}
	return rules, strings.Join(notes, "\n")
}

// TestFromEntraSchemaStatus: who has left in the job has left here, or a person is asked.
func TestFromEntraSchemaStatus(t *testing.T) {
	for name, c := range map[string]struct {
		target, source                    string
		active, inactive, suspended, away string
		days                              int
		note                              string
	}{
		"Workday": {target: "accountDisabled", source: `Switch([Active], , "0", "True", "1", "False")`, active: "1",
			inactive: "0"},
		"Workday to Entra": {target: "accountEnabled", source: `Switch([Active], , "1", "True", "0", "False")`, active: "1",
			inactive: "0"},
		"default that disables": {target: "accountEnabled", source: `Switch([Active], "False", "1", "True")`, active: "1", inactive: "0"},
		"default that enables":  {target: "accountDisabled", source: `Switch([Active], "False", "0", "True")`, active: "1", inactive: "0"},
		"a comparison":          {target: "accountDisabled", source: `IIF([Active]="1", "False", "True")`, active: "1", inactive: "0"},
		"JSON booleans": {target: "accountDisabled", source: `Switch([active], , "True", "False", "False", "True")`,
			active: "True", inactive: "False"},
		"attribute":             {target: "accountEnabled", source: `[active]`, active: "1,True", inactive: "0,False"},
		"negated":               {target: "accountDisabled", source: `Not([active])`, active: "1,True", inactive: "0,False"},
		"truth of an attribute": {target: "accountEnabled", source: `CBool([active])`, active: "1,True", inactive: "0,False"},
		"SuccessFactors, codes": {target: "accountDisabled",
			source: `Switch([emplStatus], "True", "A", "False", "U", "False", "P", "False")`, active: "A", inactive: "O,R,T",
			suspended: "D,F,S", away: "P,U"},
		"SuccessFactors, unpaid off": {target: "accountEnabled", source: `Switch([emplStatus], "False", "A", "True", "P", "True")`,
			active: "A", inactive: "O,R,T", suspended: "D,F,S,U", away: "P"},
		"SuccessFactors, count": {target: "accountEnabled", source: `Switch([activeEmploymentsCount], "True", "0", "False")`,
			active: "1,2,3,4,5,6,7,8,9", inactive: "0"},
		"fourteen days before": {target: "accountEnabled",
			source: `Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "True", "False"), "0", "False")`,
			active: "1", inactive: "0", days: 14, note: "make [StatusHireDate] the source's hire date"},
		"less than seven days before": {target: "accountDisabled",
			source: `Switch([Active], "False", "1", IIF(DateDiff("d", Now(), CDate(IIF(IsNullOrEmpty([StatusHireDate]), "9999-01-01", ` +
				`[StatusHireDate]))) < 7, "False", "True"), "0", "True")`,
			active: "1", inactive: "0", days: 6},
		"days the other way round": {target: "accountEnabled",
			source: `Switch([Active], , "1", IIF(DateDiff("d", CDate([StatusHireDate]), Now()) < -14, "False", "True"), "0", "False")`,
			active: "1", inactive: "0", days: 14},
		"days around the status": {target: "accountEnabled",
			source: `IIF(DateDiff("d", Now(), CDate([StatusHireDate])) > 3, "False", Switch([Active], , "1", "True", "0", "False"))`,
			active: "1", inactive: "0", days: 3},
		"termination lookahead": {target: "accountDisabled",
			source: `Switch([StatusTerminationLastDayOfWork], Switch([Active], "False", "0", "True", "1", IIF(DateDiff("d", ` +
				`DateAdd("h","9",Now()), ` +
				`CDate(Switch([StatusTerminationLastDayOfWork],[StatusTerminationLastDayOfWork],"","9999-12-31"))) <= 0, "True", "False")), "", ` +
				`Switch([Active], , "1", "False", "0", "True"))`,
			active: "1", inactive: "0", note: "make [StatusTerminationLastDayOfWork] the source's last day of work"},
	} {
		t.Run(name, func(t *testing.T) {
			kind := "Function"
			if strings.HasPrefix(c.source, "[") {
				kind = "Attribute"
			}
			rules, notes := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), jobAttribute{target: c.target, kind: kind,
				source: c.source})...))
			mustCompile(t, rules)
			l := rules.Lifecycle
			got := []string{strings.Join(l.ActiveStatuses, ","), strings.Join(l.InactiveStatuses, ","), strings.Join(l.SuspendedStatuses,
				","), strings.Join(l.LeaveStatuses, ",")}
			if want := []string{c.active, c.inactive, c.suspended, c.away}; !slices.Equal(got, want) || l.EnableDays != c.days {
				t.Errorf("lists %q and %d days, want %q and %d\n%s", got, l.EnableDays, want, c.days, notes)
			}
			if !strings.Contains(notes, c.note) {
				t.Errorf("no note with %q in\n%s", c.note, notes)
			}
		})
	}
}

// TestFromEntraSchemaStatusUndecided: where it cannot be told who has left, nothing
// compiles until a person has decided.
func TestFromEntraSchemaStatusUndecided(t *testing.T) {
	for name, source := range map[string]string{
		"several " +
			"attributes": `Switch([StatusTerminated], "False", "1", "True", "0", Switch([StatusHireRescinded], "False", "1", "True", "0", ` +
			`Switch([Active], "False", "1", "False", "0", "True")))`,
		"unknown words":   `Switch([JobState], "True", "Employed", "False")`,
		"another default": `Switch([JobState], "False", "Gone", "True")`,
		"a group": `Switch([LastDayOfWorkWorkers], Switch([Active], , "1", "False", "0", "True"), "Workers past Last Day of ` +
			`Work", "True")`,
		"no word disables":   `Switch([Active], , "1", "False")`,
		"no word enables":    `Switch([Active], , "0", "True")`,
		"a date only":        `IIF(IsPresent([StatusTerminationDate]), "True", "False")`,
		"months":             `Switch([Active], , "1", IIF(DateDiff("m", Now(), CDate([StatusHireDate])) <= 1, "False", "True"), "0", "True")`,
		"after the hire":     `Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= -3, "False", "True"), "0", "True")`,
		"days after the end": `Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([EndDate])) <= -30, "True", "False"), "0", "True")`,
		"a constant":         `"False"`,
		"a syntax error":     `Switch([Active], , "1", "False"`,
		"a computed key":     `Switch([Active], , Append("1", ""), "False", "0", "True")`,
		"a value left out":   `Switch([Active], , "1", "False", "0", )`,
	} {
		t.Run(name, func(t *testing.T) {
			rules, notes := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), jobAttribute{target: "accountDisabled",
				kind: "Function", source: source})...))
			_, err := Compile(rules, adSchema(), adFormat)
			wantError(t, err, "worker_lifecycle.active_statuses[0]: not decided yet", "accountDisabled is", "inactive_statuses")
			if !strings.Contains(notes, "Who has left could not be derived") {
				t.Errorf("no note in\n%s", notes)
			}
			rules.Lifecycle = Lifecycle{ActiveStatuses: []string{"1"}, InactiveStatuses: []string{"0"}}
			mustCompile(t, rules) // somebody has decided
		})
	}
	for name, more := range map[string][]jobAttribute{
		"no mapping at all": nil,
		"both of them":      {workdayActive, {target: "accountEnabled", kind: "Attribute", source: "[Active]"}},
	} {
		rules, _ := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), more...)...))
		if _, err := Compile(rules, adSchema(), adFormat); err == nil || !strings.Contains(err.Error(), "not decided yet") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFromEntraSchemaObjectFilter: whom the job holds back gets no account here either.
func TestFromEntraSchemaObjectFilter(t *testing.T) {
	for source, days := range map[string]int{
		`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`: 14,
		`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) > 7, IgnoreObjectFlow, "False")`:   7,
		`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) < 30, , IgnoreObjectFlow)`:         29,
	} {
		rules, notes := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), workdayActive,
			jobAttribute{target: "objectFilter", kind: "Function", source: source})...))
		mustCompile(t, rules)
		if p := rules.Lifecycle.PrehireDays; p == nil || *p != days || !strings.Contains(notes, "make [StatusHireDate] the source's hire date") {
			t.Errorf("%s: prehire_days %v\n%s", source, p, notes)
		}
	}
	for _, source := range []string{`IIF([Type]="Contractor", IgnoreObjectFlow, "False")`,
		`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, IgnoreObjectFlow, "False")`, `[x`} {
		rules, _ := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), workdayActive,
			jobAttribute{target: "objectFilter", kind: "Function", source: source})...))
		_, err := Compile(rules, adSchema(), adFormat)
		wantError(t, err, "scope[0][0].expression: not decided yet: objectFilter is "+source)
	}
	late := jobAttribute{target: "accountDisabled", kind: "Function",
		source: `Switch([Active], , "1", IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 30, "False", "True"), "0", "True")`}
	rules, notes := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), late, jobAttribute{target: "objectFilter",
		kind: "Function", source: `IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`})...))
	mustCompile(t, rules)
	if rules.Lifecycle.EnableDays != 14 || !strings.Contains(notes, "enable_days became 14") {
		t.Errorf("lifecycle %+v\n%s", rules.Lifecycle, notes)
	}
}
