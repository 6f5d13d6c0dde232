// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"strings"
	"testing"
)

// TestDoubts: a few values that cannot be read are the trouble of their workers, many are that of the source.
func TestDoubts(t *testing.T) {
	rows := func(bad, good int, of func(bad bool) string) (rows []string) {
		for i := range bad + good {
			rows = append(rows, fmt.Sprintf("%d|%s", i+1, of(i < bad)))
		}
		return rows
	}
	ends := func(bad bool) string {
		if bad {
			return "Active|2020-01-01|30.11.2026"
		}
		return "Active|2020-01-01|2026-11-30"
	}
	sparse := func(bad bool) string {
		if bad {
			return "Active|2020-01-01|soon"
		}
		return "Active|2020-01-01|"
	}
	hired := func(bad bool) string { return "Active|" + map[bool]string{true: "soon", false: ""}[bad] }
	for _, tt := range []struct {
		name    string
		rows    []string
		workers int    // with problems
		is      string // of the error
	}{
		{"one of some", rows(1, 3, ends), 1, ""},
		{"five of a hundred", rows(5, 95, ends), 5, ""},
		{"six of a hundred", rows(6, 94, ends), 0, "6 problems in 100 records"},
		{"five of a hundred in a thousand", rows(50, 950, ends), 50, ""},
		{"half of those given", rows(2, 2, ends), 0, "2 problems in 4 records"},
		{"the only one given", rows(1, 99, sparse), 1, ""},
		{"all that are given", rows(2, 98, sparse), 0, "2 problems"},
		{"no hire date of anybody", rows(1, 3, hired), 0, `column "Hired", worker "1": found "soon"`},
		{"other trouble tells all", append(rows(1, 3, ends), "9||||maybe", "9"), 0, `the same worker id`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := build(t, Spec{}, tt.rows...)
			if tt.is != "" {
				if err == nil || !strings.Contains(err.Error(), tt.is) {
					t.Errorf("got %v, expected %q in it", err, tt.is)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for id, w := range got.Workers {
				if len(w.Problems) == 0 {
					continue
				}
				n++
				if !strings.HasPrefix(w.Problems[0], "row ") || !strings.Contains(w.Problems[0], `, column "Ended": found "`) || w.TerminationDate != "" {
					t.Errorf("worker %s: %q, %q", id, w.Problems, w.TerminationDate)
				}
			}
			if n != tt.workers || len(got.Warnings) == 0 || !strings.Contains(strings.Join(got.Warnings, "\n"), "cannot be read; the accounts data sources set them aside") {
				t.Errorf("%d workers with problems, expected %d; warnings %q", n, tt.workers, got.Warnings)
			}
		})
	}
}
