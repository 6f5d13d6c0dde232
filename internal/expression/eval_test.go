// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func attributesOf(pairs ...string) func(string) (Value, bool) {
	return func(name string) (Value, bool) {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return String(pairs[i+1]), true
			}
		}
		return Null, false
	}
}

func candidates(p *Program, env *Env, limit int) (texts []string, err error) {
	for v, e := range p.Candidates(env) {
		if e != nil {
			return texts, e
		}
		if texts = append(texts, v.String()); len(texts) == limit {
			break
		}
	}
	return texts, nil
}

func TestCandidates(t *testing.T) {
	ann := attributesOf("first", "Ann", "last", "Lee", "empty", "")
	tests := []struct {
		source string
		limit  int
		want   []string
	}{
		{`SelectUniqueValue([first], [last], [first])`, 9, []string{`"Ann"`, `"Lee"`}},
		{`SelectUniqueValue([none], [empty], [last])`, 9, []string{`"Lee"`}},
		{`SelectUniqueValue([none], [empty])`, 9, nil},
		{`SelectUniqueValue([last], Append([last], Counter()), "end")`, 4, []string{`"Lee"`, `"Lee2"`, `"Lee3"`, `"Lee4"`}},
		{`SelectUniqueValue(Append([last], Counter(9998)), "end")`, 9, []string{`"Lee9998"`, `"Lee9999"`, `"end"`}},
		{`SelectUniqueValue(Join("-", Counter(9998), Counter(1)))`, 9, []string{`"9998-1"`, `"9999-2"`}},
		{`SelectUniqueValue(Mid(Append([last], Counter()), 1, 3), "end")`, 9, []string{`"Lee"`, `"end"`}},
		{`SelectUniqueValue(Append([none], Counter()), "end")`, 9, []string{`"end"`}},
		{`SelectUniqueValue([first], IIF([none]="", IgnoreAttributeFlow, "x"), "end")`, 9, []string{`"Ann"`, `IgnoreAttributeFlow`}},
		{`SelectUniqueValue([first], Append(IgnoreFlowIfNullOrEmpty([none]), "x"), "end")`, 9, []string{`"Ann"`, `IgnoreAttributeFlow`}},
		{`Join(" ", [first], [last])`, 9, []string{`"Ann Lee"`}},
		{`[none]`, 9, []string{`null`}},
	}
	for _, test := range tests {
		got, err := candidates(mustCompile(t, test.source), &Env{Attribute: ann}, test.limit)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, %v; want %q", test.source, got, err, test.want)
		}
	}
}

func TestCandidatesAreMany(t *testing.T) {
	got, err := candidates(mustCompile(t, `SelectUniqueValue(Counter(1), Counter(1), "x")`), nil, 100_000)
	if err != nil || len(got) != MaxCounter+1 || got[MaxCounter-1] != `"9999"` || got[MaxCounter] != `"x"` {
		t.Errorf("%d candidates, the last %q, %v", len(got), got[len(got)-1], err)
	}
}

func TestCandidatesAreLazy(t *testing.T) {
	p := mustCompile(t, `SelectUniqueValue("a", Error("too far"))`)
	if got, err := candidates(p, nil, 1); err != nil || len(got) != 1 {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := candidates(p, nil, 9); err == nil || !strings.Contains(err.Error(), "line 1, column 24: Error: too far") {
		t.Errorf("error %v", err)
	}
	if v, err := p.Eval(nil); err != nil || v.Text() != "a" {
		t.Errorf("Eval = %s, %v", v, err)
	}
	q := mustCompile(t, `SelectUniqueValue([l], "b")`)
	if _, err := q.Eval(&Env{Attribute: func(string) (Value, bool) { return List("x", "y"), true }}); err == nil || !strings.Contains(err.Error(), "a list of 2 values") {
		t.Errorf("error %v", err)
	}
}

func TestTaken(t *testing.T) {
	p := mustCompile(t, `SelectUniqueValue("a", "b", "c")`)
	down := errors.New("directory is down")
	if _, err := p.Eval(&Env{Taken: func(string) (bool, error) { return false, down }}); !errors.Is(err, down) || !strings.Contains(err.Error(), `"a"`) {
		t.Errorf("error %v; want one that wraps %v and names the candidate", err, down)
	}
	_, err := p.Eval(&Env{Taken: func(string) (bool, error) { return true, nil }})
	if !errors.Is(err, ErrNoUniqueValue) || !strings.Contains(err.Error(), `all 3 candidates are taken (["a", "b", "c"])`) {
		t.Errorf("error %v", err)
	}
}

func TestEvalErrorsHaveAPlace(t *testing.T) {
	named := map[string]*Program{"start": mustCompile(t, "\n  CDate([hired])")}
	o := Options{Named: named}
	tests := []struct {
		source       string
		line, column int
		message      string
	}{
		{"IIF([a]=\"x\",\n    CDate([b]), \"\")", 2, 5, `CDate: [b]: "soon" is not a date`},
		{`Left([a], [b])`, 1, 1, `Left: [b] is "soon"; expected a whole number`},
		{`Append("a", Item(Split([b], ","), 2))`, 1, 13, `Item: index 2 is outside Split, which has 1 value`},
		{`Join("", Use("start"))`, 1, 10, `in "start": line 2, column 3: CDate: [hired] is empty`},
		{`DateDiff("d", Use("start"), Now())`, 1, 15, `in "start": line 2, column 3: CDate: [hired] is empty`},
		{`IIF([b] > "", "x", "y")`, 1, 9, `no order`},
		{`IIF([b], "x", "y")`, 1, 1, `IIF: [b] is "soon" where a truth value is expected`},
		{`NumFromDate([b])`, 1, 1, `NumFromDate: [b]: "soon" is not a date`},
	}
	for _, test := range tests {
		p, err := Compile(test.source, o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Eval(&Env{Attribute: attributesOf("a", "x", "b", "soon")})
		var e *Error
		if !errors.As(err, &e) || e.Line != test.line || e.Column != test.column || !strings.Contains(e.Message, test.message) {
			t.Errorf("%s: %v; want line %d, column %d: …%s…", test.source, err, test.line, test.column, test.message)
		}
	}
}

func TestRandom(t *testing.T) {
	env := func(seed uint64) *Env { return &Env{Random: rand.New(rand.NewPCG(seed, seed))} }
	guid := mustCompile(t, `Guid()`)
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for seed := range uint64(200) {
		v, err := guid.Eval(env(seed))
		if err != nil || !form.MatchString(v.Text()) || seen[v.Text()] {
			t.Fatalf("Guid() = %s, %v", v, err)
		}
		seen[v.Text()] = true
	}
	a, _ := guid.Eval(env(7))
	b, _ := guid.Eval(env(7))
	if !a.Equal(b) {
		t.Errorf("the same source gives %s and %s", a, b)
	}
	for source, want := range map[string]string{
		`RandomNum(3, 3)`: `^3$`, `RandomNum(-2, 1)`: `^(-2|-1|0|1)$`, `RandomNum(-9223372036854775808, 9223372036854775807)`: `^-?\d+$`,
		`RandomString(3, 3, 0, 0, 0, )`: `^\d{3}$`, `RandomString(0, 0, 0, 0, 0)`: `^$`, `RandomString(40, 0, 0, 0, 0)`: `^[0-9A-Za-z]{40}$`,
		`RandomString(30, 1, 0, 0, 0, "13579")`: `^[02468]{30}$`, `RandomString(256, 0, 1, 0, 0)`: `^[^0-9A-Za-z]{256}$`,
	} {
		p := mustCompile(t, source)
		for seed := range uint64(50) {
			v, err := p.Eval(env(seed))
			if err != nil || !regexp.MustCompile(want).MatchString(v.Text()) {
				t.Fatalf("%s = %s, %v; want %s", source, v, err, want)
			}
		}
	}
	for source, want := range map[string]string{
		`RandomString(257, 0, 0, 0, 0)`: "expected 0 to 256", `RandomString(-1, 0, 0, 0, 0)`: "expected 0 to 256", `RandomString(3, 2, 2, 0, 0)`: "add up to 4",
		`RandomString(3, -1, 0, 0, 0)`: "minimumNumbers is -1", `RandomString(3, 1, 0, 0, 0, "0123456789")`: "leaves none", `RandomNum(2, 1)`: "greater",
	} {
		if _, err := mustCompile(t, source).Eval(env(1)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v; want %q", source, err, want)
		}
	}
}

func TestRandomStringMinima(t *testing.T) {
	p := mustCompile(t, `RandomString(10, 2, 2, 2, 1, "?,")`)
	for seed := range uint64(300) {
		v, err := p.Eval(&Env{Random: rand.New(rand.NewPCG(seed, 1))})
		if err != nil {
			t.Fatal(err)
		}
		var digits, capitals, lowers, specials int
		for _, r := range v.Text() {
			switch {
			case r >= '0' && r <= '9':
				digits++
			case r >= 'A' && r <= 'Z':
				capitals++
			case r >= 'a' && r <= 'z':
				lowers++
			default:
				specials++
			}
		}
		if len(v.Text()) != 10 || digits < 2 || specials < 2 || capitals < 2 || lowers < 1 || strings.ContainsAny(v.Text(), "?,") {
			t.Fatalf("%s", v)
		}
	}
}

// TestConcurrentEval evaluates the same programs from several goroutines, as plans do.
func TestConcurrentEval(t *testing.T) {
	programs := compileMapping(t)
	dynamic := mustCompile(t, `Replace([UserID], , [pattern], , [UserID], , )`)
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i, w := range benchmarkWorkers(50) {
				evaluateAll(t, programs, w)
				w["pattern"] = String(fmt.Sprintf("[%d-9]", (i+g)%9))
				evaluateAll(t, []*Program{dynamic}, w)
			}
		})
	}
	group.Wait()
}

// TestRegexTimeout ends a match that would take for ever.
func TestRegexTimeout(t *testing.T) {
	p := mustCompile(t, `Replace([a], , "^(a+)+$", , "", , )`)
	_, err := p.Eval(&Env{Attribute: attributesOf("a", strings.Repeat("a", 40)+"!")})
	if err == nil || !strings.Contains(err.Error(), "takes too long") {
		t.Errorf("error %v", err)
	}
}

func TestEvalWithoutEnv(t *testing.T) {
	for source, want := range map[string]Value{`Join(" ", "a", [b])`: String("a"), `[b]`: Null} {
		if v, err := mustCompile(t, source).Eval(nil); err != nil || !v.Equal(want) {
			t.Errorf("%s = %s, %v; want %s", source, v, err, want)
		}
	}
}

// TestEvalAllocates keeps evaluation cheap: what a mapping costs a person must not grow unnoticed.
func TestEvalAllocates(t *testing.T) {
	worker := benchmarkWorkers(1)[0]
	env := &Env{Now: time.Unix(1_700_000_000, 0), Attribute: func(name string) (Value, bool) { v, ok := worker[name]; return v, ok }}
	for source, most := range map[string]float64{
		`[FirstName]`: 1,
		`Switch([Active], , "0", "True", "1", "False")`:                                       1,
		`Join(" ", [FirstName], [LastName])`:                                                  2,
		`IIF(DateDiff("d", Now(), CDate([StatusHireDate])) <= 14, "False", IgnoreObjectFlow)`: 2,
	} {
		p := mustCompile(t, source)
		if got := testing.AllocsPerRun(100, func() {
			if _, err := p.Eval(env); err != nil {
				t.Fatal(err)
			}
		}); got > most {
			t.Errorf("%s allocates %v times; want at most %v", source, got, most)
		}
	}
}
