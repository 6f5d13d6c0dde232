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
	// RemovedGroupsAttribute is the attribute that records the groups that were taken from an
	// account, and why rules disabled it. It holds several texts; values of other programs stay.
	RemovedGroupsAttribute string
	// SearchBase is the container below which accounts are searched; empty: the whole domain. Below a
	// narrower one, a name that is taken elsewhere is found only when the directory refuses it.
	SearchBase string
	// BulkThreshold is the number of values that are searched in batches. A search beyond it reads the whole
	// domain once, and later searches are answered from memory. Negative: never.
	BulkThreshold int
	// ManagePrivileged lets accounts with adminCount=1 be changed, disabled, moved,
	// renamed and deleted. Critical system objects are never touched.
	ManagePrivileged bool
	// Protect names further accounts that are never touched.
	Protect Protect
	// DeleteChildrenOfClasses are the classes of objects below an account that may be deleted with
	// it, such as msExchActiveSyncDevice. An account with any other object below it is not deleted.
	DeleteChildrenOfClasses []string
	// Now is the clock of the records at accounts; nil is [time.Now].
	Now func() time.Time
}

// Domain is one Active Directory domain. Its methods may be called from several goroutines, which
// share what they read and wrote.
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
	// containers were found in this run, by dnKey: they are looked for once, and a write says where one has gone since.
	containers map[string]bool
	since      map[string]time.Time // when disabled accounts were, by objectGUID; zero: nothing tells
	blind      string               // why deleted objects cannot be read, if so
	stripped   bool                 // somebody asked for a deleted account that cannot be restored
}

// New returns the domain that c connects to. It sends no request.
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

// Need announces attributes, so that one read of the domain returns all of them. Attributes that
// are announced later cost another read, of these attributes only.
func (d *Domain) Need(attributes ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range attributes {
		if isGroups(name) {
			d.need[directory.Fold(attrMemberOf)], d.need[directory.Fold(d.o.RemovedGroupsAttribute)] = attrMemberOf, d.o.RemovedGroupsAttribute
			d.need[directory.Fold(attrPrimaryGroup)] = attrPrimaryGroup
			continue
		}
		if isBit(name) { // userAccountControl holds it
			d.flags[directory.Fold(name)] = typeOf(nil, name).Name
			continue
		}
		d.need[directory.Fold(name)] = typeOf(nil, name).Name
	}
}

// needed returns every announced attribute, sorted.
func (d *Domain) needed() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Values(d.need))
}

// Server returns the domain controller in use, as a URL.
func (d *Domain) Server() string { return d.client.Server() }

// base returns the container below which accounts are searched.
func (d *Domain) base(ctx context.Context) (string, error) {
	if d.o.SearchBase != "" {
		return d.o.SearchBase, nil
	}
	return d.client.BaseDN(ctx)
}

// root returns the distinguished name of the domain, below which every object is.
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
	return d.client.Search(ctx, withDescriptor(&ldap.SearchRequest{BaseDN: base, Scope: ldap.ScopeWholeSubtree, Filter: filter,
		Attributes: attributes}))
}

// gate is a mutex whose lock gives up when a context ends.
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

// lazy holds a value that the first caller loads. A failure is not kept: the next caller loads again.
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

// forget makes the next caller load the value again.
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
