// SPDX-License-Identifier: MPL-2.0

package syncrule

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// word is a token of a script: a bare word, or a text in quotes.
type word struct {
	text   string
	quoted bool
	line   int
}

// command is one command of a script: its name, and the values of its parameters.
type command struct {
	name   string
	line   int
	values map[string][]word // by the lower-cased name of the parameter
}

func (c *command) text(parameter string) (string, error) {
	values := c.values[strings.ToLower(parameter)]
	texts := make([]string, len(values))
	for k, v := range values {
		if texts[k] = v.text; !v.quoted && strings.HasPrefix(v.text, "$") {
			return "", fmt.Errorf("line %d: found the variable %s as %s of %s, expected the value itself, as the editor exports it",
				v.line, v.text, parameter, c.name)
		}
	}
	return strings.Join(texts, " "), nil
}

// on reports whether a switch is given, and not as $false.
func (c *command) on(parameter string) bool {
	values, given := c.values[strings.ToLower(parameter)]
	return given && (len(values) == 0 || !strings.EqualFold(values[0].text, "$false"))
}

// texts reads several parameters at once.
func (c *command) texts(parameters ...string) ([]string, error) {
	out := make([]string, len(parameters))
	for k, p := range parameters {
		var err error
		if out[k], err = c.text(p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// split cuts a script of PowerShell into words. It knows what exported rules consist of:
// comments, texts in single and double quotes, lists and continued lines.
func split(script string) ([]word, error) {
	var words []word
	source, line := []rune(script), 1
	for k := 0; k < len(source); {
		switch r := source[k]; {
		case r == '\n':
			line++
			k++
		case r == '#' || r == '<' && k+1 < len(source) && source[k+1] == '#':
			end := "\n"
			if r == '<' {
				end = "#>"
			}
			n := strings.Index(string(source[k:]), end)
			if n < 0 {
				return words, nil
			}
			comment := []rune(string(source[k:])[:n])
			line += strings.Count(string(comment), "\n")
			k += len(comment)
			if r == '<' {
				k += len(end)
			}
		case unicode.IsSpace(r) || strings.ContainsRune("`,;@()|", r) || r == '\ufeff':
			k++
		case quoteOf(r) != 0:
			text, next, ok := quotedText(source, k)
			if !ok {
				return nil, fmt.Errorf("line %d: the text that begins here has no end", line)
			}
			words = append(words, word{text, true, line})
			line += strings.Count(string(source[k:next]), "\n")
			k = next
		default:
			from := k
			for k < len(source) && !unicode.IsSpace(source[k]) && !strings.ContainsRune("`,;()|", source[k]) && quoteOf(source[k]) == 0 {
				k++
			}
			words = append(words, word{string(source[from:k]), false, line})
		}
	}
	return words, nil
}

// quoteOf is the kind of a quotation mark, curly ones included, as PowerShell reads them.
func quoteOf(r rune) rune {
	switch r {
	case '\'', '‘', '’', '‚', '‛':
		return '\''
	case '"', '“', '”', '„':
		return '"'
	}
	return 0
}

// quotedText reads the text that begins at from; a doubled mark stands for one, and a
// backtick escapes in double quotes.
func quotedText(source []rune, from int) (text string, next int, ok bool) {
	var b strings.Builder
	kind := quoteOf(source[from])
	for k := from + 1; k < len(source); k++ {
		switch r := source[k]; {
		case quoteOf(r) == kind && k+1 < len(source) && quoteOf(source[k+1]) == kind:
			b.WriteRune(r)
			k++
		case quoteOf(r) == kind:
			return b.String(), k + 1, true
		case r == '`' && kind == '"' && k+1 < len(source):
			k++
			b.WriteRune(source[k])
		default:
			b.WriteRune(r)
		}
	}
	return "", 0, false
}

// commandName is what begins a command; identifiers of rules and connectors do not look like it.
var commandName = regexp.MustCompile(`(?i)^(new|add|get|set|import|read|write|remove|out|start)-[a-z]+$`)

// commands groups words: a bare word such as New-ADSyncRule begins a command, -Name a parameter.
func commands(words []word) []command {
	var out []command
	parameter := ""
	for _, w := range words {
		switch {
		case !w.quoted && commandName.MatchString(w.text):
			out = append(out, command{name: w.text, line: w.line, values: map[string][]word{}})
			parameter = ""
		case len(out) == 0:
		case !w.quoted && len(w.text) > 1 && w.text[0] == '-' && unicode.IsLetter(rune(w.text[1])):
			name, value, given := strings.Cut(w.text[1:], ":")
			parameter = strings.ToLower(name)
			out[len(out)-1].values[parameter] = nil
			if given && value != "" {
				out[len(out)-1].values[parameter] = []word{{value, false, w.line}}
			}
		case parameter != "":
			values := out[len(out)-1].values
			values[parameter] = append(values[parameter], w)
		}
	}
	return out
}

// scriptReader builds rules command by command.
type scriptReader struct {
	rules []Rule
	made  map[string][]word // arguments of New-Object, by the variable that holds it
}

// readScript reads the script that the Synchronization Rules Editor exports, or several of
// them one after the other.
func readScript(script string) ([]Rule, error) {
	words, err := split(script)
	if err != nil {
		return nil, err
	}
	s := &scriptReader{made: map[string][]word{}}
	for _, c := range commands(words) {
		if err := s.command(&c); err != nil {
			return nil, err
		}
	}
	if len(s.rules) == 0 {
		return nil, errors.New("found no command New-ADSyncRule with parameters")
	}
	for k := range s.rules {
		s.rules[k].identify()
	}
	return s.rules, nil
}

func (s *scriptReader) command(c *command) error {
	name := strings.ToLower(c.name)
	if name == "new-adsyncrule" {
		return s.rule(c)
	}
	if len(s.rules) == 0 {
		return nil
	}
	rule := &s.rules[len(s.rules)-1]
	switch name {
	case "add-adsyncattributeflowmapping":
		return scriptFlow(c, rule)
	case "new-object":
		if holds := c.values["outvariable"]; len(holds) > 0 {
			s.made[holds[0].text] = c.values["argumentlist"]
		}
	case "add-adsyncscopeconditiongroup":
		objects, err := s.objects(c, "scopeconditions")
		var group []Condition
		for _, args := range objects {
			group = append(group, Condition{Attribute: args[0], Value: args[1], Operator: args[2]})
		}
		rule.Scope = append(rule.Scope, group)
		return err
	case "add-adsyncjoinconditiongroup":
		objects, err := s.objects(c, "joinconditions")
		var group []Join
		for _, args := range objects {
			group = append(group, Join{Connected: args[0], Metaverse: args[1]})
		}
		rule.Joins = append(rule.Joins, group)
		return err
	}
	return nil
}

func (s *scriptReader) rule(c *command) error {
	t, err := c.texts("Name", "Direction", "LinkType", "SourceObjectType", "TargetObjectType", "Connector", "Precedence")
	if err != nil {
		return err
	}
	r, err := newRule(t[0], t[1], t[2], t[3], t[4])
	if err != nil {
		return fmt.Errorf("line %d: rule %q: %w", c.line, t[0], err)
	}
	r.Connector = t[5]
	if r.Precedence, err = strconv.Atoi(t[6]); err != nil {
		return fmt.Errorf("line %d: rule %q: found the precedence %q, expected a number", c.line, t[0], t[6])
	}
	r.Disabled = c.on("Disabled")
	s.rules = append(s.rules, r)
	return nil
}

func scriptFlow(c *command, rule *Rule) error {
	t, err := c.texts("Destination", "FlowType", "Expression", "ValueMergeType", "Source")
	if err != nil {
		return err
	}
	f, err := flowOf(t[0], t[1], []string{t[4]}, t[2])
	if err != nil {
		return fmt.Errorf("line %d: rule %q: %w", c.line, rule.Name, err)
	}
	f.Merge = t[3]
	f.Initial = c.on("ExecuteOnce")
	rule.Flows = append(rule.Flows, f)
	return nil
}

// objects returns the arguments of the objects that a command is given: @($condition0[0], $condition1[0]).
func (s *scriptReader) objects(c *command, parameter string) ([][3]string, error) {
	var out [][3]string
	for _, v := range c.values[parameter] {
		variable, _, _ := strings.Cut(strings.TrimPrefix(v.text, "$"), "[")
		args := s.made[variable]
		if len(args) < 3 {
			return nil, fmt.Errorf("line %d: %s is given %s, expected an object that New-Object has made with three arguments", v.line, c.name,
				v.text)
		}
		out = append(out, [3]string{args[0].text, args[1].text, args[2].text})
	}
	return out, nil
}
