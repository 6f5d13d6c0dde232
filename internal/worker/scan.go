// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/expression"
)

// scanner reads workers documents fast, and gives up at the first surprise.
type scanner struct {
	canonical.Scanner
	// attributes is how many the worker before had, to size the next map.
	attributes int
}

func (c *scanner) population() (Population, bool) {
	p := Population{}
	ok := c.Object(func(id string) bool {
		w := new(Worker)
		if !c.worker(w) || w.ID != id || id == "" || p[id] != nil {
			return false
		}
		p[id] = w
		return true
	})
	return p, ok && c.End()
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
	ok := c.Object(func(key string) bool {
		switch key {
		case "worker_id":
			return once(0) && c.Nullable(&w.ID)
		case "status":
			return once(1) && c.Nullable(&w.Status)
		case "worker_type":
			return once(2) && c.Nullable(&w.Type)
		case "hire_date":
			return once(3) && c.Nullable(&hire)
		case "termination_date":
			return once(4) && c.Nullable(&termination)
		case "last_day_of_work":
			return once(5) && c.Nullable(&last)
		case "on_leave":
			return once(6) && c.Boolean(&w.OnLeave)
		case "manager_id":
			return once(7) && c.Nullable(&w.ManagerID)
		case "time_zone":
			return once(8) && c.Nullable(&w.TimeZone)
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
	if c.Word("null") {
		return true
	}
	w.Attributes = make(map[string]expression.Value, c.attributes)
	count := 0
	ok := c.Object(func(name string) bool {
		count++
		v, ok := c.value()
		w.Attributes[name] = v
		return ok
	})
	c.attributes = count
	return ok && count == len(w.Attributes)
}

func (c *scanner) value() (expression.Value, bool) {
	if c.Word("null") {
		return expression.Null, true
	}
	if text, ok := c.Text(); ok {
		return expression.String(text), true
	}
	items, ok := c.Texts()
	return expression.List(items...), ok
}
