// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// Defaults of [Options].
const (
	DefaultWorkerIDAttribute = "employeeID"
	DefaultBulkThreshold     = 100
	// DefaultRemovedGroupsAttribute is one that every object of every domain may have, and that hardly anything uses.
	DefaultRemovedGroupsAttribute = "extensionName"
)

// chunk is how many values one search asks for: filters of this size are still
// answered from the index, and stay far below the limits of a request.
const chunk = 200

// Options say how a [Domain] works. The zero value selects the defaults.
type Options struct {
	// WorkerIDAttribute is the attribute that carries worker ids.
	WorkerIDAttribute string
	// RemovedGroupsAttribute is where the groups that were taken from an account are
	// remembered, and why rules disabled it: an attribute of users for several texts,
	// of which others are left alone.
	RemovedGroupsAttribute string
	// SearchBase is where accounts are looked for; empty is the whole domain. With
	// a narrower one, names that are taken elsewhere are noticed only when the
	// directory refuses them.
	SearchBase string
	// BulkThreshold is how many values may be asked for one batch at a time; with
	// the next one the whole domain is read once and everything after is answered
	// from memory. Negative: never.
	BulkThreshold int
	// ManagePrivileged lets accounts with adminCount=1 be changed, disabled, moved,
	// renamed and deleted. Critical system objects are never touched.
	ManagePrivileged bool
	// Protect names further accounts that are never touched.
	Protect Protect
	// DeleteChildrenOfClasses are the classes of objects that may be deleted with the
	// account that they are below of, such as msExchActiveSyncDevice. An account with
	// anything else below it is not deleted.
	DeleteChildrenOfClasses []string
	// Now is the clock of what is remembered at accounts; nil is [time.Now].
	Now func() time.Time
}

// Domain is the users of one Active Directory domain. Its methods may be called
// from several goroutines; what one of them read or wrote is known to the others.
type Domain struct {
	*directory.Expectations // what a plan is about to create, by path or sAMAccountName

	client *ldapconn.Client
	o      Options

	pace        pace // of writes
	loading     gate // held while the snapshot, or more attributes for it, are read
	nesting     gate // held while a group becomes a member of another
	permissions gate // held while an access list is read and written
	schema      lazy[*directory.Schema]
	suffix      lazy[[]string]
	policy      lazy[PasswordPolicy]
	deleted     lazy[*snapshot]            // deleted objects
	guarded     lazy[guarded]              // what is protected
	privileged  lazy[map[string]privilege] // why groups are those of administrators, by objectGUID
	itself      lazy[identity]             // which domain this is
	partial     lazy[map[string]bool]      // the attributes that the global catalog holds

	recycling lazy[bool]   // the recycle bin is enabled
	short     lazy[string] // the NetBIOS name of the domain

	forgotten directory.Forgotten    // memberships that are not given back
	arrivals  directory.LateManagers // accounts that this process wrote, and who waits for others

	mu       sync.Mutex // guards what follows
	need     map[string]string
	flags    map[string]string // of [Flags], that are asked for
	asked    int
	snap     *snapshot
	late     []change // what was written while a snapshot was being read
	busy     bool     // a snapshot is being read
	managers map[string]string
	since    map[string]time.Time // when disabled accounts were, by objectGUID; zero: nothing tells
	blind    string               // why deleted objects cannot be read, if so
	stripped bool                 // somebody asked for a deleted account that cannot be restored
}

// New returns the users of the domain behind c. It contacts nothing.
func New(c *ldapconn.Client, o Options) *Domain {
	if o.WorkerIDAttribute == "" {
		o.WorkerIDAttribute = DefaultWorkerIDAttribute
	}
	if o.RemovedGroupsAttribute == "" {
		o.RemovedGroupsAttribute = DefaultRemovedGroupsAttribute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.WorkerIDAttribute, o.RemovedGroupsAttribute = typeOf(nil, o.WorkerIDAttribute).Name, typeOf(nil, o.RemovedGroupsAttribute).Name
	if o.BulkThreshold == 0 {
		o.BulkThreshold = DefaultBulkThreshold
	}
	d := &Domain{Expectations: directory.NewExpectations(RefKey), client: c, o: o, loading: newGate(), nesting: newGate(),
		permissions: newGate(), need: map[string]string{}, flags: map[string]string{}, managers: map[string]string{},
		since: map[string]time.Time{}}
	d.schema.gate, d.suffix.gate, d.policy.gate, d.deleted.gate, d.guarded.gate, d.recycling.gate = newGate(), newGate(), newGate(), newGate(), newGate(), newGate()
	d.privileged.gate, d.partial.gate = newGate(), newGate()
	d.itself.gate, d.short.gate = newGate(), newGate()
	d.Need(attrGUID, attrSID, attrClass, attrCN, attrLogin, attrPrincipal, attrDisplayName, attrMail, attrProxyAddresses, attrManager,
		attrControl,
		attrPasswordSet, attrAdminCount, attrCritical, DefaultWorkerIDAttribute, o.WorkerIDAttribute, o.RemovedGroupsAttribute)
	return d
}

var _ directory.Directory = (*Domain)(nil)

// Need announces attributes that will be asked for, so that one read of the
// domain brings them all. What is announced later costs another read, of these
// attributes only.
func (d *Domain) Need(attributes ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range attributes {
		if isGroups(name) {
			d.need[directory.Fold(attrMemberOf)], d.need[directory.Fold(d.o.RemovedGroupsAttribute)] = attrMemberOf, d.o.RemovedGroupsAttribute
			d.need[directory.Fold(attrPrimaryGroup)] = attrPrimaryGroup
			continue
		}
		if isFlag(name) { // userAccountControl holds it
			d.flags[directory.Fold(name)] = typeOf(nil, name).Name
			continue
		}
		d.need[directory.Fold(name)] = typeOf(nil, name).Name
	}
}

// needed returns every attribute that is asked for, sorted.
func (d *Domain) needed() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Values(d.need))
}

// Server returns the domain controller in use, as a URL.
func (d *Domain) Server() string { return d.client.Server() }

// base returns where accounts are looked for.
func (d *Domain) base(ctx context.Context) (string, error) {
	if d.o.SearchBase != "" {
		return d.o.SearchBase, nil
	}
	return d.client.BaseDN(ctx)
}

// root returns the top of the domain, where everything can be found whatever the search base.
func (d *Domain) root(ctx context.Context) (string, error) {
	dse, err := d.client.RootDSE(ctx)
	if err != nil {
		return "", err
	}
	if dse.DefaultNamingContext == "" {
		return d.base(ctx)
	}
	return dse.DefaultNamingContext, nil
}

// typeOf returns the type of an attribute by the directory's schema if it has
// been read, else by the standard one.
func (d *Domain) typeOf(name string) directory.AttributeType { return typeOf(d.schema.peek(), name) }

// typesFor returns a schema that knows the attributes: the standard one if that
// is enough, else the directory's.
func (d *Domain) typesFor(ctx context.Context, attributes []string) (*directory.Schema, error) {
	for _, name := range attributes {
		if _, ok := StandardSchema().Lookup(name); !ok && !isGroups(name) {
			return d.Schema(ctx)
		}
	}
	if s := d.schema.peek(); s != nil {
		return s, nil
	}
	return StandardSchema(), nil
}

// search finds entries below base.
func (d *Domain) search(ctx context.Context, base, filter string, attributes []string) ([]*ldap.Entry, error) {
	return d.client.Search(ctx, &ldap.SearchRequest{BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: filter, Attributes: attributes})
}

// gate is a mutex that can be waited for with a context.
type gate chan struct{}

func newGate() gate { return make(gate, 1) }

func (g gate) lock(ctx context.Context) error {
	select {
	case g <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (g gate) unlock() { <-g }

// lazy holds a value that is loaded once, by whoever asks first. A failure is
// not kept: the next one to ask tries again.
type lazy[T any] struct {
	gate gate
	mu   sync.Mutex
	v    T
	ok   bool
}

func (l *lazy[T]) get(ctx context.Context, load func(context.Context) (T, error)) (T, error) {
	if err := l.gate.lock(ctx); err != nil {
		var none T
		return none, err
	}
	defer l.gate.unlock()
	l.mu.Lock()
	v, ok := l.v, l.ok
	l.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := load(ctx)
	if err == nil {
		l.mu.Lock()
		l.v, l.ok = v, true
		l.mu.Unlock()
	}
	return v, err
}

// forget makes the next one to ask load the value again.
func (l *lazy[T]) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ok = false
}

// peek returns the value if it has been loaded.
func (l *lazy[T]) peek() T {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.v
}
