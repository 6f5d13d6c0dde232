// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"time"
)

// Env is what an evaluation sees of the world. The zero value has no attributes, clock, randomness or taken values.
type Env struct {
	// Attribute returns the value of an attribute. nil, false or Null: the attribute is absent.
	Attribute func(name string) (Value, bool)
	// Now is the instant for Now(). A program that needs it fails when it is zero.
	Now time.Time
	// Random feeds Guid, RandomString and RandomNum, which fail when it is nil: a result that changes with
	// every run has to be asked for.
	Random *rand.Rand
	// Taken reports whether the target already has a candidate of SelectUniqueValue. nil: nothing is taken.
	// Directories compare login names without regard to case; so should Taken.
	Taken func(candidate string) (bool, error)
	// DefaultDomain is the result of DefaultDomain(), for example contoso.onmicrosoft.com.
	DefaultDomain string
}

// Eval computes the value for one person. Errors are of type [*Error]; the error of Taken is wrapped.
func (p *Program) Eval(env *Env) (Value, error) {
	if env == nil {
		env = &Env{}
	}
	if p.unique {
		return p.choose(env)
	}
	return undrop(p.root.eval(&state{env: env}))
}

// choose returns the first candidate that is free, null if there is no candidate at all.
func (p *Program) choose(env *Env) (Value, error) {
	var tried []string
	total := 0
	for v, err := range p.Candidates(env) {
		if err != nil || v.Kind() != KindString || env.Taken == nil {
			return v, err
		}
		taken, err := env.Taken(v.text)
		if err != nil {
			return Null, fmt.Errorf("SelectUniqueValue: looking up %s: %w", quote(v.text), err)
		}
		if !taken {
			return v, nil
		}
		total++
		if len(tried) < 3 {
			tried = append(tried, v.text)
		}
	}
	if total == 0 {
		return Null, nil
	}
	return Null, fmt.Errorf("SelectUniqueValue: %w: all %d candidates are taken (%s); add a rule, for example one with Counter()",
		ErrNoUniqueValue, total, List(tried...))
}

// Candidates yields, lazily and in order, the values SelectUniqueValue would try: null and empty ones are
// skipped, and so are exact repetitions. A rule that gives an instruction to drop ends the sequence with it.
// For any other program it yields the single value. After an error nothing follows.
func (p *Program) Candidates(env *Env) iter.Seq2[Value, error] {
	if env == nil {
		env = &Env{}
	}
	return func(yield func(Value, error) bool) {
		if !p.unique {
			yield(p.Eval(env))
			return
		}
		st := &state{env: env}
		var seen seenTexts
		for _, r := range p.rules {
			for st.step = 0; st.step < r.steps; st.step++ {
				v, err := p.candidate(r.node, st)
				if err != nil || v.Kind() > KindList {
					yield(v, err)
					return
				}
				if v.isEmpty() {
					break // a further number makes no value of nothing
				}
				if seen.add(v.text) && !yield(v, nil) {
					return
				}
			}
		}
	}
}

func (p *Program) candidate(n *node, st *state) (Value, error) {
	v, err := undrop(n.eval(st))
	if err != nil || v.Kind() != KindList {
		return v, err
	}
	if len(v.items()) > 1 {
		return Null, at(n.pos, "SelectUniqueValue", fmt.Errorf("a candidate is a list of %d values; expected a single one", len(v.items())))
	}
	return String(v.Text()), nil
}

// seenTexts is a set that stays a slice while it is small, as it is for nearly every person.
type seenTexts struct {
	few  []string
	many map[string]bool
}

// add reports whether s is new.
func (s *seenTexts) add(text string) bool {
	if s.many == nil {
		if slices.Contains(s.few, text) {
			return false
		}
		if s.few = append(s.few, text); len(s.few) < 16 {
			return true
		}
		s.many = make(map[string]bool, 64)
		for _, t := range s.few {
			s.many[t] = true
		}
		return true
	}
	if s.many[text] {
		return false
	}
	s.many[text] = true
	return true
}

// compileUnique compiles a SelectUniqueValue at the top.
func (c *compiler) compileUnique(e *expr) {
	fn := builtins().functions[e.text]
	c.program.unique = true
	args := e.args
	for len(args) > 0 && args[len(args)-1] == nil {
		args = args[:len(args)-1]
	}
	counted := false
	for i, arg := range args {
		if arg == nil {
			c.fail(e.pos, fmt.Sprintf("argument %d (%s) of %s is missing", i+1, fn.param(i).name, fn.Name), "expected "+fn.Signature)
			continue
		}
		c.inRule, c.counter = true, -1
		n := c.compile(arg, anyType)
		c.inRule = false
		if !n.broken && n.typ == listType {
			c.fail(n.pos, fmt.Sprintf("argument %d of %s is %s", i+1, fn.Name, n.describe()), "expected a single text")
		}
		r := rule{node: n, steps: 1}
		if c.counter >= 0 {
			r.steps = MaxCounter - c.counter + 1
			counted = true
		}
		c.program.rules = append(c.program.rules, r)
	}
	if len(args) < 2 && !counted {
		c.fail(e.pos, fmt.Sprintf("%s has %s", fn.Name, count(len(args), "argument")), "expected at least two, or one with Counter()")
	}
}
