// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"encoding/json"
	"strings"

	"terraform-provider-workforce/internal/expression"
)

// scanner reads workers documents in one pass and without reflection, several
// times as fast as encoding/json. It only ever accepts what is right: at the
// first surprise it gives up, and the slow way finds the words for it. Texts
// are parts of the document itself, which must be valid UTF-8.
type scanner struct {
	s string
	i int
	// attributes is how many the worker before had, to size the next map.
	attributes int
}

func (c *scanner) population() (Population, bool) {
	p := Population{}
	ok := c.object(func(id string) bool {
		w := new(Worker)
		if !c.worker(w) || w.ID != id || id == "" || p[id] != nil {
			return false
		}
		p[id] = w
		return true
	})
	return p, ok && c.end()
}

func (c *scanner) worker(w *Worker) bool {
	*w = Worker{}
	var seen [11]bool
	once := func(key int) bool {
		first := !seen[key]
		seen[key] = true
		return first
	}
	var hire, termination, last string
	ok := c.object(func(key string) bool {
		switch key {
		case "worker_id":
			return once(0) && c.nullable(&w.ID)
		case "status":
			return once(1) && c.nullable(&w.Status)
		case "worker_type":
			return once(2) && c.nullable(&w.Type)
		case "hire_date":
			return once(3) && c.nullable(&hire)
		case "termination_date":
			return once(4) && c.nullable(&termination)
		case "last_day_of_work":
			return once(5) && c.nullable(&last)
		case "on_leave":
			return once(6) && c.boolean(&w.OnLeave)
		case "manager_id":
			return once(7) && c.nullable(&w.ManagerID)
		case "time_zone":
			return once(8) && c.nullable(&w.TimeZone)
		case "attributes":
			return once(9) && c.values(w)
		case "problems":
			v, ok := c.value()
			w.Problems = v.Strings()
			return once(10) && ok && v.Kind() == expression.KindList
		}
		return false
	})
	w.HireDate, w.TerminationDate, w.LastDayOfWork = Date(hire), Date(termination), Date(last)
	return ok && w.check() == nil
}

func (c *scanner) values(w *Worker) bool {
	if c.word("null") {
		return true
	}
	w.Attributes = make(map[string]expression.Value, c.attributes)
	count := 0
	ok := c.object(func(name string) bool {
		count++
		v, ok := c.value()
		w.Attributes[name] = v
		return ok
	})
	c.attributes = count
	return ok && count == len(w.Attributes)
}

func (c *scanner) value() (expression.Value, bool) {
	switch {
	case c.word("null"):
		return expression.Null, true
	case !c.take('['):
		text, ok := c.text()
		return expression.String(text), ok
	case c.take(']'):
		return expression.List(), true
	}
	var items []string
	for {
		text, ok := c.text()
		if !ok {
			return expression.Null, false
		}
		items = append(items, text)
		if c.take(']') {
			return expression.List(items...), true
		}
		if !c.take(',') {
			return expression.Null, false
		}
	}
}

// object reads an object; member reads the value that belongs to a key.
func (c *scanner) object(member func(key string) bool) bool {
	if !c.take('{') {
		return false
	}
	if c.take('}') {
		return true
	}
	for {
		key, ok := c.text()
		if !ok || !c.take(':') || !member(key) {
			return false
		}
		if c.take('}') {
			return true
		}
		if !c.take(',') {
			return false
		}
	}
}

func (c *scanner) nullable(into *string) bool {
	if c.word("null") {
		return true
	}
	text, ok := c.text()
	*into = text
	return ok
}

func (c *scanner) boolean(into **bool) bool {
	switch {
	case c.word("null"):
	case c.word("true"):
		*into = new(true)
	case c.word("false"):
		*into = new(false)
	default:
		return false
	}
	return true
}

// text reads a JSON string. One without escapes costs no copy.
func (c *scanner) text() (string, bool) {
	if !c.take('"') {
		return "", false
	}
	start, escaped := c.i, false
	for ; c.i < len(c.s); c.i++ {
		switch b := c.s[c.i]; {
		case b == '"':
			c.i++
			if !escaped {
				return c.s[start : c.i-1], true
			}
			var text string
			err := json.Unmarshal([]byte(c.s[start-1:c.i]), &text)
			return text, err == nil
		case b == '\\':
			escaped = true
			c.i++
		case b < ' ':
			return "", false
		}
	}
	return "", false
}

func (c *scanner) space() {
	for c.i < len(c.s) && (c.s[c.i] == ' ' || c.s[c.i] == '\n' || c.s[c.i] == '\t' || c.s[c.i] == '\r') {
		c.i++
	}
}

func (c *scanner) take(b byte) bool {
	c.space()
	if c.i < len(c.s) && c.s[c.i] == b {
		c.i++
		return true
	}
	return false
}

func (c *scanner) word(word string) bool {
	c.space()
	if strings.HasPrefix(c.s[c.i:], word) {
		c.i += len(word)
		return true
	}
	return false
}

func (c *scanner) end() bool {
	c.space()
	return c.i == len(c.s)
}
