// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/worker"
)

// adFormat and adSchema have the shape of Active Directory's.
var adFormat = directory.Format{Target: "active_directory", HasContainer: true, Core: []directory.CoreKey{
	{Key: "common_name", Attribute: "cn", Required: true, PerContainer: true},
	{Key: "sam_account_name", Attribute: "sAMAccountName", Required: true},
	{Key: "user_principal_name", Attribute: "userPrincipalName"},
	{Key: "manager", Attribute: "manager"},
}, Naming: activedirectory.Format.Naming, Refused: activedirectory.Format.Refused, CheckPath: activedirectory.Format.CheckPath,
	CheckTime: activedirectory.Format.CheckTime}

var entraFormat = directory.Format{Target: "entra", Core: []directory.CoreKey{
	{Key: "user_principal_name", Attribute: "userPrincipalName", Required: true},
	{Key: "display_name", Attribute: "displayName", Required: true},
	{Key: "mail_nickname", Attribute: "mailNickname", Required: true},
	{Key: "manager", Attribute: "manager"},
}, Naming: entra.Format.Naming, Refused: entra.Format.Refused}

func adSchema() *directory.Schema {
	text := func(name string, upper int64) directory.AttributeType {
		return directory.AttributeType{Name: name, Min: 1, HasMin: true, Max: upper, HasMax: upper > 0}
	}
	types := []directory.AttributeType{
		{Name: "manager", Syntax: directory.Path}, {Name: "secretary", Syntax: directory.Path, Multi: true},
		{Name: "accountExpires", Syntax: directory.Time}, {Name: "countryCode", Syntax: directory.Integer, HasMin: true, Max: 65535, HasMax: true},
		{Name: "msExchHideFromAddressLists", Syntax: directory.Boolean},
		{Name: "objectGUID", Syntax: directory.Binary, ReadOnly: true}, {Name: "whenCreated", Syntax: directory.Time, ReadOnly: true},
		{Name: "thumbnailPhoto", Syntax: directory.Binary}, {Name: "userAccountControl", Syntax: directory.Integer},
		{Name: "proxyAddresses", Multi: true, Max: 1123, HasMax: true}, {Name: "otherTelephone", Multi: true, Max: 64, HasMax: true},
	}
	for name, upper := range map[string]int64{"cn": 64, "sAMAccountName": 256, "userPrincipalName": 1024, "givenName": 64, "sn": 64, "displayName": 256, "department": 64,
		"company": 64, "title": 128, "mail": 256, "employeeID": 16, "employeeNumber": 512, "employeeType": 256, "c": 3, "co": 128, "l": 128, "st": 128, "streetAddress": 1024,
		"postalCode": 40, "physicalDeliveryOfficeName": 128, "telephoneNumber": 64, "facsimileTelephoneNumber": 64, "mobile": 64, "preferredLanguage": 0,
		"description": 1024, "info": 1024, "division": 256, "msDS-cloudExtensionAttribute20": 0} {
		types = append(types, text(name, upper))
	}
	return directory.NewSchema(types...)
}

func entraSchema() *directory.Schema {
	var types []directory.AttributeType
	for _, name := range []string{"userPrincipalName", "displayName", "mailNickname", "manager", "employeeId", "givenName", "surname", "department", "jobTitle", "usageLocation"} {
		types = append(types, directory.AttributeType{Name: name, Max: 256, HasMax: true})
	}
	return directory.NewSchema(append(types, directory.AttributeType{Name: "businessPhones", Multi: true})...)
}

// basic returns small but complete rules for Active Directory.
func basic() Rules {
	return Rules{
		Target: "active_directory",
		Match:  []MatchRule{{All: []MatchCondition{{Source: "[worker_id]", Target: "employeeID"}}}},
		Attributes: map[string]AttributeRule{
			"cn":             {Expression: `Join(" ", [FirstName], [LastName])`},
			"sAMAccountName": {Expression: `SelectUniqueValue(Left([LastName], 20), Append(Left([LastName], 16), Counter()))`},
			"employeeID":     {Source: "worker_id"},
		},
		Container: `"OU=Staff,DC=corp,DC=example,DC=com"`,
	}
}

func ann() *worker.Worker {
	return &worker.Worker{ID: "1001", Status: "Active", HireDate: "2026-12-01", TimeZone: "Europe/Berlin", Attributes: map[string]expression.Value{
		"FirstName": expression.String("Ann"), "LastName": expression.String("Lee"), "Department": expression.String("Sales"),
	}}
}

func mustCompile(t testing.TB, r Rules) *Mapping {
	t.Helper()
	m, err := Compile(r, adSchema(), adFormat)
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return m
}

func instant(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func mustEvaluate(t testing.TB, m *Mapping, w *worker.Worker, at string) *Desired {
	t.Helper()
	d, err := m.Evaluate(w, instant(t, at))
	if err != nil {
		t.Fatalf("Evaluate: %v", err)
	}
	return d
}

// wantError fails unless err mentions every part.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, expected one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q does not mention %q", err, part)
		}
	}
}

func pointer[T any](v T) *T { return &v }

type value = expression.Value

func text(s string) expression.Value { return expression.String(s) }
