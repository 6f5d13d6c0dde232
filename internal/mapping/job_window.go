// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
)

// window is a comparison of today with a date: the date is at most days away, or
// further off (not within).
type window struct {
	attribute string
	days      int
	within    bool
}

// readWindow reads DateDiff("d", Now(), CDate([date])) <= 14 and its like.
func readWindow(s *expression.Syntax) (window, bool) {
	if s.Is("CBool") && len(s.Args) == 1 {
		s = s.Args[0]
	}
	if s == nil || s.Kind != expression.SyntaxComparison {
		return window{}, false
	}
	diff, limit, op := s.Args[0], s.Args[1], s.Text
	if !diff.Is("DateDiff") {
		diff, limit, op = limit, diff, mirrored(op)
	}
	n, err := strconv.Atoi(limit.Text)
	if err != nil || limit.Kind != expression.SyntaxNumber && limit.Kind != expression.SyntaxText || !diff.Is("DateDiff") ||
		len(diff.Args) < 3 ||
		diff.Args[0] == nil || !strings.EqualFold(diff.Args[0].Text, "d") && !strings.EqualFold(diff.Args[0].Text, "day") {
		return window{}, false
	}
	from, to := diff.Args[1], diff.Args[2]
	if isNow(to) { // days since, instead of days until
		from, to, n, op = to, from, -n, mirrored(op)
	}
	attribute := dateOf(to)
	if !isNow(from) || attribute == "" {
		return window{}, false
	}
	switch op {
	case "<=":
		return window{attribute, n, true}, true
	case "<":
		return window{attribute, n - 1, true}, true
	case ">":
		return window{attribute, n, false}, true
	case ">=":
		return window{attribute, n - 1, false}, true
	}
	return window{}, false
}

// mirrored is the operator with both sides exchanged.
func mirrored(op string) string {
	switch op {
	case "<", "<=":
		return ">" + op[1:]
	case ">", ">=":
		return "<" + op[1:]
	}
	return op
}

// isNow reports whether the node is Now(), or Now() in another time zone.
func isNow(s *expression.Syntax) bool {
	if s.Is("DateAdd") && len(s.Args) == 3 && s.Args[0] != nil && strings.EqualFold(s.Args[0].Text, "h") {
		s = s.Args[2]
	}
	return s.Is("Now")
}

// dateOf returns the attribute that the node gives as a date, with a day in the far future
// where there is none, or "".
func dateOf(s *expression.Syntax) string {
	if !s.Is("CDate") || len(s.Attributes()) != 1 {
		return ""
	}
	future := true
	s.Walk(func(n *expression.Syntax) {
		switch {
		case n.Kind == expression.SyntaxCall:
			future = future && (n.Is("CDate") || n.Is("Switch") || n.Is("IIF") || n.Is("IsNullOrEmpty") || n.Is("IsPresent") || n.Is("Coalesce"))
		case n.Kind != expression.SyntaxAttribute && n.Text != "" && n.Kind != expression.SyntaxComparison:
			future = future && strings.HasPrefix(n.Text, "9999")
		}
	})
	if !future {
		return ""
	}
	return s.Attributes()[0]
}

// objectFilter derives prehire_days, or asks: whom the filter holds back has no account in
// the job, and must not get one here.
func (i *importer) objectFilter(a attributeMapping, source string) {
	tree := a.Source.tree()
	if tree != nil && tree.Kind == expression.SyntaxText {
		i.notef("objectFilter (%s) was left out: it holds nobody back.", source)
		return
	}
	if tree.Is("IIF") && len(tree.Args) == 3 {
		w, ok := readWindow(tree.Args[0])
		dropped := tree.Args[2]
		if !w.within {
			dropped = tree.Args[1]
		}
		if ok && w.days >= 0 && isDrop(dropped) && !(isDrop(tree.Args[1]) && isDrop(tree.Args[2])) {
			days := w.days
			i.rules.Lifecycle.PrehireDays = &days
			i.notef("objectFilter (%s) became prehire_days = %d, which counts from hire_date: make [%s] the source's hire date.", source,
				days, w.attribute)
			return
		}
	}
	i.rules.Scope = append(i.rules.Scope, []Clause{{Expression: question(fmt.Sprintf("objectFilter is %s; write it as a scope clause, "+
		"as worker_lifecycle.prehire_days, or as IgnoreObjectFlow in a rule", source))}})
	i.notef("objectFilter (%s) could not be carried over: see scope.", source)
}

func isDrop(s *expression.Syntax) bool {
	return s != nil && s.Kind == expression.SyntaxWord && s.Text == "IgnoreObjectFlow"
}
