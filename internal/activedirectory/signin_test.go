// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// company is a domain in memory with a client of its own.
type company struct {
	*memdir.Server
	*activedirectory.Domain
	users int
}

const staff = "OU=Staff," + memdir.Base

func newCompany(t testing.TB, o activedirectory.Options) *company {
	t.Helper()
	server, err := memdir.Start(staff, "OU=Sales,"+staff)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	client, err := ldapconn.New(ldapconn.Config{
		URLs: []string{server.URL()}, CACertificatePEM: server.CAPEM(), Username: "admin", Password: "made up, opens nothing"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return &company{Server: server, Domain: activedirectory.New(client, o)}
}

// user makes a user in the container of staff and returns its objectGUID.
func (c *company) user(login string, attributes ...string) string {
	c.users++
	all := map[string]string{"sAMAccountName": login, "displayName": "Person " + login, "primaryGroupID": "513",
		"userPrincipalName": login + "@corp.example.com", "employeeID": strconv.Itoa(1000 + c.users)}
	for i := 0; i+1 < len(attributes); i += 2 {
		all[attributes[i]] = attributes[i+1]
	}
	maps.DeleteFunc(all, func(_, v string) bool { return v == "" })
	return c.PutUser("CN=Person "+login+","+staff, all)
}

// group makes a group with members; the relative id makes it one that comes with the domain.
func (c *company) group(name string, relative uint32, members ...string) string {
	id := c.PutGroup("CN="+name+",CN=Users,"+memdir.Base, name)
	if relative > 0 {
		sid := []byte{1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0}
		c.Set(id, "objectSid", string(binary.LittleEndian.AppendUint32(sid, relative)))
		c.Set(id, "isCriticalSystemObject", "TRUE")
	}
	for _, m := range members {
		c.Join(id, m)
	}
	return id
}

func ticks(t time.Time) string {
	return strconv.FormatInt(t.Unix()*10_000_000+116_444_736_000_000_000, 10)
}

// Who signed in last, and who administers the domain, in a number of searches that does not follow
// the number of accounts.
func TestSignIns(t *testing.T) {
	for _, threshold := range []int{-1, 1} {
		c := newCompany(t, activedirectory.Options{BulkThreshold: threshold})
		last := time.Date(2026, 7, 4, 5, 6, 7, 0, time.UTC)
		plain, never := c.user("plain", "lastLogonTimestamp", ticks(last)), c.user("never", "lastLogonTimestamp", "0")
		admin, nested, deeper := c.user("admin"), c.user("nested"), c.user("deeper")
		former, primary := c.user("former", "adminCount", "1"), c.user("primary", "primaryGroupID", "512")
		deep := c.group("Deep", 0, deeper)
		c.group("Domain Admins", 512, admin, c.group("IT Ops", 0, nested, admin, deep))
		c.group("Everybody", 0, plain)
		ids := []string{plain, never, admin, nested, deeper, former, primary, strings.ToUpper(plain), "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}
		for i := range 300 {
			ids = append(ids, c.user(fmt.Sprintf("more%d", i)))
		}
		if _, err := c.Domain.Users(t.Context()); err != nil { // the snapshot, or nothing of use
			t.Fatal(err)
		}
		before := c.Searches.Load()
		got, partly, err := c.Usage(t.Context(), ids)
		if err != nil || partly != "" {
			t.Fatal(err, partly)
		}
		if n := c.Searches.Load() - before; n > 8 {
			t.Errorf("threshold %d: %d searches for %d accounts", threshold, n, len(ids))
		}
		for id, want := range map[string]directory.Usage{
			plain: {LastSignIn: last}, strings.ToUpper(plain): {LastSignIn: last}, never: {},
			admin:   {Privileged: []string{"Domain Admins", "IT Ops (in Domain Admins)"}},
			nested:  {Privileged: []string{"IT Ops (in Domain Admins)"}},
			deeper:  {Privileged: []string{"Deep (in Domain Admins)"}},
			primary: {Privileged: []string{"Domain Admins"}},
			former:  {Privileged: []string{"adminCount = 1"}},
		} {
			want.SignInsKnown, want.Lag = true, 14*24*time.Hour
			if have, there := got[id]; !there || !reflect.DeepEqual(have, want) {
				t.Errorf("threshold %d: %s: %+v, expected %+v", threshold, id, have, want)
			}
		}
		asked := map[string]bool{} // an id without letters is the same in capitals
		for _, id := range ids {
			asked[id] = true
		}
		if len(got) != len(asked)-1 { // one does not exist
			t.Errorf("threshold %d: %d accounts, expected %d", threshold, len(got), len(asked)-1)
		}
	}
}

func TestSignInsThatCannotBeRead(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	id := c.user("odd", "lastLogonTimestamp", "yesterday")
	if _, _, err := c.Usage(t.Context(), []string{id}); err == nil || !strings.Contains(err.Error(), `"yesterday"`) ||
		!strings.Contains(err.Error(), "CN=Person odd") {
		t.Errorf("%v", err)
	}
	if got, _, err := c.Usage(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if _, _, err := c.Usage(t.Context(), []string{"odd"}); err == nil || !strings.Contains(err.Error(), "objectGUID") {
		t.Errorf("%v", err)
	}
}
