// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// guide is the public page of the language. What it shows is evaluated here:
//
//   - Fenced blocks of text: lines name = JSON give attributes and the settings of guideExample, other lines an
//     expression, a line => its result. A further result without an expression is for the same expression.
//   - "`expression` gives `result`" in running text and tables, without attributes.
//   - Fenced blocks of hcl: the rules of a mapping, held against its examples.
//   - Fenced blocks of console: a call of the function evaluate and its result.
//
// A result is a JSON value, an instruction to drop, or "error: " and a part of the message.
const guidePath = "../../templates/guides/expressions.md.tmpl"

func readGuide(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(guidePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fencedBlocks returns the fenced blocks of a kind, each with the number of its first line before it.
func fencedBlocks(t *testing.T, guide, kind string) (blocks [][]string, first []int) {
	t.Helper()
	inside, fence := false, "```"
	for i, line := range strings.Split(guide, "\n") {
		switch {
		case strings.HasPrefix(line, fence) && !inside:
			if inside = true; line == fence+kind {
				blocks, first = append(blocks, nil), append(first, i+2)
			} else if !slices.Contains([]string{"text", "hcl", "console"}, strings.TrimPrefix(line, fence)) {
				t.Errorf("line %d: a block of %q, which is not tested", i+1, strings.TrimPrefix(line, fence))
			}
		case line == fence:
			inside = false
		case inside && len(blocks) > 0 && i+1 == first[len(blocks)-1]+len(blocks[len(blocks)-1]):
			blocks[len(blocks)-1] = append(blocks[len(blocks)-1], line)
		}
	}
	if inside || len(blocks) == 0 {
		t.Fatalf("%d blocks of %s, or one without an end", len(blocks), kind)
	}
	return blocks, first
}

// guideExample is an expression with what it is evaluated for. Its settings are now (RFC 3339), taken (a list),
// default_domain, dialect, table.NAME (an object) and expression.NAME.
type guideExample struct {
	source     string
	vector     vector
	named      map[string]string
	tables     map[string]map[string]string
	attributes map[string]Value
}

func newGuideExample() *guideExample {
	return &guideExample{named: map[string]string{}, tables: map[string]map[string]string{}, attributes: map[string]Value{}}
}

func (g *guideExample) set(name, raw string) error {
	prefix, rest, _ := strings.Cut(name, ".")
	switch {
	case name == "now":
		return json.Unmarshal([]byte(raw), &g.vector.Now)
	case name == "taken":
		return json.Unmarshal([]byte(raw), &g.vector.Taken)
	case name == "default_domain":
		return json.Unmarshal([]byte(raw), &g.vector.Domain)
	case name == "dialect":
		return json.Unmarshal([]byte(raw), &g.vector.Dialect)
	case prefix == "table":
		table := map[string]string{}
		g.tables[rest] = table
		return json.Unmarshal([]byte(raw), &table)
	case prefix == "expression":
		g.named[rest] = raw
		return nil
	}
	var v Value
	err := json.Unmarshal([]byte(raw), &v)
	g.attributes[name] = v
	return err
}

// check evaluates the expression and says how the result differs from the one the guide gives.
func (g *guideExample) check(t *testing.T, want string) error {
	v := g.vector
	v.Expression, v.Attributes, v.Tables, v.Named = g.source, g.attributes, g.tables, g.named
	var got Value
	p, err := Compile(v.Expression, v.options(t))
	if err == nil {
		got, err = p.Eval(v.env())
	}
	if message, ok := strings.CutPrefix(want, "error: "); ok {
		if err == nil || !strings.Contains(err.Error(), message) {
			return fmt.Errorf("%s\n got %s, error %v\nwant an error %s", g.source, got, err, message)
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s\n got error %w\nwant %s", g.source, err, want)
	}
	equal := got.String() == want
	if got.Kind() <= KindList {
		var value Value
		if err := json.Unmarshal([]byte(want), &value); err != nil {
			return fmt.Errorf("%s\n got %s\nwant %s, which is no value: %w", g.source, got, want, err)
		}
		equal = got.Equal(value)
	}
	if !equal {
		return fmt.Errorf("%s\n got %s\nwant %s", g.source, got, want)
	}
	return nil
}

var settingLine = regexp.MustCompile(`^([A-Za-z_][\w.:]*) += (.+)$`)

// TestGuideExamples evaluates the blocks of text.
func TestGuideExamples(t *testing.T) {
	blocks, first := fencedBlocks(t, readGuide(t), "text")
	results := 0
	for b, block := range blocks {
		g, done := newGuideExample(), true
		for i, line := range block {
			at := first[b] + i
			setting := settingLine.FindStringSubmatch(line)
			want, isResult := strings.CutPrefix(line, "=> ")
			switch {
			case strings.TrimSpace(line) == "":
			case isResult:
				results++
				if err := g.check(t, want); err != nil {
					t.Errorf("line %d: %v", at, err)
				}
				done = true
			case setting != nil && done:
				if err := g.set(setting[1], setting[2]); err != nil {
					t.Errorf("line %d: %v", at, err)
				}
			case done:
				g.source, done = line, false
			default:
				g.source += "\n" + line
			}
		}
		if !done {
			t.Errorf("line %d: the last expression of the block has no result", first[b])
		}
	}
	if results < 60 {
		t.Errorf("%d results; the guide has lost examples, or they are not found", results)
	}
}

// TestGuideInlineExamples evaluates what stands in running text.
func TestGuideInlineExamples(t *testing.T) {
	found := regexp.MustCompile("`([^`\n]+)` gives `([^`\n]+)`").FindAllStringSubmatch(readGuide(t), -1)
	for _, m := range found {
		g := newGuideExample()
		g.source = m[1]
		if err := g.check(t, m[2]); err != nil {
			t.Error(err)
		}
	}
	if len(found) < 20 {
		t.Errorf("%d examples; the guide has lost some, or they are not found", len(found))
	}
}

// TestGuideConsole evaluates the calls of evaluate.
func TestGuideConsole(t *testing.T) {
	blocks, first := fencedBlocks(t, readGuide(t), "console")
	call := regexp.MustCompile(`^> provider::workforce::evaluate\(("(?:[^"\\]|\\.)*"), \{(.*?)\}(?:, \{(.*)\})?\)$`)
	pair := regexp.MustCompile(`(\w+) = ("[^"]*"|\[[^\]]*\])`)
	for b, block := range blocks {
		if len(block)%2 != 0 {
			t.Fatalf("line %d: expected calls and their results", first[b])
		}
		for i := 0; i < len(block); i += 2 {
			m := call.FindStringSubmatch(block[i])
			if m == nil {
				t.Fatalf("line %d: not understood: %s", first[b]+i, block[i])
			}
			g := newGuideExample()
			var err error
			if g.source, err = strconv.Unquote(m[1]); err != nil {
				t.Fatal(err)
			}
			for _, p := range pair.FindAllStringSubmatch(m[2]+m[3], -1) {
				if p[1] == "existing" {
					p[1] = "taken"
				}
				if err := g.set(p[1], p[2]); err != nil {
					t.Errorf("line %d: %v", first[b]+i, err)
				}
			}
			if err := g.check(t, block[i+1]); err != nil {
				t.Errorf("line %d: %v", first[b]+i, err)
			}
		}
	}
}

// hclTexts reads the texts of a block of hcl, heredocs included, by path: "attributes/cn/expression".
func hclTexts(t *testing.T, block []string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	var path []string
	key, assigned := "", false
	token := regexp.MustCompile(`<<-EOT\n((?s:.*?))\n *EOT\b|"(?:[^"\\]|\\.)*"|[A-Za-z_][\w-]*|[{}=]`)
	for _, m := range token.FindAllStringSubmatch(strings.Join(block, "\n"), -1) {
		switch text := m[0]; {
		case text == "{":
			path, assigned = append(path, key), false
		case text == "}" && len(path) == 0:
			t.Fatal("a brace too many")
		case text == "}":
			path, assigned = path[:len(path)-1], false
		case text == "=":
			assigned = true
		case text[0] == '"' || text[0] == '<':
			value := m[1]
			if text[0] == '"' {
				var err error
				if value, err = strconv.Unquote(text); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
			value = strings.ReplaceAll(value, "$${", "${")
			if !assigned {
				key = value // a quoted key or the label of a block
				continue
			}
			texts[strings.Join(append(slices.Clone(path[1:]), key), "/")] = value
			assigned = false
		default:
			key, assigned = text, false
		}
	}
	if len(path) != 0 {
		t.Fatal("a brace has no end")
	}
	return texts
}

// TestGuideMappings evaluates the rules in blocks of hcl for the worker of their example.
func TestGuideMappings(t *testing.T) {
	blocks, first := fencedBlocks(t, readGuide(t), "hcl")
	for b, block := range blocks {
		texts := hclTexts(t, block)
		g := newGuideExample()
		for path, text := range texts {
			switch parts := strings.Split(path, "/"); {
			case parts[0] == "tables" && len(parts) == 3:
				if g.tables[parts[1]] == nil {
					g.tables[parts[1]] = map[string]string{}
				}
				g.tables[parts[1]][parts[2]] = text
			case parts[0] == "expressions":
				g.named[parts[1]] = text
			case strings.HasPrefix(path, "examples/worker/"):
				g.attributes[parts[2]] = String(text)
			}
		}
		checked := 0
		for path, text := range texts {
			name, isRule := strings.CutSuffix(strings.TrimPrefix(path, "attributes/"), "/expression")
			if !isRule && path != "container" {
				continue
			}
			want, ok := texts["examples/expect/"+name]
			if !ok {
				t.Errorf("line %d: no example expects %s", first[b], name)
			}
			g.source = text
			if err := g.check(t, strconv.Quote(want)); err != nil {
				t.Errorf("line %d: %s: %v", first[b], name, err)
			}
			checked++
		}
		if checked == 0 {
			t.Errorf("line %d: no rule found", first[b])
		}
	}
}

var functionRow = regexp.MustCompile("(?m)^\\| `(([A-Za-z0-9]+)\\(.*?\\))` \\| ([A-Zours* ]+) \\| (.+) \\|$")

// TestGuideFunctions demands a row for every function, with its signature and origin, and no other.
func TestGuideFunctions(t *testing.T) {
	rows := map[string][]string{}
	for _, m := range functionRow.FindAllStringSubmatch(readGuide(t), -1) {
		if rows[m[2]] != nil {
			t.Errorf("%s has two rows", m[2])
		}
		rows[m[2]] = m
	}
	letters := map[Dialect]string{Provisioning: "P", CloudSync: "C", MIM: "M"}
	for _, f := range Functions() {
		row := rows[f.Name]
		delete(rows, f.Name)
		origin := "**ours**"
		if !f.Ours {
			var from []string
			for _, d := range f.Dialects {
				from = append(from, letters[d])
			}
			origin = strings.Join(from, " ")
		}
		switch {
		case row == nil:
			t.Errorf("the guide lacks %s (%s)", f.Signature, origin)
		case row[1] != f.Signature || row[3] != origin:
			t.Errorf("the guide has %s (%s), want %s (%s)", row[1], row[3], f.Signature, origin)
		}
	}
	for name := range rows {
		t.Errorf("the guide has a function %s, the language has not", name)
	}
}

// TestGuideLimits holds the numbers against the constants.
func TestGuideLimits(t *testing.T) {
	guide := readGuide(t)
	for what, limit := range map[string]int{
		"characters of an expression": MaxSource, "nested functions and parentheses": MaxDepth, "bytes of a text that a function makes": MaxOutput,
		"characters `LeftPad` and `RightPad` fill up to": MaxPad, "characters of `RandomString`": MaxRandomString, "last number of `Counter`": MaxCounter,
		"parts of an expression, those it uses counted each time": MaxSize, "seconds for a regular expression": int(regexTimeout / time.Second),
	} {
		number := strconv.Itoa(limit)
		for i := len(number) - 3; i > 0 && limit > 9999; i -= 3 {
			number = number[:i] + "," + number[i:]
		}
		if row := "| " + what + " | " + number + " |"; !strings.Contains(guide, row) {
			t.Errorf("the guide lacks the row %s", row)
		}
	}
}

// TestGuideIsTemplate keeps the page fit for the documentation generator.
func TestGuideIsTemplate(t *testing.T) {
	guide := readGuide(t)
	if !strings.HasPrefix(guide, "---\npage_title: \"The mapping language\"\nsubcategory: \"Rules\"\ndescription: |-\n  ") {
		t.Error("the front matter is not what the generator expects")
	}
	if strings.Contains(guide, "{"+"{") {
		t.Error("two opening braces begin an action of the template")
	}
}
