// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
)

// verdict is what a branch of accountEnabled says about sign-in.
type verdict uint8

const (
	unclear   verdict = iota
	signsIn           // always
	barred            // always
	signsInBy         // from some days before the hire date
	barredBy          // from the end
)

// answers is what an expression says, status word by status word.
type answers struct {
	attribute string
	words     map[string]verdict
	others    verdict // of words that are not listed; unclear: the job leaves the account alone
	hire, end string  // the attributes whose dates count
	days      int     // before the date in hire
	why       string  // why nothing could be derived; "" if it could
}

// wordSets are the values of status attributes that Microsoft's connectors read, where
// they are all known. employment: the codes of SAP SuccessFactors.
var wordSets = map[string][][]string{
	"active":                 {{"0", "1"}, {"true", "false"}},
	"emplstatus":             {{"A", "D", "U", "P", "S", "F", "O", "R", "T"}},
	"activeemploymentscount": {{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}},
}

// awayWords are codes of people who are employed and away, or employed and barred.
var awayWords = map[string]map[string]string{"emplstatus": {"U": "leave", "P": "leave", "S": "suspended", "F": "suspended",
	"D": "suspended"}}

// enabled derives worker_lifecycle from whether the job enables an account. Where it cannot,
// it asks: without status words, nobody is ever a leaver.
func (i *importer) enabled(a attributeMapping, source string) {
	if i.status {
		i.askStatus("the job decides both accountDisabled and accountEnabled")
		return
	}
	found := answers{why: "it is no expression of this language"}
	if tree := a.Source.tree(); tree != nil {
		found = readStatus(tree, strings.EqualFold(a.Target, "accountEnabled"))
	}
	if i.derive(found, a.Target, source) && found.hire == "" {
		i.notef("Before the hire date nobody signs in here, whereas the job enables whoever is active: set enable_days if that is meant.")
	}
	if flow := string(a.FlowType); flow != "" && flow != "Always" && found.why == "" {
		i.notef("%s flows %s in the job; here the lifecycle decides every time, and disables leavers the job has left enabled.", a.Target, flow)
	}
}

// derive writes what an expression says about sign-in into worker_lifecycle, or asks.
func (i *importer) derive(found answers, target, source string) bool {
	i.status = true
	if found.why == "" {
		found.why = i.statuses(&found)
	}
	if found.why != "" {
		i.askStatus(fmt.Sprintf("%s is %s, and %s", target, source, found.why))
		return false
	}
	i.rules.Lifecycle.EnableDays = found.days
	i.notef("%s (%s) became worker_lifecycle: make [%s] the source's status. A worker whose status is in none of the lists is set aside.",
		target, source, found.attribute)
	if found.hire != "" {
		i.notef("enable_days = %d counts from hire_date: make [%s] the source's hire date.", found.days, found.hire)
	}
	if found.end != "" {
		i.notef("Whoever leaves is disabled when the last day of work is over at their place: make [%s] the source's last day of work.",
			found.end)
	}
	return true
}

// askStatus leaves the question who has left to a person.
func (i *importer) askStatus(why string) {
	i.status = true
	i.rules.Lifecycle = Lifecycle{PrehireDays: i.rules.Lifecycle.PrehireDays, ActiveStatuses: []string{question(why +
		": write the status words of people who work here as active_statuses and of those who have left as inactive_statuses, " +
		"or leave both out where the source gives words that the provider knows, such as Active and Terminated")}}
	i.notef("Who has left could not be derived, because %s: write worker_lifecycle.active_statuses and inactive_statuses before "+
		"anything else.", why)
}

// statuses writes the lists of words, or says why it cannot.
func (i *importer) statuses(found *answers) string {
	l := &i.rules.Lifecycle
	if why := found.complete(); why != "" {
		return why
	}
	for _, word := range slices.Sorted(maps.Keys(found.words)) {
		away := awayWords[strings.ToLower(found.attribute)][word]
		switch found.words[word] {
		case signsIn, signsInBy:
			if away == "leave" {
				l.LeaveStatuses = append(l.LeaveStatuses, word)
			} else {
				l.ActiveStatuses = append(l.ActiveStatuses, word)
			}
		case barred:
			if away != "" {
				l.SuspendedStatuses = append(l.SuspendedStatuses, word)
			} else {
				l.InactiveStatuses = append(l.InactiveStatuses, word)
			}
		}
	}
	switch {
	case len(l.ActiveStatuses) == 0:
		return "no value of it enables an account"
	case len(l.InactiveStatuses)+len(l.SuspendedStatuses) == 0:
		return "no value of it disables an account"
	}
	return ""
}

// complete lists the words that the default of a Switch is about, where they are known.
func (a *answers) complete() string {
	delete(a.words, "") // whoever has no status is set aside
	if a.others == unclear {
		return ""
	}
	for _, set := range wordSets[strings.ToLower(a.attribute)] {
		spelt := map[string]string{}
		for _, word := range set {
			spelt[strings.ToLower(word)] = word
		}
		inside := true
		for word := range a.words {
			inside = inside && spelt[strings.ToLower(word)] != ""
		}
		if !inside {
			continue
		}
		for _, word := range set {
			if !slices.ContainsFunc(slices.Collect(maps.Keys(a.words)), func(have string) bool { return strings.EqualFold(have, word) }) {
				a.words[word] = a.others
			}
		}
		return ""
	}
	return fmt.Sprintf("its default decides about every other value of [%s]", a.attribute)
}

// readStatus reads accountEnabled (on) or accountDisabled.
func readStatus(tree *expression.Syntax, on bool) answers {
	r := &statusReader{on: on, answers: answers{words: map[string]verdict{}}}
	r.read(tree)
	return r.answers
}

// read reads the whole expression.
func (r *statusReader) read(tree *expression.Syntax) {
	on := r.on
	switch {
	case r.flags:
		r.branches(tree)
	case tree.Kind == expression.SyntaxAttribute, tree.Is("CBool") && len(tree.Args) == 1 && tree.Args[0] != nil &&
		tree.Args[0].Kind == expression.SyntaxAttribute:
		r.truth(tree.Attributes()[0], on)
	case tree.Is("Not") && len(tree.Args) == 1 && tree.Args[0] != nil && tree.Args[0].Kind == expression.SyntaxAttribute:
		r.truth(tree.Args[0].Text, !on)
	default:
		r.branches(tree)
	}
}

// statusReader reads what an expression gives: on says that True lets people sign in, flags that
// it gives the flags of userAccountControl instead.
type statusReader struct {
	on    bool
	flags bool
	answers
}

// truth is for an attribute that is itself true or false.
func (r *statusReader) truth(attribute string, on bool) {
	yes, no := signsIn, barred
	if !on {
		yes, no = barred, signsIn
	}
	r.attribute = attribute
	r.words = map[string]verdict{"True": yes, "1": yes, "False": no, "0": no}
}

// branches reads Switch([status], …), and IIF with a comparison of a status.
func (r *statusReader) branches(tree *expression.Syntax) {
	keys, values, otherwise, attribute := cases(tree)
	switch {
	case attribute == "" && r.dated(tree):
		return
	case attribute == "":
		r.why = "it is no Switch over one attribute"
		return
	case r.lookahead(keys, values, otherwise, attribute):
		return
	}
	r.attribute = attribute
	for k, value := range values {
		if r.words[keys[k]] = r.verdict(value); r.words[keys[k]] == unclear && r.why == "" {
			r.why = fmt.Sprintf("what it says for %q depends on more than a day before the hire date", keys[k])
		}
	}
	if otherwise != nil && !isNothing(otherwise) {
		if r.others = r.verdict(otherwise); r.others == unclear && r.why == "" {
			r.why = "its default depends on more than a day before the hire date"
		}
	}
}

// dated reads IIF with a date around everything else: who is within the days before their
// hire, or past their end, and what the other branch says of the others.
func (r *statusReader) dated(tree *expression.Syntax) bool {
	if !tree.Is("IIF") || len(tree.Args) != 3 || tree.Args[1] == nil || tree.Args[2] == nil {
		return false
	}
	w, ok := readWindow(tree.Args[0])
	within, outside := tree.Args[1], tree.Args[2]
	if !w.within {
		within, outside = outside, within
	}
	switch {
	case !ok:
		return false
	case r.fixed(outside) == barred && w.days >= 0:
		r.branches(within)
		if r.why == "" && r.hire != "" && (r.hire != w.attribute || r.days != w.days) {
			r.why = "it names two spans of days before the hire date"
		}
		r.hire, r.days = w.attribute, w.days
		return true
	case r.fixed(within) == barred && (w.days == 0 || w.days == -1):
		r.branches(outside)
		if r.why == "" && r.end != "" && r.end != w.attribute {
			r.why = "it names two ends"
		}
		r.end = w.attribute
		return true
	}
	return false
}

// lookahead reads Switch([last day], A, "", B), where B decides about people without a
// last day, and A says the same of the others until that day.
func (r *statusReader) lookahead(keys []string, values []*expression.Syntax, otherwise *expression.Syntax, day string) bool {
	if len(keys) != 1 || keys[0] != "" || otherwise == nil {
		return false
	}
	without := &statusReader{on: r.on, flags: r.flags, answers: answers{words: map[string]verdict{}}}
	without.branches(values[0])
	with := &statusReader{on: r.on, flags: r.flags, answers: answers{words: map[string]verdict{}}}
	with.branches(otherwise)
	r.answers = without.answers
	switch {
	case r.why != "":
	case with.why != "" || with.attribute != without.attribute || with.end != day:
		r.why = "what it says about people with a date in [" + day + "] could not be read"
	default:
		for word, v := range with.words {
			if same := v == without.words[word] || v == barredBy && without.words[word] == signsIn; !same {
				r.why = fmt.Sprintf("%q means different things with and without a date in [%s]", word, day)
			}
		}
		r.end = day
		if r.others == unclear {
			r.others = with.others
		}
	}
	return true
}

// cases reads the branches of Switch([attribute], default, key, value, …) and of
// IIF([attribute]="key", value, default), where the default may be one more IIF over the same
// attribute. The attribute is "" for anything else.
func cases(tree *expression.Syntax) (keys []string, values []*expression.Syntax, otherwise *expression.Syntax, attribute string) {
	if tree.Is("Switch") && len(tree.Args) >= 4 && tree.Args[0] != nil && tree.Args[0].Kind == expression.SyntaxAttribute {
		for k := 2; k+1 < len(tree.Args); k += 2 {
			key := ""
			if tree.Args[k] != nil {
				if key = tree.Args[k].Text; tree.Args[k].Kind != expression.SyntaxText && tree.Args[k].Kind != expression.SyntaxNumber {
					return nil, nil, nil, ""
				}
			}
			if slices.Contains(keys, key) {
				continue // the first key that fits decides
			}
			keys, values = append(keys, key), append(values, tree.Args[k+1])
		}
		return keys, values, tree.Args[1], tree.Args[0].Text
	}
	for tree.Is("IIF") && len(tree.Args) == 3 {
		name, equal := equalities(tree.Args[0])
		if name == "" || attribute != "" && name != attribute {
			break
		}
		attribute = name
		for _, key := range equal {
			if !slices.Contains(keys, key) {
				keys, values = append(keys, key), append(values, tree.Args[1])
			}
		}
		tree = tree.Args[2]
	}
	if attribute == "" {
		return nil, nil, nil, ""
	}
	return keys, values, tree, attribute
}

// equalities reads [attribute]="key", Eq([attribute], "key"), and several of them joined by Or.
func equalities(condition *expression.Syntax) (attribute string, keys []string) {
	switch {
	case condition == nil:
	case condition.Is("Or"):
		for _, arg := range condition.Args {
			name, more := equalities(arg)
			if name == "" || attribute != "" && name != attribute {
				return "", nil
			}
			attribute, keys = name, append(keys, more...)
		}
		return attribute, keys
	case condition.Kind == expression.SyntaxComparison && condition.Text == "=", condition.Is("Eq") && len(condition.Args) == 2:
		left, right := condition.Args[0], condition.Args[1]
		if left != nil && right != nil && left.Kind == expression.SyntaxAttribute &&
			(right.Kind == expression.SyntaxText || right.Kind == expression.SyntaxNumber) {
			return left.Text, []string{right.Text}
		}
	}
	return "", nil
}

// verdict reads one branch: True or False, or one of both by a date.
func (r *statusReader) verdict(s *expression.Syntax) verdict {
	if v := r.fixed(s); v != unclear {
		return v
	}
	if !s.Is("IIF") || len(s.Args) != 3 {
		return unclear
	}
	w, ok := readWindow(s.Args[0])
	if !ok {
		return unclear
	}
	switch yes, no := r.fixed(s.Args[1]), r.fixed(s.Args[2]); {
	case w.within && yes == signsIn && no == barred, !w.within && yes == barred && no == signsIn:
		if w.days < 0 || r.hire != "" && (r.hire != w.attribute || r.days != w.days) {
			return unclear
		}
		r.hire, r.days = w.attribute, w.days
		return signsInBy
	case w.within && yes == barred && no == signsIn, !w.within && yes == signsIn && no == barred:
		if w.days != 0 && w.days != -1 || r.end != "" && r.end != w.attribute {
			return unclear
		}
		r.end = w.attribute
		return barredBy
	}
	return unclear
}

// fixed reads "True" and "False", as texts, words or calls of CBool, or flags.
func (r *statusReader) fixed(s *expression.Syntax) verdict {
	if r.flags {
		return readFlags(s)
	}
	if s.Is("CBool") && len(s.Args) == 1 {
		s = s.Args[0]
	}
	if s == nil || s.Kind == expression.SyntaxCall || s.Kind == expression.SyntaxAttribute {
		return unclear
	}
	switch value, err := strconv.ParseBool(strings.ToLower(s.Text)); {
	case err != nil:
		return unclear
	case value == r.on:
		return signsIn
	}
	return barred
}
