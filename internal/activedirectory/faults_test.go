// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// The server is lost in the middle of many changes; the next run does the rest
// and creates nobody twice.
func TestInterruptedApply(t *testing.T) {
	const people, after = 200, 60
	for _, tt := range []struct {
		name  string
		fault samba.Fault
	}{
		{"request lost", samba.Fault{Op: samba.Add, After: after}},
		{"answer lost", samba.Fault{Op: samba.Add, After: after, Lose: true}},
		{"answer lost, reconnects", samba.Fault{Op: samba.Add, After: after, Lose: true, Reconnect: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLab(t, Options{})
			if !tt.fault.Reconnect {
				l.conf.ConnectTimeout = time.Second
			}
			d, proxy := l.behind(t, Options{})
			proxy.Inject(tt.fault)
			var changes []directory.Change
			for i := range people {
				changes = append(changes, l.person(i))
			}
			done, notAttempted := 0, 0
			for i, o := range d.Apply(t.Context(), changes, directory.ApplyOptions{}) {
				switch {
				case o.Err == nil:
					done++
				case errors.Is(o.Err, directory.ErrNotAttempted):
					notAttempted++
				}
				changes[i].ID = o.ID
			}
			if tt.fault.Reconnect && done != people || !tt.fault.Reconnect && notAttempted == 0 {
				t.Errorf("%d done, %d not attempted", done, notAttempted)
			}
			for i, o := range l.Apply(t.Context(), changes, directory.ApplyOptions{Adopt: true}) {
				if o.Err != nil {
					t.Fatal(o.Err)
				}
				if changes[i].ID != "" && changes[i].ID != o.ID {
					t.Errorf("%s was created again", o.WorkerID)
				}
			}
			found, err := l.dc.SearchBelow(t.Context(), l.ou, "one", "(objectClass=user)", "cn")
			if err != nil || len(found) != people {
				t.Errorf("%d accounts, %v", len(found), err)
			}
		})
	}
}

func TestAnswersLostOnChanges(t *testing.T) {
	for _, op := range []samba.Op{samba.Modify, samba.ModifyDN, samba.Delete} {
		t.Run(op.String(), func(t *testing.T) {
			l := newLab(t, Options{})
			c := l.must(t, l.person(1), l.person(2))
			d, proxy := l.behind(t, Options{})
			proxy.Inject(samba.Fault{Op: op, Lose: true, Reconnect: true})
			switch op {
			case samba.Modify:
				apply(t, d, directory.ApplyOptions{}, set(c[0], "title", "x"))
			case samba.ModifyDN:
				apply(t, d, directory.ApplyOptions{}, set(c[0], "cn", "x "+l.tag))
			default:
				if out := d.Remove(t.Context(), map[string]string{"a": c[0].ID}, directory.Delete); out[0].Err != nil {
					t.Error(out[0].Err)
				}
			}
			if n := proxy.Count(op); n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

func TestCancelledApplyKnowsWhatItDid(t *testing.T) {
	l := newLab(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var once sync.Once
	var changes []directory.Change
	for i := range 60 {
		changes = append(changes, l.person(i))
	}
	out := l.Apply(ctx, changes, directory.ApplyOptions{Parallel: 2, Deliver: func(context.Context, string, string, string) error { once.Do(cancel); return nil }})
	created := map[string]bool{}
	for _, o := range out {
		if o.ID != "" {
			created[o.WorkerID] = true
		} else if o.Err == nil {
			t.Errorf("neither id nor error: %+v", o)
		}
	}
	found, err := l.dc.SearchBelow(t.Context(), l.ou, "one", "(objectClass=user)", "employeeID")
	if err != nil || len(found) == 0 || len(found) == len(changes) {
		t.Fatalf("%d accounts, %v", len(found), err)
	}
	unknown := 0
	for _, e := range found {
		if !created[e.Get("employeeID")] {
			unknown++
		}
	}
	if unknown > 2 { // the requests under way when ctx ended may have been lost
		t.Errorf("%d accounts exist without being reported", unknown)
	}
}

func TestTwoViewsAtOnce(t *testing.T) {
	l := newLab(t, Options{})
	other := l.connect(t, l.conf, Options{})
	var changes []directory.Change
	for i := range 40 {
		changes = append(changes, l.person(i))
	}
	var wg sync.WaitGroup
	results := make([][]directory.Outcome, 2)
	for i, d := range []*Domain{l.Domain, other} {
		wg.Go(func() { results[i] = d.Apply(t.Context(), changes, directory.ApplyOptions{}) })
	}
	wg.Wait()
	for i := range changes {
		a, b := results[0][i], results[1][i]
		if (a.Err == nil) == (b.Err == nil) {
			t.Errorf("%s: both %v and %v", changes[i].WorkerID, a.Err, b.Err)
		}
		if err := errors.Join(a.Err, b.Err); !errors.Is(err, directory.ErrAlreadyExists) && !errors.Is(err, directory.ErrNameTaken) {
			t.Errorf("the second one: %v", err)
		}
	}
	found, err := l.dc.SearchBelow(t.Context(), l.ou, "one", "(objectClass=user)", "cn")
	if err != nil || len(found) != len(changes) {
		t.Errorf("%d accounts, %v", len(found), err)
	}
}

func TestLinkLaterFromManyAtOnce(t *testing.T) {
	l := newLab(t, Options{})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			c := l.person(i, "manager", l.id((i+1)%20))
			if out := l.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{LinkLater: true}); out[0].Err != nil {
				t.Error(out[0].Err)
			}
		})
	}
	wg.Wait()
	if p := l.Pending(); len(p) != 0 {
		t.Errorf("still waiting: %v", p)
	}
	for i := range 20 {
		if e := l.entry(t, l.id(i), "manager"); !sameDN(e.Get("manager"), l.dn((i+1)%20)) {
			t.Errorf("%d has the manager %q", i, e.Get("manager"))
		}
	}
}
