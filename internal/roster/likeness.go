// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"terraform-provider-workforce/internal/directory"
)

// CorrelationAttributes are what near misses are looked for by, beside the attributes
// of the match rules: names, addresses and logins of either target.
var CorrelationAttributes = []string{"displayName", "cn", "givenName", "sn", "surname", "mail", "userPrincipalName", "sAMAccountName", "mailNickname"}

var (
	nameAttributes = CorrelationAttributes[:5]
	fullNames      = nameAttributes[:2]
	surnames       = nameAttributes[3:]
	logins         = CorrelationAttributes[5:]
)

const (
	// maxAlike is how many accounts may share a trait before it tells nothing.
	maxAlike = 8
	// maxNear is how many near misses of one worker are told.
	maxNear = 3
)

// likeness finds accounts that are like those of somebody, beyond the match rules.
type likeness struct {
	*run
	keys []string // see keyAttributes
}

func newLikeness(run *run) *likeness { return &likeness{run: run} }

// nearMiss is an account that nearly is a worker's.
type nearMiss struct {
	account *directory.Existing
	score   int
	why     []string
}

// trait is something that an account and a worker can have in common, beyond
// the rules. Traits of one kind count once.
type trait struct {
	kind, key string
	weight    int
	what      string // the value as it stands there, "" where it is redacted
}

// Kinds of traits. An id that differs in nothing but zeros and dashes is as good as
// one, and one condition of several that fits is more than a name.
const (
	traitID, traitCondition, traitLogin, traitName = "id", "condition", "login", "name"
)

// index holds accounts by trait. A trait that many share holds more than maxAlike of them.
func (c *likeness) index(accounts []*directory.Existing) map[string][]*directory.Existing {
	index := map[string][]*directory.Existing{}
	for _, e := range accounts {
		for _, t := range c.traits(func(name string) directory.Value { return e.Account.Attributes[name] }) {
			if list := index[t.kind+t.key]; len(list) <= maxAlike && !slices.Contains(list, e) {
				index[t.kind+t.key] = append(list, e)
			}
		}
	}
	return index
}

// nearest returns the best near misses of a worker who would have these values.
func (c *likeness) nearest(index map[string][]*directory.Existing, wanted func(string) directory.Value) []nearMiss {
	found := map[string]*nearMiss{}
	counted := map[string]bool{}
	for _, t := range c.traits(wanted) {
		hits := index[t.kind+t.key]
		if len(hits) > maxAlike {
			continue
		}
		for _, e := range hits {
			if counted[t.kind+e.ID] {
				continue
			}
			counted[t.kind+e.ID] = true
			n := found[e.ID]
			if n == nil {
				n = &nearMiss{account: e}
				found[e.ID] = n
			}
			n.score += t.weight
			n.why = append(n.why, c.alike(t, e))
		}
	}
	var all []nearMiss
	for _, id := range sortedKeys(found) {
		all = append(all, *found[id])
	}
	slices.SortStableFunc(all, func(a, b nearMiss) int { return cmp.Compare(b.score, a.score) })
	return all[:min(len(all), maxNear)]
}

// alike says what a worker and an account have in common, as the account has it.
func (c *likeness) alike(t trait, e *directory.Existing) string {
	for _, u := range c.traits(func(name string) directory.Value { return e.Account.Attributes[name] }) {
		if u.kind == t.kind && u.key == t.key {
			return u.what
		}
	}
	return t.what
}

// wanted is what a worker without an account would have.
func (c *likeness) wanted(p *person, name string) directory.Value {
	for _, keys := range p.desired.Keys {
		for _, k := range keys {
			if strings.EqualFold(k.Target, name) {
				return directory.Value{k.Value}
			}
		}
	}
	o, ok := p.desired.Attributes[name]
	switch {
	case !ok && strings.EqualFold(name, c.in.WorkerIDAttribute):
		return directory.Value{p.id}
	case !ok:
		return nil
	case len(o.Value) > 0 || o.Candidates == nil:
		return o.Value
	}
	first, err := take(o.Candidates, 1)
	if err != nil {
		return nil // a rule that cannot give a name gives nothing to look for
	}
	return first
}

// traits lists what can be compared, given the values by attribute.
func (c *likeness) traits(value func(name string) directory.Value) []trait {
	var out []trait
	add := func(kind string, weight int, attribute, key, v string) {
		if key == "" {
			return
		}
		what := attribute + " " + quoteValue(directory.Value{v})
		if c.hides(attribute) {
			what = attribute + " (redacted)"
		}
		out = append(out, trait{kind, key, weight, what})
	}
	for _, name := range c.keyAttributes() {
		v := value(name).Text()
		switch key := bareID(v); {
		case v == "" || slices.Contains(nameAttributes, name):
		case key != "" && !slices.Contains(logins, name):
			add(traitID, 4, name, directory.Fold(name)+"\x00"+key, v)
		default:
			add(traitCondition, 3, name, directory.Fold(name)+"\x00"+loose(v), v)
		}
	}
	for _, name := range logins {
		v := value(name).Text()
		local, _, _ := strings.Cut(v, "@")
		add(traitLogin, 2, name, letters(local), v)
	}
	for _, name := range fullNames {
		v := value(name).Text()
		add(traitName, 2, name, nameKey(v), v)
	}
	for _, name := range surnames {
		if given, last := value("givenName").Text(), value(name).Text(); given != "" && last != "" {
			add(traitName, 2, name, nameKey(given+" "+last), last+", "+given)
		}
	}
	return out
}

// keyAttributes are the attributes of the match rules and the one for worker ids, each once.
func (c *likeness) keyAttributes() []string {
	if c.keys == nil {
		c.keys = append(c.keys, c.in.WorkerIDAttribute)
		for _, r := range c.rules.Match {
			for _, m := range r.All {
				if !slices.ContainsFunc(c.keys, func(name string) bool { return strings.EqualFold(name, m.Target) }) {
					c.keys = append(c.keys, m.Target)
				}
			}
		}
	}
	return c.keys
}

// bareID is what is left of an id without zeros in front, blanks and dashes; "" for
// what has no digit and so is no id.
func bareID(v string) string {
	key := strings.TrimLeft(letters(v), "0")
	if !strings.ContainsFunc(key, unicode.IsDigit) {
		return ""
	}
	return key
}

// letters keeps letters and digits only, ignoring case and accents.
func letters(v string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, loose(v))
}

// nameKey is a name whatever the order of its parts: "Lee, Ann" is "Ann Lee". One word
// is no name.
func nameKey(v string) string {
	parts := strings.FieldsFunc(loose(v), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	if len(parts) < 2 {
		return ""
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// text tells a near miss.
func (n nearMiss) text() string {
	more := ""
	if n.account.Protected != "" {
		more = ", protected"
	}
	return fmt.Sprintf("%s: %s%s", describe(n.account), strings.Join(n.why, ", "), more)
}
