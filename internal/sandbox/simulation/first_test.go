package simulation

import (
	"fmt"
	"testing"
	"time"
)

func TestFirst(t *testing.T) {
	for _, kind := range []string{"ad", "entra"} {
		c := &clock{}
		c.set(time.Date(2026, 1, 5, 3, 0, 0, 0, time.UTC))
		var tg target
		if kind == "ad" {
			tg = newDomain(c.now)
		} else {
			tg = newTenant(c.now)
		}
		e := newEstate(tg, c)
		var lines []line
		for i := range 40 {
			l := line{ID: fmt.Sprint(1000 + i), Status: "Active", Type: "Employee", Hire: "2020-01-01", First: "First" + string(rune('a'+i%26)), Last: "Last" + string(rune('a'+i/26)), Dept: "Sales", Title: "Clerk"}
			if i > 0 {
				l.Manager = "1000"
			}
			lines = append(lines, l)
		}
		p := e.plan(t.Context(), export(lines))
		t.Log(kind, "errors:", p.failed.errors(), "warnings:", p.warnings, "shown", len(p.shown()))
		if !p.ok() {
			continue
		}
		list := e.apply(t.Context(), p)
		t.Log("apply", list.errors(), len(e.users()))
		start := time.Now()
		n := 50
		for range n {
			p = e.plan(t.Context(), export(lines))
			if !p.empty() {
				t.Fatal(p.failed.errors(), p.shown())
			}
			c.set(c.now().AddDate(0, 0, 1))
		}
		t.Logf("%v a plan", time.Since(start)/time.Duration(n))
		start = time.Now()
		for i := range n {
			lines[i%40].Title = fmt.Sprint("Title", i)
			p = e.plan(t.Context(), export(lines))
			if list := e.apply(t.Context(), p); list.failed() {
				t.Fatal(list.errors())
			}
			c.set(c.now().AddDate(0, 0, 1))
		}
		t.Logf("%v a plan and apply", time.Since(start)/time.Duration(n))
		tg.close()
	}
}
