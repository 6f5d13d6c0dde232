// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/expression"
)

func TestOperators(t *testing.T) {
	list := expression.List
	tests := []struct {
		operator, operand string
		holds, fails      []expression.Value
	}{
		{"EQUALS", "IT", []value{text("IT"), list("HR", "IT")}, []value{text("it"), text("IT "), {}, text(" "), list("HR")}},
		{"not equals", "IT", []value{text("it"), list("HR", "Law")}, []value{text("IT"), list("HR", "IT"), {}, text("")}},
		{"Includes", "ngin", []value{text("Engineer")}, []value{text("ENGINEER"), {}}},
		{"ENDS WITH", "eer", []value{text("Engineer")}, []value{text("eerie"), {}}},
		{"Greater_Than", "5", []value{text("6"), text(" 10 ")}, []value{text("5"), text("-6"), {}}},
		{"GreaterThanOrEquals", "5", []value{text("5"), text("9223372036854775807")}, []value{text("4"), {}}},
		{"GREATER_THAN", "2026-11-20", []value{text("2026-11-21")}, []value{text("2026-11-20"), text("1999-12-31")}},
		{"is_null", "", []value{{}, text(""), text(" \t"), list()}, []value{text("x"), list("", "x")}},
		{"IS NOT NULL", "", []value{text("x"), list("x")}, []value{{}, text("\n")}},
		{"is true", "", []value{text("True"), text("TRUE"), text("1")}, []value{text("False"), text("yes"), {}}},
		{"IS FALSE", "", []value{text("false"), text("0")}, []value{text("True"), {}}},
		{"REGEX MATCH", "(1[0-9]{6})", []value{text("1000000"), text("x1999999y")}, []value{text("2000000"), {}}},
		{"REGEX MATCH", `^(?=.*a)(?<n>b)`, []value{text("ba")}, []value{text("b")}},
		{"NOT REGEX MATCH", "^A", []value{text("Bob"), list("b", "c")}, []value{text("Ann"), list("b", "A"), {}}},
		{"&", "6", []value{text("7"), text("6")}, []value{text("2"), text("9"), {}}},
		{"!&", "6", []value{text("9"), text("0")}, []value{text("2"), text("7"), {}}},
	}
	for _, test := range tests {
		r := basic()
		r.Scope = [][]Clause{{{Attribute: "X", Operator: test.operator, Value: test.operand}}}
		m := mustCompile(t, r)
		for want, values := range map[bool][]value{true: test.holds, false: test.fails} {
			for _, v := range values {
				w := ann()
				w.Attributes["X"] = v
				d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z")
				if got := d.Stage != StageOutOfScope; got != want {
					t.Errorf("%s %s %s %q: %v, want %v", "X is", v, test.operator, test.operand, got, want)
				}
				if !want && !strings.Contains(d.Reason, "scope[0][0] X "+m.Rules().Scope[0][0].Operator) {
					t.Errorf("reason %q", d.Reason)
				}
			}
		}
	}
}

func TestScope(t *testing.T) {
	r := basic()
	r.Scope = [][]Clause{
		{{Attribute: "Department", Operator: "EQUALS", Value: "IT"}, {Attribute: "worker_id", Operator: "GREATER_THAN", Value: "1000"}},
		{{Expression: `IIF([FirstName] = "Bob", "True", "False")`}},
	}
	m := mustCompile(t, r)
	w := ann()
	d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z")
	if want := `scope[0][0] Department EQUALS "IT" does not hold, found "Sales"; scope[1][0] IIF([FirstName] = "Bob", "True", "False") does not hold, found "False"`; d.Reason != want || d.Enabled || d.Attributes != nil || len(d.Keys) != 1 {
		t.Errorf("%s, reason %q, want %q", d.Stage, d.Reason, want)
	}
	for name, v := range map[string]string{"Department": "IT", "FirstName": "Bob"} {
		w := ann()
		w.Attributes[name] = text(v)
		if d := mustEvaluate(t, m, w, "2026-12-05T00:00:00Z"); d.Stage != StageActive {
			t.Errorf("%s %s: %s, %s", name, v, d.Stage, d.Reason)
		}
	}
}

func TestScopeProblems(t *testing.T) {
	for name, test := range map[string]struct {
		clause Clause
		want   string
	}{
		"number":     {Clause{Attribute: "Department", Operator: "GREATER_THAN", Value: "5"}, `worker "1001": scope[0][0]: found "Sales", expected a whole number; rule [Department], where Department is "Sales"`},
		"date":       {Clause{Attribute: "Department", Operator: "GREATER_THAN", Value: "2026-01-01"}, `found "Sales", expected a date`},
		"bits":       {Clause{Attribute: "Department", Operator: "!&", Value: "5"}, `found "Sales", expected a whole number`},
		"truth":      {Clause{Expression: "[Department]"}, `found "Sales", expected True or False`},
		"expression": {Clause{Expression: `IIF(DateDiff("d", Now(), CDate([Department])) > 0, "True", "False")`}, "scope[0][0]: line 1"},
	} {
		r := basic()
		r.Scope = [][]Clause{{test.clause}}
		_, err := mustCompile(t, r).Evaluate(ann(), instant(t, "2026-12-05T00:00:00Z"))
		t.Run(name, func(t *testing.T) { wantError(t, err, test.want) })
	}
}
