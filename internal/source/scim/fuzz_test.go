// SPDX-License-Identifier: MPL-2.0

package scim

import (
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/sourcetest"
)

// FuzzList holds that a list response, read by any path, ends in whole workers or an error.
func FuzzList(f *testing.F) {
	f.Add(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"resources":[{"id":"a","active":"True","userName":"x",
		"emails":[{"type":"work","value":"a@example.com"},{"type":"home","value":null}],"`+Enterprise+`":{"employeeNumber":"1","manager":{"value":"a"}}}]}`, `emails[type eq "work"].value`)
	f.Add(`{"SCHEMAS":[1],"schemas":["x"]}`, "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName")
	f.Add(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:listresponse"],"totalResults":0}`, `a[b eq "'\"].c`)
	f.Add(`[]`, "$..value")
	f.Fuzz(func(t *testing.T, text, path string) {
		document, err := jsonrecord.Decode([]byte(text))
		if err != nil || check(document) != nil {
			return
		}
		list, err := jsonrecord.ParsePath("Resources")
		if err != nil {
			t.Fatal(err)
		}
		found, err := list.Records(document)
		if err != nil {
			return
		}
		var records []jsonrecord.Record
		for _, record := range found {
			if record, err = transform(record); err != nil {
				return
			}
			records = append(records, jsonrecord.Record{Position: "record", Value: record})
		}
		for _, columns := range []map[string]string{nil, {"x": path}} {
			s := source.Spec{Fields: withDefaults(nil)}
			got, err := jsonrecord.Workers(s, jsonrecord.Columns{Paths: columns, Parse: ParsePath, References: map[string]string{"": "id"}}, records)
			sourcetest.Whole(t, got, err)
		}
	})
}
