// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// advised are the words before the name of a function in a message.
const advised = `\b(?:with|use|Use|through) `

// called is a call that a message spells out; named is the name alone, with how it is called for a text.
var (
	called = regexp.MustCompile(advised + `(\w+\(.*?, \))`)
	named  = map[string]string{
		"StripSpaces": "StripSpaces([Source])", "Transliterate": "Transliterate([Source])",
		"Country": `Country([Source], "alpha2")`,
	}
	shortly = regexp.MustCompile(`(?:` + advised + `|\()(StripSpaces|Transliterate|Country)\b`)
)

// TestAdviceOfFunctions follows the advice of messages about values that names a function of the expression language,
// with the rule that a user would write: the value passes in the end, and each message is met.
func TestAdviceOfFunctions(t *testing.T) {
	met := map[string]bool{}
	for _, c := range []struct {
		target    target
		attribute string
		value     string
		want      string
	}{
		{activeDirectoryTarget, "userPrincipalName", "ann lee@example.com", "annlee@example.com"},
		{activeDirectoryTarget, "userPrincipalName", "ann\tlee@example.com", "annlee@example.com"},
		{activeDirectoryTarget, "userPrincipalName", "ann\u00a0lee @example.com", "annlee@example.com"},
		{activeDirectoryTarget, "userPrincipalName", "ann\x01\u0085\u2028lee@example.com", "annlee@example.com"},
		{activeDirectoryTarget, "userPrincipalName", "zo\u200bë@example.com", "zoe@example.com"},
		{activeDirectoryTarget, "userPrincipalName", "€½Ωß高@example.com", "EUR12OssGao@example.com"},
		{activeDirectoryTarget, "mail", "ann\u00a0\u202alee@example.com", "annlee@example.com"},
		{activeDirectoryTarget, "mail", "ann lee@example.com", "annlee@example.com"},
		{activeDirectoryTarget, "mailNickname", "ann\ufefflee", "annlee"},
		{activeDirectoryTarget, "sAMAccountName", "ann\u2060lee", "annlee"},
		{activeDirectoryTarget, "sAMAccountName", "ann/lee", "annlee"},
		{activeDirectoryTarget, "sAMAccountName", `ann\"lee`, "annlee"},
		{activeDirectoryTarget, "c", "DEU", "DE"},
		{entraTarget, "userPrincipalName", "ann\u3000lee@example.com", "annlee@example.com"},
		{entraTarget, "userPrincipalName", "zoë\u200d łę@example.com", "zoele@example.com"},
		{entraTarget, "mail", "zoë\u00a0lee@example.com", "zoelee@example.com"},
		{entraTarget, "otherMails", "zoë\r\n@example.com", "zoe@example.com"},
		{entraTarget, "usageLocation", "UK", "GB"},
	} {
		value := c.value
		for range 5 {
			err := judge(t, c.target, c.attribute, value)
			if err == nil {
				break
			}
			met[err.Error()] = true
			next := follow(t, err.Error(), value)
			if next == value {
				t.Errorf("%s = %q: nothing changes for who follows the advice: %v", c.attribute, value, err)
				break
			}
			value = next
		}
		if err := judge(t, c.target, c.attribute, value); err != nil || value != c.want {
			t.Errorf("%s = %q: following the advice gives %q, expected %q: %v", c.attribute, c.value, value, c.want, err)
		}
	}
	for _, message := range messagesThatAdvise(t) {
		found := false
		for text := range met {
			found = found || message.MatchString(text)
		}
		if !found {
			t.Errorf("no case meets the message %s", message)
		}
	}
}

// judge returns what is said about the value of somebody, at plan.
func judge(t *testing.T, to target, attribute, value string) error {
	t.Helper()
	source := func(name string) mapping.AttributeRule { return mapping.AttributeRule{Source: name} }
	match := mapping.MatchCondition{Source: "worker_id",
		Target: map[bool]string{true: "employeeID", false: "employeeId"}[to.format.HasContainer]}
	rules := mapping.Rules{Target: to.format.Target, Attributes: map[string]mapping.AttributeRule{},
		Match: []mapping.MatchRule{{All: []mapping.MatchCondition{match}}}}
	for _, core := range to.format.Core {
		if core.Required {
			rules.Attributes[core.Attribute] = source("worker_id")
		}
	}
	if to.format.HasContainer {
		rules.Container = `"OU=Staff,DC=example,DC=com"`
	} else {
		rules.Attributes["userPrincipalName"] = mapping.AttributeRule{Expression: `Append([worker_id], "@example.com")`}
	}
	rules.Attributes[attribute] = mapping.AttributeRule{Expression: "[Source]"}
	m, err := mapping.Compile(rules, to.schema(), to.format)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	desired, err := m.Evaluate(&worker.Worker{ID: "w1", Status: "Active", HireDate: "2020-01-01",
		Attributes: map[string]expression.Value{"Source": expression.String(value)}}, now)
	if err != nil {
		return err
	}
	outcome := desired.Attributes[attribute]
	if outcome.Candidates != nil {
		for candidate, err := range outcome.Candidates {
			if err != nil {
				return err
			}
			outcome.Value = []string{candidate}
		}
	}
	kind, known := to.schema().Lookup(attribute)
	if !known || outcome.Value.Text() != value {
		t.Fatalf("%s is %q, expected %q", attribute, outcome.Value, value)
	}
	return to.format.Check(kind, outcome.Value)
}

// follow does to a value what a message advises.
func follow(t *testing.T, message, value string) string {
	t.Helper()
	call := ""
	if spelt := called.FindStringSubmatch(message); spelt != nil {
		call = spelt[1]
	} else if short := shortly.FindStringSubmatch(message); short != nil {
		call = named[short[1]]
	}
	whole := "[Source]"
	if strings.Contains(message, "before the @ is added") { // the rule has the name alone
		whole = `Word([Source], 1, "@")`
		call = fmt.Sprintf(`Append(%s, Append("@", Word([Source], 2, "@")))`, call)
	}
	program, err := expression.Compile(strings.Replace(call, "[Source]", whole, 1), expression.Options{})
	if err != nil {
		t.Fatalf("%s advises %q: %v", message, call, err)
	}
	got, err := program.Eval(&expression.Env{Attribute: func(string) (expression.Value, bool) { return expression.String(value), true }})
	if err != nil {
		t.Fatal(err)
	}
	return got.Text()
}

// messagesThatAdvise finds the messages about values that name a function, as patterns of what is shown.
func messagesThatAdvise(t *testing.T) []*regexp.Regexp {
	t.Helper()
	var names []string
	for _, f := range expression.Functions() {
		names = append(names, f.Name)
	}
	function := regexp.MustCompile(`(?:` + advised + `|\()(?:` + strings.Join(names, "|") + `)\b`)
	literal := regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"` + "|`[^`]*`")
	verb := regexp.MustCompile(`%[a-zA-Z]`)
	var found []*regexp.Regexp
	for _, dir := range []string{"directory", "mapping", "activedirectory", "entra"} {
		if err := filepath.WalkDir(filepath.Join("..", dir), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || strings.Contains(file, "schema") ||
				strings.Contains(file, "sync") {
				return err
			}
			text, err := os.ReadFile(file)
			code := regexp.MustCompile(`(?m)//.*$`).ReplaceAllString(string(text), "")
			for _, l := range literal.FindAllString(code, -1) {
				if plain := strings.ReplaceAll(l[1:len(l)-1], `\"`, `"`); function.MatchString(l) {
					found = append(found, regexp.MustCompile(strings.Join(verb.Split(regexp.QuoteMeta(plain), -1), ".*")))
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(found) < 6 {
		t.Errorf("found %d messages", len(found))
	}
	return found
}
