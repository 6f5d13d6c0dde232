// SPDX-License-Identifier: MPL-2.0

package jsonfile

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
)

// user is a SCIM user whose values stand in an order of their own.
func user(id, more string) string {
	return fmt.Sprintf(`{"externalId":%q,"active":true,"name":{"familyName":"Jensen"},%s
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Tours","manager":{"value":"89607"}},
		"urn:ietf:params:scim:schemas:extension:sap:2.0:User":{"hireDate":"2020-01-01"}}`, id, more)
}

const (
	workFirst = `"emails":[{"type":"work","value":"w1"},{"type":"home","value":"h1"}],"phoneNumbers":[{"type":"fax","value":"1"},{"type":"mobile","value":"2"}],`
	homeFirst = `"Emails":[{"type":"home","value":"h2"},{"type":"work","value":"w2"}],"phoneNumbers":[{"type":"mobile","value":"3"}],`
)

func bulk(operations ...string) Config {
	return content(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[` + strings.Join(operations, ",") +
		`],"failOnErrors":null}`)
}

func operation(method, data string) string {
	return fmt.Sprintf(`{"method":%q,"bulkId":"b","path":"/Users","data":%s}`, method, data)
}

var scimSpec = source.Spec{Fields: source.Fields{"worker_id": "externalId",
	"manager_id": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"}}

// TestBulkRequest: what API-driven provisioning takes reads as it is, and elements of lists are named by their type.
func TestBulkRequest(t *testing.T) {
	got, err := Read(context.Background(), bulk(operation("POST", user("1", workFirst)), operation("POST", user("2", homeFirst))), scimSpec,
		now)
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]map[string]string{
		"1": {`emails[type eq "work"].value`: "w1", `emails[type eq "home"].value`: "h1", `phoneNumbers[type eq "fax"].value`: "1",
			`phoneNumbers[type eq "mobile"].value`: "2"},
		"2": {`emails[type eq "work"].value`: "w2", `emails[type eq "home"].value`: "h2", `phoneNumbers[type eq "fax"].value`: "",
			`phoneNumbers[type eq "mobile"].value`:                                  "3",
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "Tours",
			"urn:ietf:params:scim:schemas:extension:sap:2.0:User:hireDate":          "2020-01-01",
			"name.familyName": "Jensen", "active": "true", "manager_id": "89607"},
	} {
		for name, value := range want {
			if v, _ := got.Workers[id].Attribute(name); v.Text() != value {
				t.Errorf("worker %s: %s is %s, expected %q", id, name, v, value)
			}
		}
	}
	if _, there := got.Workers["1"].Attribute("method"); there {
		t.Error("the method of the operation is an attribute")
	}
	if _, err := Read(context.Background(), bulk(operation("POST", user("1", workFirst)), operation("DELETE", `{}`)), scimSpec,
		now); err == nil ||
		!strings.Contains(err.Error(), `found the method the text "DELETE", expected POST`) {
		t.Errorf("DELETE: %v", err)
	}
}

// TestElementsWithoutTypes: by position where no type tells them apart; the primary one of several has the name.
func TestElementsWithoutTypes(t *testing.T) {
	for list, want := range map[string]string{
		`[{"v":"a"},{"v":"b"}]`:                       `{"m.0.v":"a","m.1.v":"b"}`,
		`[{"type":"x","v":"a"},{"type":"x","v":"b"}]`: `{"m.0.type":"x","m.0.v":"a","m.1.type":"x","m.1.v":"b"}`,
		`[{"type":"x","v":"a"},{"v":"b","o":{"type":"y"}}]`: `{"m.1.o.type":"y","m.1.v":"b","m[type eq \"x\"].type":"x","m[type eq ` +
			`\"x\"].v":"a"}`,
		`[{"type":"x","v":"a"},{"primary":true,"type":"x"}]`: `{"m.0.type":"x","m.0.v":"a","m[type eq \"x\"].primary":"true","m[type eq ` +
			`\"x\"].type":"x"}`,
		`[{"type":1,"v":"a"},["b"]]`: `{"m.0.type":"1","m.0.v":"a","m.1":["b"]}`,
	} {
		got, err := Read(context.Background(), content(`[{"id":"1","m":`+list+`}]`), tiny, now)
		if err != nil {
			t.Errorf("%s: %v", list, err)
			continue
		}
		if doc := marshal(t, got); !strings.Contains(doc, `"attributes":`+want) {
			t.Errorf("%s: %s, want %s", list, doc, want)
		}
		record, err := jsonrecord.Decode([]byte(`{"id":"1","m":` + list + `}`))
		if err != nil {
			t.Fatal(err)
		}
		other, err := jsonrecord.Workers(tiny, jsonrecord.Columns{}, []jsonrecord.Record{{Position: "record 1", Value: record}})
		if err != nil || marshal(t, other) != marshal(t, got) {
			t.Errorf("%s: sources of the network say otherwise: %v, %v", list, other, err)
		}
	}
}

// TestSameNamesEverywhere: a record of hr_rest has the columns of one of hr_json, whether they are found or asked for.
func TestSameNamesEverywhere(t *testing.T) {
	record, err := jsonrecord.Decode([]byte(user("2", homeFirst)))
	if err != nil {
		t.Fatal(err)
	}
	file, err := Read(context.Background(), content("["+user("2", homeFirst)+"]"), scimSpec, now)
	if err != nil {
		t.Fatal(err)
	}
	asked := scimSpec
	asked.Attributes = file.Workers.Attributes()
	for name, spec := range map[string]source.Spec{"found": scimSpec, "asked for": asked} {
		got, err := jsonrecord.Workers(spec, jsonrecord.Columns{}, []jsonrecord.Record{{Position: "record 1", Value: record}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if a, b := marshal(t, file), marshal(t, got); a != b {
			t.Errorf("%s:\n%s\n%s", name, a, b)
		}
	}
}
