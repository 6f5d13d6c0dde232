// SPDX-License-Identifier: MPL-2.0

package review

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The tail of the binomial distribution, against values from tables.
func TestTail(t *testing.T) {
	for _, c := range []struct {
		n, all int
		share  float64
		want   float64
	}{
		{0, 10, 0.5, 1}, {10, 10, 0.5, 1.0 / 1024}, {8, 10, 0.5, 56.0 / 1024}, {1, 20, 0.05, 0.6415140775914581}, {3, 3, 1, 1}, {14, 23, 0.1078, 9.024066758688557e-09},
	} {
		if got := tail(c.n, c.all, c.share); math.Abs(got-c.want) > 0.02*c.want {
			t.Errorf("tail(%d, %d, %g) = %g, expected %g", c.n, c.all, c.share, got, c.want)
		}
	}
}

func TestRank(t *testing.T) {
	for title, want := range map[string]int{
		"Clerk": rankOrdinary, "": rankOrdinary, "Trainee": rankTrainee, "Senior Engineer": rankSenior, "Vice President, Sales": rankVicePresident, "Executive Assistant to the CEO": rankJunior,
		"President": rankChief, "Managing Director": rankChief, "Director": rankDirector, "Senior Vice President": rankVicePresident, "Head of Legal": rankManager, "Chief Executive Officer": rankChief, "SVP": rankVicePresident,
	} {
		if got := rank(title); got != want {
			t.Errorf("rank of %q is %d, expected %d", title, got, want)
		}
	}
}

// Real names are never taken for test data, however short or unusual.
func TestLooksMadeUp(t *testing.T) {
	for _, name := range []string{"Test User", "Ann Test", "Max Mustermann", "Mustermann, Max", "John Doe", "Xxx Yyy", "Ann2 Lee", "Demo Account", "Lee Lee", "A B"} {
		if !looksMadeUp(name) {
			t.Errorf("%q looks real", name)
		}
	}
	for _, name := range []string{"", "Wei Li", "Bo Xu", "Ann Tester", "Ali Bar", "Aaron Aaronson", "Σοφία Αγγελοπούλου", "山田 太郎", "Temperance Brennan", "Foord Fooster"} {
		if looksMadeUp(name) {
			t.Errorf("%q looks made up", name)
		}
	}
}

// A marriage, another spelling, a middle name and another order are the same person.
func TestShareName(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Ann Lee", "Ann Miller", true}, {"Ann Lee", "Lee, Ann", true}, {"Katarina Wallström", "Katharina Wall", true}, {"Bob Ray", "Robert Ray", true}, {"Ann Lee", "Bob Ray", false}, {"Wei Li", "Bartholomew Quizzle", false},
	} {
		if got := shareName(c.a, c.b); got != c.want {
			t.Errorf("%q and %q share a name: %t, expected %t", c.a, c.b, got, c.want)
		}
	}
}

// Values that differ in a letter are one value, and values that differ in a number are two.
func TestNearly(t *testing.T) {
	known := map[string]int{"Sales": 100, "Research & Development": 80, "Team 12": 30, "Legal": 3}
	for value, want := range map[string]string{"Slaes": "", "sales": "Sales", "Resaerch & Development": "Research & Development", "Team 13": "", "Lega": "", "Marketing": ""} {
		if got := nearly(value, known); got != want {
			t.Errorf("nearly(%q) = %q, expected %q", value, got, want)
		}
	}
}

// Text from outside never becomes markup, in any form.
func TestTextStaysText(t *testing.T) {
	evil := "a|b`c` <b>x</b> [l](http://e) @team"
	s := say("%s gets %s: %s", span{kind: spanWho, s: evil, id: "1`2"}, value(evil), evil)
	if got := s.markdown(); !strings.HasSuffix(got, "a\\|b\\`c\\` &lt;b&gt;x&lt;/b&gt; \\[l\\](http:\u2060//e) @\u2060team") {
		t.Errorf("Markdown: %s", got)
	}
	if got := s.html(); strings.Contains(got, "<b>") || !strings.Contains(got, `<a href="#w-1-602">`) {
		t.Errorf("HTML: %s", got)
	}
}

// Every kind of question says whom to ask, what to do about a no and what without an answer, and no
// advice is left over.
func TestEveryQuestionHasAdvice(t *testing.T) {
	files, err := filepath.Glob("find_*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	kinds := map[string]bool{}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`(?:about\(|keptByOverride\(|Key: |tell\(|key, risk :?= )"([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			kinds[found[1]] = true
		}
	}
	for key, a := range advices {
		if a.no == "" {
			t.Errorf("%s does not say what to do about a no", key)
		}
		if a.do != hold && a.note == "" {
			t.Errorf("%s does not say what happens without an answer", key)
		}
	}
	if want, got := slices.Sorted(maps.Keys(kinds)), slices.Sorted(maps.Keys(advices)); !slices.Equal(want, got) {
		t.Errorf("kinds of questions %q\nadvised on       %q", want, got)
	}
}

// The policy that an example gives names questions that the report asks.
func TestPolicyExampleNamesQuestions(t *testing.T) {
	source, err := os.ReadFile("../../examples/policies/rego/workforce.rego")
	if err != nil {
		t.Fatal(err)
	}
	_, set, found := strings.Cut(string(source), "second_look := {")
	keys := regexp.MustCompile(`"([a-z_]+)"`).FindAllStringSubmatch(set, -1)
	if !found || len(keys) == 0 {
		t.Fatal("the policy names no question")
	}
	for _, key := range keys {
		if _, known := advices[key[1]]; !known {
			t.Errorf("nothing asks the question %q", key[1])
		}
	}
}

// A worker id never ends the string, the block or the fence that it stands in.
func TestHclString(t *testing.T) {
	for id, want := range map[string]string{
		"000005": `"000005"`, "W-1/ä": `"W-1/ä"`, "a\"b": `"a\u0022b"`, "${path}": `"\u0024\u007bpath\u007d"`, "%{if}": `"\u0025\u007bif\u007d"`, "```": `"\u0060\u0060\u0060"`, "a\nb": `"a\u000ab"`, "\u202e1": `"\u202e1"`, "😀": `"\U0001f600"`,
	} {
		if got := hclString(id); got != want {
			t.Errorf("%q is written as %s, expected %s", id, got, want)
		}
	}
}
