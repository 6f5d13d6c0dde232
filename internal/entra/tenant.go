// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Defaults of [Options].
const (
	DefaultWorkerIDAttribute = attrEmployeeID
	DefaultBulkThreshold     = 100
)

// DefaultDisabledSinceAttribute is where the provider records since when and why users
// are disabled, unless its configuration says otherwise.
const DefaultDisabledSinceAttribute = "onPremisesExtensionAttributes/extensionAttribute15"

// longestRecord is how many characters a record may take.
const longestRecord = len("2006-01-02T15:04:05Z out of scope")

// Options say how a [Tenant] works. The zero value selects the defaults.
type Options struct {
	// WorkerIDAttribute is the attribute that carries worker ids.
	WorkerIDAttribute string
	// DisabledSinceAttribute is where it is recorded since when and why a user is
	// disabled; empty: nowhere.
	DisabledSinceAttribute string
	// RemovedGroupsAttributes are where the groups that were taken from a user are
	// remembered, filled in their order: properties that hold text.
	RemovedGroupsAttributes []string
	// BulkThreshold is how many users may be asked for by name before listing the
	// tenant is considered, however few the questions were.
	BulkThreshold int
	// Protect names users that are never touched.
	Protect Protect
	// Clock is the present; time.Now if nil.
	Clock func() time.Time
}

// Tenant is the users of one Microsoft Entra ID tenant. Its methods may be called
// from several goroutines; what one of them read or wrote is known to the others.
type Tenant struct {
	*directory.Expectations // groups that a plan is about to create, by display name or mailNickname

	client *graphconn.Client
	o      Options

	loading     chan struct{} // holds a token while somebody lists the tenant
	defining    chan struct{} // the same for definitions
	guarding    chan struct{} // the same for who is protected
	naming      chan struct{} // the same for the domains
	mourning    chan struct{} // the same for deleted users
	subscribing chan struct{} // the same for licenses
	asking      asker

	forgotten directory.Forgotten    // memberships that are not given back
	arrivals  directory.LateManagers // users that this process wrote or read, and who waits for others

	mu       sync.Mutex // guards what follows
	need     map[string]property
	defined  definitions
	groups   bool // somebody asks for directory.GroupsAttribute
	asked    int  // users asked for by name so far
	asks     int  // questions about users by id so far
	total    int  // users in the tenant, -1 before it is known
	all      *snapshot
	deleted  []*user
	domains  []Domain
	licenses []License                 // nil before they are known
	identity struct{ id, name string } // see Identity
	reaches  reach                     // whether this application writes members of restricted units
	guarded  map[string]string         // why users are protected, by object id; nil before it is known
	shields  map[string]string         // protect.groups and the groups in them, by object id, as they are named; nil before it is known
	notes    []string
	made     map[string]string   // kinds of the objects that this process created, by id: they may not show everywhere yet
	gone     map[string]bool     // objects that this process deleted, by id: they may show for a while
	nested   map[string][]string // groups that this process put a group into, by its id
	named    map[string][]string // groups that this process created, by folded names: searches may not find them yet

	nesting sync.Mutex // held while groups are put into groups, so that no two of them make a circle
}

var _ directory.Directory = (*Tenant)(nil)

// New returns the users of the tenant behind c. It contacts nothing.
func New(c *graphconn.Client, o Options) *Tenant {
	if o.WorkerIDAttribute == "" {
		o.WorkerIDAttribute = DefaultWorkerIDAttribute
	}
	if p, ok := lookup(o.WorkerIDAttribute); ok {
		o.WorkerIDAttribute = p.kind.Name
	}
	if o.BulkThreshold == 0 {
		o.BulkThreshold = DefaultBulkThreshold
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if p, ok := lookup(o.DisabledSinceAttribute); ok {
		o.DisabledSinceAttribute = p.kind.Name
	}
	for i, name := range o.RemovedGroupsAttributes {
		if p, ok := lookup(name); ok {
			o.RemovedGroupsAttributes[i] = p.kind.Name
		}
	}
	t := &Tenant{Expectations: directory.NewExpectations(directory.Fold), client: c, o: o,
		loading: make(chan struct{}, 1), guarding: make(chan struct{}, 1), defining: make(chan struct{}, 1),
		naming: make(chan struct{}, 1), mourning: make(chan struct{}, 1), subscribing: make(chan struct{}, 1), need: map[string]property{},
		defined: definitions{types: map[string]property{}, settled: map[string]bool{}}, total: -1, made: map[string]string{}, gone: map[string]bool{}, nested: map[string][]string{}, named: map[string][]string{}}
	t.asking.tenant = t
	t.Need(slices.Concat(essential, []string{attrNickname, attrMail, attrProxies, o.WorkerIDAttribute, o.DisabledSinceAttribute})...)
	return t
}

// essential is what must be known of users whatever is asked: who they are, and whether they can sign in.
var essential = []string{attrID, attrPrincipal, attrDisplayName, attrEnabled, attrSynced, attrSessions, attrUserType, attrRestricted}

// CheckOptions says what is wrong with the names of attributes in options.
func CheckOptions(o Options) error {
	type setting struct{ name, attribute string }
	settings := []setting{{"worker_id_attribute", cmp.Or(o.WorkerIDAttribute, DefaultWorkerIDAttribute)}, {"disabled_since_attribute", o.DisabledSinceAttribute}}
	for _, attribute := range o.RemovedGroupsAttributes {
		settings = append(settings, setting{"removed_groups_attributes", cmp.Or(attribute, `""`)})
	}
	seen := map[string]string{}
	for _, s := range settings {
		name, attribute := s.name, s.attribute
		if attribute == "" {
			continue
		}
		p, ok := lookup(attribute)
		if !ok || p.kind.ReadOnly || p.list || p.kind.Syntax != directory.Text || p.permission != "" {
			return fmt.Errorf("%s: found %q, expected a property of users that holds text, such as employeeId or onPremisesExtensionAttributes/extensionAttribute15", name, attribute)
		}
		if name == "disabled_since_attribute" && p.kind.HasMax && p.kind.Max < int64(longestRecord) {
			return fmt.Errorf("%s: found %q, which holds %d characters, expected a property for %d, such as %s", name, attribute, p.kind.Max, longestRecord, DefaultDisabledSinceAttribute)
		}
		if seen[p.kind.Name] != "" {
			return fmt.Errorf("%s: found %q, which %s names as well, expected another property: one would overwrite the other", name, attribute, seen[p.kind.Name])
		}
		seen[p.kind.Name] = name
		// Others people may change themselves, or HR rules do.
		if name == "removed_groups_attributes" && !strings.HasPrefix(p.kind.Name, "onPremisesExtensionAttributes/") && !strings.HasPrefix(p.kind.Name, extensionPrefix) {
			return fmt.Errorf("%s: found %q, expected an extension, which nobody can write of themselves, such as onPremisesExtensionAttributes/extensionAttribute14", name, attribute)
		}
	}
	return nil
}

// WorkerIDAttribute returns the attribute that carries worker ids.
func (t *Tenant) WorkerIDAttribute() string { return t.o.WorkerIDAttribute }

// Notes says what was named to be protected and does not exist.
func (t *Tenant) Notes() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.notes)
}

// Need announces attributes that will be asked for, so that one list of the
// tenant brings them all. What is announced later costs another list.
func (t *Tenant) Need(attributes ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range attributes {
		if name == directory.GroupsAttribute {
			t.groups = true
			attributes = slices.Concat(attributes, t.o.RemovedGroupsAttributes)
		}
		if name == attrLicenses { // nobody gets one without
			attributes = append(slices.Clone(attributes), attrUsageLocation)
		}
	}
	for _, name := range attributes {
		if p, ok := lookup(name); ok {
			t.need[p.kind.Name] = p
		}
	}
}

// needed returns what is read of users, and the $select for it: Graph refuses
// whole questions about what the tenant does not define.
func (t *Tenant) needed() (properties []property, selected string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tops := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(t.need)) {
		p := t.need[name]
		if typed, defined := t.defined.types[directory.Fold(name)]; defined {
			p = typed
		} else if t.defined.settled[directory.Fold(name)] {
			continue
		}
		properties = append(properties, p)
		tops[p.top()] = true
	}
	return properties, strings.Join(slices.Sorted(maps.Keys(tops)), ",")
}

// query is what every request for users asks for.
func (t *Tenant) query() (properties []property, q url.Values) {
	properties, selected := t.needed()
	worker, _ := lookup(t.o.WorkerIDAttribute)
	return properties, url.Values{"$select": {selected}, "$expand": {"manager($select=id,userPrincipalName," + worker.top() + ")"}}
}

// MissingContainers implements [directory.Directory]: there are no containers.
func (t *Tenant) MissingContainers(context.Context, []string) ([]string, error) { return nil, nil }

// Domain is a domain of the tenant.
// https://learn.microsoft.com/graph/api/resources/domain
type Domain struct {
	ID         string `json:"id"`
	IsDefault  bool   `json:"isDefault"`  // of new users
	IsInitial  bool   `json:"isInitial"`  // the one in onmicrosoft.com that the tenant began with
	IsVerified bool   `json:"isVerified"` // users can be named in it
	// AuthenticationType is "Managed", or "Federated" where people sign in elsewhere.
	AuthenticationType string `json:"authenticationType"`
	// SupportedServices are what the domain is used for, such as Email.
	SupportedServices []string `json:"supportedServices"`
}

// Suffixes returns the verified domains of the tenant.
func (t *Tenant) Suffixes(ctx context.Context) ([]string, error) {
	domains, err := t.Domains(ctx)
	var verified []string
	for _, d := range domains {
		if d.IsVerified {
			verified = append(verified, d.ID)
		}
	}
	return verified, err
}

// acquire takes the token of what only one of many who ask reads, and returns how to give it back.
func acquire(ctx context.Context, token chan struct{}) (func(), error) {
	select {
	case token <- struct{}{}:
		return func() { <-token }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Domains reads the domains of the tenant, once for everybody who asks.
func (t *Tenant) Domains(ctx context.Context) ([]Domain, error) {
	free, err := acquire(ctx, t.naming)
	if err != nil {
		return nil, err
	}
	defer free()
	t.mu.Lock()
	known := t.domains
	t.mu.Unlock()
	if known != nil {
		return known, nil
	}
	domains := []Domain{}
	query := url.Values{"$select": {"id,isDefault,isInitial,isVerified,authenticationType,supportedServices"}}
	err = t.client.Pages(ctx, graphconn.Request{Method: http.MethodGet, Path: "/domains", Query: query}, func(body []byte) error {
		var page struct {
			Value []Domain `json:"value"`
		}
		err := json.Unmarshal(body, &page)
		domains = append(domains, page.Value...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the domains of the tenant: %w", permission(err, "Domain.Read.All"))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.domains = domains
	return domains, nil
}

// Schema returns the standard properties and, if some were announced with
// [Tenant.Need], the directory extensions and custom security attributes that the
// tenant defines.
func (t *Tenant) Schema(ctx context.Context) (*directory.Schema, error) {
	if err := t.define(ctx); err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	types := make([]directory.AttributeType, 0, len(t.defined.types))
	for _, p := range t.defined.types {
		types = append(types, p.kind)
	}
	return StandardSchema().With(types...), nil
}

// permission adds to a refusal which permission the application lacks.
func permission(err error, name string) error {
	if graphconn.IsDenied(err) {
		return directory.Because(directory.ErrDenied, fmt.Errorf("grant the application the permission %s: %w", name, err))
	}
	return err
}
