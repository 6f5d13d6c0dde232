// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"terraform-provider-workforce/internal/directory"
)

func clauses(groups ...[]any) any {
	out := []any{}
	for _, g := range groups {
		if g == nil {
			g = []any{}
		}
		out = append(out, map[string]any{"clauses": g})
	}
	return map[string]any{"groups": out}
}

func clauseOf(attribute, operator string, values ...any) any {
	return map[string]any{"sourceOperandName": attribute, "operatorName": operator, "targetOperand": map[string]any{"values": values}}
}

// TestFromEntraSchemaScope: nobody gets into scope or out of it by the conversion.
func TestFromEntraSchemaScope(t *testing.T) {
	convertScope := func(scope any) Rules {
		rules, _ := convert(t, job(t, "Active Directory", scope, append(slices.Clone(staff), workdayActive)...))
		return rules
	}
	us, de, fixed := Clause{Attribute: "Country", Operator: "EQUALS", Value: "US"}, Clause{Attribute: "Country", Operator: "EQUALS",
		Value: "DE"}, Clause{Attribute: "Type", Operator: "EQUALS", Value: "Employee"}
	for name, c := range map[string]struct {
		scope any
		want  [][]Clause
	}{
		"several values are groups": {clauses([]any{clauseOf("Country", "EQUALS", "US", "DE")}), [][]Clause{{us}, {de}}},
		"with the other clauses in each": {clauses([]any{clauseOf("Type", "EQUALS", "Employee"), clauseOf("Country", "EQUALS", "US",
			"DE")}), [][]Clause{{fixed, us}, {fixed, de}}},
		"none of several values": {clauses([]any{clauseOf("Country", "NOT EQUALS", "US", "DE")}), [][]Clause{{{Attribute: "Country",
			Operator: "NOT EQUALS", Value: "US"},
			{Attribute: "Country", Operator: "NOT EQUALS", Value: "DE"}}}},
		"a number": {clauses([]any{clauseOf("Grade", "GREATER_THAN", 5)}), [][]Clause{{{Attribute: "Grade", Operator: "GREATER_THAN",
			Value: "5"}}}},
		"no value": {clauses([]any{clauseOf("Mail", "IS NOT NULL")}), [][]Clause{{{Attribute: "Mail", Operator: "IS NOT NULL"}}}},
		"no group": {clauses(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			rules := convertScope(c.scope)
			mustCompile(t, rules)
			if !slices.EqualFunc(rules.Scope, c.want, slices.Equal[[]Clause]) {
				t.Errorf("scope %+v, want %+v", rules.Scope, c.want)
			}
		})
	}
	many := []any{}
	for _, prefix := range []string{"a", "b", "c", "d"} {
		many = append(many, clauseOf(prefix, "EQUALS", "1", "2", "3", "4"))
	}
	for name, c := range map[string]struct {
		scope any
		want  string
	}{
		"order with several values": {clauses([]any{clauseOf("Grade", "GREATER_THAN", "5", "7")}), `GREATER_THAN "5", "7" has 2 values`},
		"an unknown operator":       {clauses([]any{clauseOf("Country", "LIKE", "U")}), "unknown here"},
		"nothing to compare with":   {clauses([]any{clauseOf("Country", "EQUALS")}), "compares with nothing"},
		"an empty value":            {clauses([]any{clauseOf("Country", "EQUALS", "US", "")}), "compares with nothing"},
		"a group without clauses":   {clauses([]any{clauseOf("Country", "EQUALS", "US")}, nil), "filter without clauses"},
		"too many combinations":     {clauses(many), "too many combinations"},
		"category filters": {map[string]any{"groups": []any{},
			"categoryFilterGroups": []any{map[string]any{"clauses": []any{}}}}, "category or input filters"},
		"input filters": {map[string]any{"inputFilterGroups": []any{map[string]any{"clauses": []any{clauseOf("Country",
			"EQUALS", "US")}}}}, "category or input filters"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Compile(convertScope(c.scope), adSchema(), adFormat)
			wantError(t, err, "scope[0][", "not decided yet", c.want)
		})
	}
}

// TestFromEntraSchemaFlows: a set of values is added to, and a flow type nobody knows is refused.
func TestFromEntraSchemaFlows(t *testing.T) {
	with := func(target, flow string) Rules {
		rules, _ := convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), workdayActive, jobAttribute{target: target,
			kind: "Attribute", source: "[X]", flow: flow})...))
		return rules
	}
	for _, flow := range []string{"ValueAddOnly", "MultiValueAddOnly"} {
		rules := with("proxyAddresses", flow)
		mustCompile(t, rules)
		if apply := rules.Attributes["proxyAddresses"].Apply; apply != ApplyAddValues {
			t.Errorf("%s became %q", flow, apply)
		}
		_, err := Compile(with("title", flow), adSchema(), adFormat)
		wantError(t, err, `attributes["title"].apply: found "add_values", but title holds one value`)
	}
	_, err := Compile(with("title", "Sometimes"), adSchema(), adFormat)
	wantError(t, err, `attributes["title"].apply: found "Sometimes", expected one of`)
}

// TestFromEntraSchemaNames: a job to Microsoft Entra ID has names of its own.
func TestFromEntraSchemaNames(t *testing.T) {
	const extension = "extension_0123456789abcdef0123456789abcdef_badge"
	attributes := []jobAttribute{{target: "accountEnabled", kind: "Function", source: `Switch([Active], , "1", "True", "0", "False")`},
		{target: "userPrincipalName", kind: "Attribute", source: "[UPN]", flow: "ObjectAddOnly"}, {target: "displayName",
			kind: "Attribute", source: "[Name]"}, {target: "mailNickname", kind: "Attribute", source: "[Nick]"}}
	want := map[string]string{"telephoneNumber": "businessPhones", "mobile": "mobilePhone", "facsimileTelephoneNumber": "faxNumber",
		"physicalDeliveryOfficeName": "officeLocation",
		"employeeOrgData.division":   "employeeOrgData/division", "employeeOrgData.costCenter": "employeeOrgData/costCenter",
		"extensionAttribute7": "onPremisesExtensionAttributes/extensionAttribute7",
		extension:             extension, "jobTitle": "jobTitle"}
	for name := range want {
		attributes = append(attributes, jobAttribute{target: name, kind: "Attribute", source: "[X]"})
	}
	rules, notes := convert(t, job(t, "Azure Active Directory", nil, append(attributes, jobAttribute{target: "employeeId",
		kind: "Attribute", source: "[WorkerID]"})...))
	for from, to := range want {
		if rules.Attributes[to].Source != "X" {
			t.Errorf("%s did not become %s", from, to)
		}
		if from != to && !strings.Contains(notes, from+" became "+to) {
			t.Errorf("no note about %s in\n%s", from, notes)
		}
	}
	if !slices.Equal(rules.ExtraAttributes, []string{extension}) || rules.Match[0].All[0].Target != "employeeId" {
		t.Errorf("extra attributes %q, match %+v", rules.ExtraAttributes, rules.Match)
	}
	types := []directory.AttributeType{}
	for _, to := range want {
		types = append(types, directory.AttributeType{Name: to})
	}
	if _, err := Compile(rules, entraSchema().With(types...), entraFormat); err != nil {
		t.Error(err)
	}
	rules, _ = convert(t, job(t, "Active Directory", nil, append(slices.Clone(staff), workdayActive,
		jobAttribute{target: "msExchHideFromAddressLists", kind: "Attribute", source: "[X]"},
		jobAttribute{target: "extensionAttribute3", kind: "Attribute", source: "[X]"})...))
	mustCompile(t, rules)
	if !slices.Contains(rules.ExtraAttributes, "extensionAttribute3") {
		t.Errorf("extra attributes %q", rules.ExtraAttributes)
	}
}

// TestFromEntraSchemaShapes: exports come in many shapes, of which each is read or named.
func TestFromEntraSchemaShapes(t *testing.T) {
	plain := job(t, "Active Directory", nil, append(slices.Clone(staff), workdayActive)...)
	wide := func(order func(uint16) []byte, mark bool) string {
		units := utf16.Encode([]rune(plain))
		if mark {
			units = append([]uint16{0xfeff}, units...)
		}
		var out []byte
		for _, u := range units {
			out = append(out, order(u)...)
		}
		return string(out)
	}
	little := func(u uint16) []byte { return []byte{byte(u), byte(u >> 8)} }
	big := func(u uint16) []byte { return []byte{byte(u >> 8), byte(u)} }
	for name, doc := range map[string]string{
		"a byte order mark":         "\ufeff" + plain,
		"UTF-16":                    wide(little, true),
		"UTF-16, big-endian":        wide(big, true),
		"UTF-16 without a mark":     wide(little, false),
		"UTF-16 by filebase64":      base64.StdEncoding.EncodeToString([]byte(wide(little, true))),
		"a template":                `{"id":"Workday2AD","schema":` + plain + `}`,
		"an answer of /templates":   `{"@odata.context":"x","value":[{"id":"Workday2AD","schema":` + plain + `}]}`,
		"a value around the schema": `{"value":` + plain + `}`,
		"a list of one":             `[` + plain + `]`,
		"numeric flow types":        strings.Replace(plain, `"scope":null`, `"scope":null,"flowTypes":7`, 1),
		"named flow types":          strings.Replace(plain, `"scope":null`, `"scope":null,"flowTypes":"Add, Update, Delete"`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			rules, notes := convert(t, doc)
			mustCompile(t, rules)
			if strings.Contains(notes, "is switched off") {
				t.Errorf("notes %s", notes)
			}
		})
	}
	if _, notes := convert(t, strings.Replace(plain, `"scope":null`, `"scope":null,"flowTypes":3`, 1)); !strings.Contains(notes,
		"The action Delete is switched off") || strings.Contains(notes, "Add is") {
		t.Errorf("notes %s", notes)
	}
	for doc, want := range map[string]string{
		`{"value":[{"id":"Workday2AD","schema":{}},{"id":"Workday2AAD","schema":{}}]}`: `found a list of 2 ("Workday2AD", "Workday2AAD"), ` +
			`expected the schema of one job`,
		`{"error":{"code":"Authorization_RequestDenied","message":"Insufficient rights"}}`: "an error of Microsoft Graph: " +
			"Authorization_RequestDenied: Insufficient rights",
		"<html>": "found no JSON that begins with {",
	} {
		_, _, err := FromEntraSchema(doc, adFormat, entraFormat)
		wantError(t, err, want)
	}
}

// TestFromEntraSchemaFilteredNames: an API-driven job reads values of SCIM by their type.
func TestFromEntraSchemaFilteredNames(t *testing.T) {
	const mail, city = `emails[type eq "work"].value`, `addresses[type eq "work"].locality`
	doc := job(t, "Active Directory", nil, append(slices.Clone(staff), workdayActive,
		jobAttribute{target: "mail", kind: "Attribute", source: "[" + mail + "]"},
		jobAttribute{target: "l", kind: "Function", source: "ToUpper([" + city + "])"})...)
	rules, _ := convert(t, doc)
	if got := rules.Attributes["mail"].Source; got != mail {
		t.Errorf("source %q", got)
	}
	m := mustCompile(t, rules)
	if read := m.SourceAttributes(); !slices.Contains(read, mail) || !slices.Contains(read, city) {
		t.Errorf("attributes %q", read)
	}
}
