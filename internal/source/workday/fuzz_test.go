// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/sourcetest"
)

// FuzzPage holds that an answer of Get_Workers ends in whole workers or an error.
func FuzzPage(f *testing.F) {
	_, c := tenant(f, 3)
	text := wholePage(f, c, "v44.2")
	f.Add(text)
	f.Add(strings.ReplaceAll(text, "-", "-9"))
	f.Add(strings.ReplaceAll(text, "wd:Worker_Status_Data", "wd:X"))
	f.Add(strings.Replace(text, "<wd:Total_Results>", "<wd:Total_Results>1e9", 1))
	c.PageSize = MaxPageSize
	r, q := newReader(f, c)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := r.parsePage(text, q, 1)
		if err != nil || p.plausible() != nil {
			return
		}
		one := *r
		one.people = p.people
		got, err := one.build(source.Spec{})
		sourcetest.Whole(t, got, err)
	})
}

// FuzzReport holds the same of the rows of a report.
func FuzzReport(f *testing.F) {
	f.Add(`{"Report_Entry":[{"id":"1","g":[{"a":"x"},{"a":"y"}],"h":{"b":{"c":true}}}]}`, false)
	f.Add(`<wd:Report_Data xmlns:wd="urn:com.workday.report/x"><wd:Report_Entry><wd:id>1</wd:id><wd:g><wd:a wd:Descriptor="x"/></wd:g></wd:Report_Entry></wd:Report_Data>`, true)
	f.Add(`{"Report_Entry":[{"id":"1","id":"2"}]}`, false)
	f.Fuzz(func(t *testing.T, body string, inXML bool) {
		r := &Report{Format: map[bool]string{false: "json", true: "xml"}[inXML]}
		got, err := r.rows([]byte(body), source.Spec{Fields: source.Fields{"worker_id": "id"}})
		sourcetest.Whole(t, got, err)
	})
}
