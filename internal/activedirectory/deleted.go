// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// deletedContainer names the container of deleted objects by its well-known
// GUID ([MS-ADTS] 6.1.1.4.2), below the domain that is to follow.
const deletedContainer = "<WKGUID=18E2EA80684F11D2B9AA00C04F79F805,"

// theContainer finds the container of deleted objects itself: an answer without
// it comes from a server that hides what is in there.
const theContainer = "(cn=Deleted Objects)"

// WithDeleted returns the domain with a Find that also returns deleted objects,
// marked as such, by what a restored object would have again: its
// sAMAccountName, userPrincipalName, mail, proxyAddresses, worker id and
// objectGUID. The Path and Container of a deleted object are where it was.
//
// Which objects these are is what the control "show deleted" shows ([MS-ADTS]
// 3.1.1.3.4.1.14): everything that can still be restored. Without a recycle bin
// that are tombstones, which keep the sAMAccountName only, and which are marked as
// lost; with one, deleted objects keep everything, and Apply restores them. By
// default only administrators may read them: see [Domain.Notes]. Where the whole
// domain is read, so are all deleted objects, with one search more, once; else
// each question is asked a second time.
func (d *Domain) WithDeleted() directory.Census { return withDeleted{d} }

// Notes says what could not be read that decisions do without.
func (d *Domain) Notes() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var notes []string
	if d.stripped {
		notes = append(notes, "accounts that were deleted cannot be restored, and workers who return get new ones under other names, because the recycle bin of the forest is not enabled")
	}
	if d.blind == "" {
		return notes
	}
	return append(notes, "names that deleted objects hold count as free, because "+d.blind+
		": an account that gets such a name stands in the way of restoring the deleted one")
}

type withDeleted struct{ *Domain }

// Find implements [directory.Directory].
func (d withDeleted) Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error) {
	found, err := d.Domain.Find(ctx, attribute, values)
	t := d.typeOf(attribute)
	if err != nil || !slices.ContainsFunc(d.deletedKeys(), func(name string) bool { return isName(t.Name, name) }) {
		return found, err
	}
	deleted, err := d.findDeleted(ctx, t, distinct(t, values))
	if err != nil {
		return nil, lookupError(t, len(values), err)
	}
	for v, records := range deleted {
		sortRecords(records)
		for _, r := range records {
			e, err := d.restorable(ctx, r)
			if err != nil {
				return nil, err
			}
			found[directory.Fold(v)] = append(found[directory.Fold(v)], e)
		}
	}
	return found, nil
}

// restorable is [fromDeleted] with what stands in the way of restoring the account.
func (d *Domain) restorable(ctx context.Context, r *record) (*directory.Existing, error) {
	e := fromDeleted(r)
	enabled, err := d.recycles(ctx)
	if err != nil {
		return nil, err
	}
	former := *r
	former.dn = e.Path
	e.Protected = d.protection(&former)
	if r.lapsed() {
		e.DisabledSince, e.DisabledFor = d.lapsedBefore(r)
	}
	if !enabled {
		e.Lost = noRecycleBin
		if r.isUser() {
			d.mu.Lock()
			d.stripped = true
			d.mu.Unlock()
		}
	}
	return e, nil
}

// lapsedBefore returns since when and why a deleted account is disabled, as it remembers.
// Of one that remembers nothing only its deletion is known, which came later. The
// metadata, which knows more, would cost a search.
func (d *Domain) lapsedBefore(r *record) (since time.Time, cause string) {
	if m, ok := d.recall(r); ok {
		return m.at, m.cause
	}
	since, err := parseTime(r.text(attrWhenChanged))
	if err != nil {
		return time.Time{}, ""
	}
	return since, ""
}

// deletedKeys are the attributes by which deleted objects are found.
func (d *Domain) deletedKeys() []string {
	return []string{attrLogin, attrPrincipal, attrMail, attrProxyAddresses, d.o.WorkerIDAttribute, attrGUID}
}

// findDeleted returns the deleted objects for each value that has some.
func (d *Domain) findDeleted(ctx context.Context, t directory.AttributeType, values []string) (map[string][]*record, error) {
	d.mu.Lock()
	bulk := d.snap != nil
	d.mu.Unlock()
	if !bulk {
		return matchAll(ctx, d.lookDeleted, t, values)
	}
	s, err := d.deleted.get(ctx, d.loadDeleted)
	if err == nil && len(s.missing(d.needed())) > 0 { // more is wanted by now
		d.deleted.forget()
		s, err = d.deleted.get(ctx, d.loadDeleted)
	}
	if err != nil {
		return nil, err
	}
	return s.match(t, values), nil
}

// loadDeleted reads every deleted object that holds a name or a worker id.
func (d *Domain) loadDeleted(ctx context.Context) (*snapshot, error) {
	asked := d.needed()
	records, err := d.lookDeleted(ctx, presence([]string{attrLogin, attrPrincipal, attrMail, attrProxyAddresses, d.o.WorkerIDAttribute}))
	if err != nil {
		return nil, err
	}
	s := newSnapshot()
	for _, r := range records {
		s.put(r)
	}
	for _, name := range asked {
		s.attributes[directory.Fold(name)] = true
	}
	return s, nil
}

// lookDeleted reads the deleted objects that a filter finds; none where they
// cannot be read, which is noted.
func (d *Domain) lookDeleted(ctx context.Context, filter string) ([]*record, error) {
	d.mu.Lock()
	blind := d.blind != ""
	d.mu.Unlock()
	if blind {
		return nil, nil
	}
	dse, err := d.client.RootDSE(ctx)
	if err != nil {
		return nil, err
	}
	if !dse.SupportsControl(ldap.ControlTypeMicrosoftShowDeleted) || dse.DefaultNamingContext == "" {
		d.cannotSee(notShown)
		return nil, nil
	}
	asked := slices.Compact(slices.Sorted(slices.Values(append(d.needed(), attrClass, attrLastParent, attrWhenChanged))))
	entries, err := d.client.Search(ctx, withDescriptor(&ldap.SearchRequest{
		BaseDN: deletedContainer + dse.DefaultNamingContext + ">", Scope: ldap.ScopeWholeSubtree,
		Filter: "(|" + theContainer + filter + ")", Attributes: asked, Controls: []ldap.Control{ldap.NewControlMicrosoftShowDeleted()},
	}))
	switch {
	case refusedForAccount(err), err == nil && len(entries) == 0:
		d.cannotSee(notReadable)
		return nil, nil
	case refusedByServer(err):
		d.cannotSee(notShown)
		return nil, nil
	case err != nil:
		return nil, err
	}
	entries = slices.DeleteFunc(entries, func(e *ldap.Entry) bool { return withoutDeletionMark(e.DN) == e.DN })
	return d.newRecords(entries, asked)
}

// Why deleted objects cannot be read.
const (
	notShown    = "the server does not support showing them"
	notReadable = "the account the provider signs in with may not read them (only administrators may, unless the right is delegated)"
)

func (d *Domain) cannotSee(why string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.blind = why
}

// refusedForAccount reports an answer that means: not for this account.
func refusedForAccount(err error) bool {
	return ldapconn.IsNotFound(err) || ldapconn.IsAccessDenied(err)
}

// refusedByServer reports an answer that means: not by this server.
func refusedByServer(err error) bool {
	var e *ldapconn.Error
	return errors.As(err, &e) && (e.Code == ldap.LDAPResultUnavailableCriticalExtension || e.Code == ldap.LDAPResultUnwillingToPerform)
}

// fromDeleted translates a deleted object: it is where it was before.
func fromDeleted(r *record) *directory.Existing {
	path := withoutDeletionMark(r.dn)
	container := Parent(path)
	if parent := withoutDeletionMark(r.text(attrLastParent)); parent != "" {
		path, container = strings.TrimSuffix(path, container)+parent, parent
	}
	e := &directory.Existing{ID: r.id, Path: path, Class: r.class, Deleted: true, Account: directory.Account{
		Container: container, Enabled: r.enabled(), Attributes: make(map[string]directory.Value, len(r.values)),
	}}
	for name, v := range r.values {
		if !isName(name, attrLastParent) && !isName(name, attrWhenChanged) {
			e.Account.Attributes[name] = slices.Clone(v)
		}
		if isName(name, attrCN) {
			e.Account.Attributes[name] = directory.Value{withoutDeletionMark(v.Text())}
		}
	}
	return e
}

// mangled is what deletion adds to the name of an object: a line feed, "DEL:"
// and its GUID ([MS-ADTS] 3.1.1.5.5).
var mangled = regexp.MustCompile(`(?i)(\\0A|\n)DEL:[0-9a-f-]{36}`)

func withoutDeletionMark(dn string) string { return mangled.ReplaceAllLiteralString(dn, "") }
