// SPDX-License-Identifier: MPL-2.0

package spelling

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"department", "departmentNumber", "displayName", "sn", "st", "title"}
	for in, want := range map[string]string{
		"departement": "department", "Departmant": "department", "dispalyName": "displayName", "TITLE": "title", "sm": "sn",
		"completelyElse": "", "": "",
	} {
		if got := Nearest(in, names); got != want {
			t.Errorf("nearest to %q is %q, expected %q", in, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 3, 0}, {"kitten", "sitting", 9, 3}, {"kitten", "sitting", 2, 2}, {"ab", "ba", 3, 1},
		{"Müller", "Muller", 3, 1}, {"a", "abcdef", 3, 3},
	} {
		if got := Distance(c.a, c.b, c.limit); got != c.want || got != Distance(c.b, c.a, c.limit) {
			t.Errorf("from %q to %q it is %d, expected %d", c.a, c.b, got, c.want)
		}
	}
}
