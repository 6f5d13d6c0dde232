// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"testing"
)

func TestParse(t *testing.T) {
	s, err := Parse(`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`, Provisioning)
	if err != nil {
		t.Fatal(err)
	}
	if !s.Is("IIF") || len(s.Args) != 3 || s.Args[0].Kind != SyntaxComparison || s.Args[0].Text != "<=" || s.Args[0].Args[1].Text != "14" {
		t.Errorf("tree %+v", s)
	}
	if !slices.Equal(s.Attributes(), []string{"StatusHireDate"}) || s.Args[2].Kind != SyntaxWord || s.Args[2].Text != "IgnoreObjectFlow" {
		t.Errorf("attributes %q, last %+v", s.Attributes(), s.Args[2])
	}
	if s, err := Parse(`Switch([Active], , "a" & [B], [Active])`, Provisioning); err != nil || s.Args[1] != nil ||
		!slices.Equal(s.Attributes(), []string{"Active", "B"}) {
		t.Errorf("tree %+v, %v", s, err)
	}
	if _, err := Parse(`Switch(`, Provisioning); err == nil {
		t.Error("no error")
	}
}
