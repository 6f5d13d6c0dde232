// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"fmt"
	"testing"

	"terraform-provider-workforce/internal/expression"
)

// people makes n workers of 24 columns, as a file of an HR system has them.
func people(n int) Population {
	p := make(Population, n)
	onLeave := []bool{true, false}
	for i := range n {
		w := &Worker{ID: fmt.Sprintf("%06d", i), Status: "Active", Type: "Employee", HireDate: "2020-02-29", OnLeave: &onLeave[i%2],
			ManagerID: fmt.Sprintf("%06d", i/10), TimeZone: "Europe/Berlin", Attributes: make(map[string]expression.Value, 17)}
		for c := range 16 {
			w.Attributes[fmt.Sprintf("Column%02d", c)] = expression.String(fmt.Sprintf("value %d of %d", c, i))
		}
		w.Attributes["LastName"] = expression.String("Müller-Lüdenscheidt")
		p[w.ID] = w
	}
	return p
}

var sizes = []int{1_000, 10_000, 100_000}

func BenchmarkMarshal(b *testing.B) {
	for _, n := range sizes {
		p := people(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				doc, err := p.Marshal()
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(doc)))
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for _, n := range sizes {
		doc, err := people(n).Marshal()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if _, err := Parse(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
