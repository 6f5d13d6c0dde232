// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// BenchmarkCreate creates accounts as Apply does, beside a bare client with as many requests at once, and beside
// the usual three requests in a row, one account after the other.
func BenchmarkCreate(b *testing.B) {
	b.Run("Apply", func(b *testing.B) {
		l := newLab(b, Options{})
		changes := make([]directory.Change, b.N)
		for i := range changes {
			changes[i] = l.person(i, "title", "T", "department", "D", "manager", l.id(i/10))
		}
		b.ResetTimer()
		for _, o := range l.Apply(b.Context(), changes, directory.ApplyOptions{}) {
			if o.Err != nil {
				b.Fatal(o.Err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accounts/s")
	})
	b.Run("bare client", func(b *testing.B) { // looks at nothing and checks nothing: Apply is to reach 0.8 of its rate
		l := newLab(b, Options{})
		adds := make([]*ldap.AddRequest, b.N)
		for i := range adds {
			c := &task{Change: l.person(i, "title", "T", "department", "D")}
			adds[i] = ldap.NewAddRequest(joinDN(c.cn(), l.ou), nil)
			adds[i].Attribute("objectClass", []string{"user"})
			adds[i].Attribute("userAccountControl", []string{"512"})
			adds[i].Attribute("unicodePwd", []string{encodePassword("Sommer-2026-Sommer!")})
			for name, v := range c.Want.Attributes {
				if name != "cn" {
					adds[i].Attribute(name, v)
				}
			}
		}
		b.ResetTimer()
		var g errgroup.Group
		g.SetLimit(defaultParallel)
		for _, add := range adds {
			g.Go(func() error { return l.client.Add(b.Context(), add) })
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accounts/s")
	})
	b.Run("three requests, serial", func(b *testing.B) {
		l := newLab(b, Options{})
		b.ResetTimer()
		for i := range b.N {
			c := &task{Change: l.person(i, "title", "T", "department", "D")}
			dn := joinDN(c.cn(), l.ou)
			add := ldap.NewAddRequest(dn, nil)
			add.Attribute("objectClass", []string{"user"})
			add.Attribute("userAccountControl", []string{"514"})
			for name, v := range c.Want.Attributes {
				if name != "cn" {
					add.Attribute(name, v)
				}
			}
			set, enable := ldap.NewModifyRequest(dn, nil), ldap.NewModifyRequest(dn, nil)
			set.Replace("unicodePwd", []string{encodePassword("Sommer-2026-Sommer!")})
			enable.Replace("userAccountControl", []string{"512"})
			if err := l.client.Add(b.Context(), add); err != nil {
				b.Fatal(err)
			}
			for _, req := range []*ldap.ModifyRequest{set, enable} {
				if err := l.client.Modify(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accounts/s")
	})
}

// people adds n accounts in one run of a client that is not ours.
func (l *lab) people(b testing.TB, n int) {
	b.Helper()
	for first := 0; first < n; first += 1000 {
		var ldif strings.Builder
		for i := first; i < min(n, first+1000); i++ {
			fmt.Fprintf(&ldif, "dn: CN=Person %s,%s\nobjectClass: user\nsAMAccountName: %s\nemployeeID: %s\ntitle: T\ndepartment: D\ndisplayName: Person %s\n\n", l.id(i), l.ou, l.id(i), l.id(i), l.id(i))
		}
		if err := l.dc.Modify(context.Background(), ldif.String()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkModify(b *testing.B) {
	l := newLab(b, Options{})
	l.people(b, b.N)
	owned, err := l.Owned(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	id := map[string]string{}
	for _, e := range owned {
		id[e.Account.Attributes["employeeID"].Text()] = e.ID
	}
	changes := make([]directory.Change, b.N)
	for i := range changes {
		changes[i] = l.person(i, "title", "New", "department", "New")
		changes[i].ID, changes[i].Want.Enabled = id[l.id(i)], false
		delete(changes[i].Want.Attributes, "userPrincipalName")
	}
	b.ResetTimer()
	for _, o := range l.Apply(b.Context(), changes, directory.ApplyOptions{}) {
		if o.Err != nil {
			b.Fatal(o.Err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "accounts/s")
}

func BenchmarkSnapshot10000(b *testing.B) {
	// A container of its own that stays: emptying it takes longer than tools wait.
	dc := samba.Shared(b)
	ou := "OU=test-many00," + dc.BaseDN()
	if err := dc.CreateOU(b.Context(), ou); err != nil {
		b.Fatal(err)
	}
	l := newLabIn(b, dc, ou, Options{})
	const n = 10_000
	l.people(b, n)
	for b.Loop() {
		d := l.connect(b, l.conf, Options{BulkThreshold: 1})
		owned, err := d.Find(b.Context(), "title", []string{"T", "x"})
		if err != nil || len(owned["t"]) < n {
			b.Fatal(len(owned["t"]), err)
		}
		b.ReportMetric(float64(d.client.Stats().Pages), "searches")
	}
}
