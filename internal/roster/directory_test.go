// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

var adFormat = directory.Format{Target: "active_directory", ID: "objectGUID", Login: "sAMAccountName", HasContainer: true,
	Core: []directory.CoreKey{
		{Key: "common_name", Attribute: "cn", Required: true, PerContainer: true},
		{Key: "sam_account_name", Attribute: "sAMAccountName", Required: true},
		{Key: "user_principal_name", Attribute: "userPrincipalName"},
		{Key: "manager", Attribute: "manager"},
	}, Naming: activedirectory.Format.Naming, Refused: activedirectory.Format.Refused, CheckPath: activedirectory.Format.CheckPath,
	CheckTime: activedirectory.Format.CheckTime}

var adSchema = func() *directory.Schema {
	types := []directory.AttributeType{
		{Name: "manager", Syntax: directory.Path}, {Name: "proxyAddresses", Multi: true},
		{Name: "objectGUID", Syntax: directory.Binary, ReadOnly: true}, {Name: "countryCode", Syntax: directory.Integer, HasMax: true, Max: 65535, HasMin: true},
	}
	for name, upper := range map[string]int64{"cn": 64, "sAMAccountName": 256, "userPrincipalName": 1024, "givenName": 64, "sn": 64, "displayName": 256, "department": 64,
		"title": 128, "mail": 256, "employeeID": 16, "employeeNumber": 512, "description": 1024, "info": 1024, "division": 256, "company": 64, "l": 128, "extensionAttribute1": 1024,
		"telephoneNumber": 64, "mobile": 64, "co": 128, "c": 3, "st": 128, "postalCode": 40, "streetAddress": 1024, "physicalDeliveryOfficeName": 128, "employeeType": 256} {
		types = append(types, directory.AttributeType{Name: name, HasMin: true, Min: 1, HasMax: true, Max: upper})
	}
	return directory.NewSchema(types...)
}()

// memory is a directory that is a slice of objects. It counts what it is asked.
type memory struct {
	objects    []*directory.Existing
	schema     *directory.Schema
	containers []string
	suffixes   []string
	calls      map[string]int
	asked      int // values asked for
	fail       map[string]error
	last       int
	now        time.Time // of apply
}

const (
	staff   = "OU=Staff,DC=corp,DC=example,DC=com"
	leavers = "OU=Leavers,DC=corp,DC=example,DC=com"
	sydney  = "OU=Sydney,OU=Staff,DC=corp,DC=example,DC=com"
)

func newMemory() *memory {
	return &memory{now: now, schema: adSchema, containers: []string{staff, leavers, sydney}, suffixes: []string{"corp.example.com", "example.com"}, calls: map[string]int{}, fail: map[string]error{}}
}

func (m *memory) call(name string) error {
	m.calls[name]++
	return m.fail[name]
}

func (m *memory) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	if err := m.call("Find"); err != nil {
		return nil, err
	}
	if !slices.IsSorted(values) || len(slices.Compact(slices.Clone(values))) != len(values) {
		return nil, fmt.Errorf("asked for %q, expected sorted values without repetitions", values)
	}
	m.asked += len(values)
	wanted := make(map[string]bool, len(values))
	for _, v := range values {
		wanted[directory.Fold(v)] = true
	}
	found := map[string][]*directory.Existing{}
	for _, e := range m.objects {
		held := e.Account.Attributes[attribute]
		if attribute == "objectGUID" {
			held = directory.Value{e.ID}
		}
		for _, v := range held {
			if f := directory.Fold(v); wanted[f] && !slices.Contains(found[f], e) {
				found[f] = append(found[f], e)
			}
		}
	}
	return found, ctx.Err()
}

func (m *memory) Owned(ctx context.Context) (owned []*directory.Existing, err error) {
	if err := m.call("Owned"); err != nil {
		return nil, err
	}
	for _, e := range m.objects {
		if len(e.Account.Attributes["employeeID"]) > 0 && e.Class == "user" {
			owned = append(owned, e)
		}
	}
	return owned, ctx.Err()
}

func (m *memory) Users(ctx context.Context) (users []*directory.Existing, err error) {
	for _, e := range m.objects {
		if e.Class == "user" && !e.Deleted {
			users = append(users, e)
		}
	}
	return users, errors.Join(m.call("Users"), ctx.Err())
}

func (m *memory) MissingContainers(_ context.Context, containers []string) (missing []string, err error) {
	for _, c := range containers {
		if !slices.ContainsFunc(m.containers, func(known string) bool { return strings.EqualFold(known, c) }) {
			missing = append(missing, c)
		}
	}
	return missing, m.call("MissingContainers")
}

func (m *memory) Schema(context.Context) (*directory.Schema, error) {
	return m.schema, m.call("Schema")
}

func (m *memory) Suffixes(context.Context) ([]string, error) {
	return m.suffixes, m.call("Suffixes")
}

// add puts an object into the directory: attributes as name=value, "|" between several values.
func (m *memory) add(class, container string, enabled bool, attributes ...string) *directory.Existing {
	m.last++
	e := &directory.Existing{ID: fmt.Sprintf("guid-%05d", m.last), Class: class, Account: directory.Account{Container: container, Enabled: enabled, Attributes: map[string]directory.Value{}}}
	for _, a := range attributes {
		name, value, _ := strings.Cut(a, "=")
		e.Account.Attributes[name] = strings.Split(value, "|")
	}
	e.Path = "CN=" + e.Account.Attributes["cn"].Text() + "," + container
	m.objects = append(m.objects, e)
	return e
}

func (m *memory) user(attributes ...string) *directory.Existing {
	return m.add("user", staff, true, attributes...)
}

// apply makes the directory what was decided, at the moment m.now, as the engines do:
// it keeps since when and why an account is disabled.
func (m *memory) apply(t testing.TB, r *roster.Result) {
	t.Helper()
	byID := map[string]*directory.Existing{}
	for _, e := range m.objects {
		byID[e.ID] = e
	}
	for _, dec := range r.Decisions {
		e := byID[dec.ObjectID]
		a, ok := r.Accounts[dec.WorkerID]
		switch {
		case !ok || a.Released:
			continue
		case a.Deleted:
			if e.Account.Enabled {
				t.Fatalf("worker %q: an enabled account would be deleted", dec.WorkerID)
			}
			m.objects = slices.DeleteFunc(m.objects, func(o *directory.Existing) bool { return o == e })
			continue
		case e == nil:
			e = m.add("user", a.Container, true)
		}
		m.stamp(e, a)
		e.Account.Container, e.Deleted = a.Container, false
		for _, name := range slices.Sorted(maps.Keys(a.Attributes)) {
			e.Account.Attributes[name] = slices.Clone(a.Attributes[name])
			if len(a.Attributes[name]) == 0 {
				delete(e.Account.Attributes, name)
			}
		}
		e.Path = "CN=" + e.Account.Attributes["cn"].Text() + "," + a.Container
	}
}

// stamp enables or disables an account.
func (m *memory) stamp(e *directory.Existing, a directory.Account) {
	switch {
	case a.Enabled:
		e.DisabledSince, e.DisabledFor = time.Time{}, ""
	case e.Account.Enabled:
		e.DisabledSince, e.DisabledFor = m.now, a.DisabledFor
	case directory.Leaves(a.DisabledFor) && e.DisabledFor != "" && !directory.Leaves(e.DisabledFor):
		e.DisabledSince, e.DisabledFor = m.now, a.DisabledFor
	case a.DisabledFor != "":
		e.DisabledFor = a.DisabledFor
	}
	e.Account.Enabled = a.Enabled
}

// off makes an account a disabled one: since when, and what we wrote down as the reason.
func off(e *directory.Existing, day, why string) *directory.Existing {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	e.Account.Enabled, e.DisabledSince, e.DisabledFor = false, at, why
	return e
}
