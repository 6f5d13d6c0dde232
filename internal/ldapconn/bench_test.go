// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// BenchmarkSearch reads every entry of the directory in pages.
func BenchmarkSearch(b *testing.B) {
	d := samba.Shared(b)
	for _, size := range []int{50, ldapconn.DefaultPageSize} {
		b.Run(fmt.Sprintf("page=%d", size), func(b *testing.B) {
			c := config(d)
			c.PageSize = size
			client, err := ldapconn.New(c)
			mustSucceed(b, err)
			defer client.Close()
			entries := 0
			for b.Loop() {
				err := client.SearchEach(b.Context(), search("CN=Schema,CN=Configuration,"+d.BaseDN(), "(objectClass=*)", "cn", "objectGUID"),
					func(*ldap.Entry) error { entries++; return nil })
				mustSucceed(b, err)
			}
			b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// BenchmarkModify changes one account over and over, by pools of several sizes.
func BenchmarkModify(b *testing.B) {
	d := samba.Shared(b)
	dn := d.Container(b)
	for _, connections := range []int{1, ldapconn.DefaultConnections} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			c := config(d)
			c.Connections = connections
			client, err := ldapconn.New(c)
			mustSucceed(b, err)
			defer client.Close()
			var n atomic.Int64
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					req := ldap.NewModifyRequest(dn, nil)
					req.Replace("description", []string{fmt.Sprint(n.Add(1))})
					if err := client.Modify(b.Context(), req); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
