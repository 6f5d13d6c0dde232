// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"
	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// DefaultDeleteChildrenOfClasses are the objects that Exchange keeps below each
// mailbox user who ever connected a phone: a container, and a device in it for each
// partnership. They say nothing without the account, Exchange makes them anew, and
// they are by far the most common objects below accounts.
// https://learn.microsoft.com/exchange/clients/exchange-activesync/exchange-activesync
var DefaultDeleteChildrenOfClasses = []string{"msExchActiveSyncDevices", "msExchActiveSyncDevice"}

// neverWithAccount are classes that are never deleted with an account: people, computers and groups,
// and objects that hold others.
var neverWithAccount = []string{"user", "inetOrgPerson", "person", "organizationalPerson", "contact", "computer", "group", "organizationalUnit", "domainDNS",
	"msDS-ManagedServiceAccount", "msDS-GroupManagedServiceAccount", "top"}

func checkChildClasses(classes []string) error {
	for _, c := range classes {
		if slices.ContainsFunc(neverWithAccount, func(n string) bool { return isName(n, c) }) {
			return fmt.Errorf("delete_children_of_classes: found %q, expected classes of objects that mean nothing without the account, such as %s", c, DefaultDeleteChildrenOfClasses[0])
		}
		if strings.Trim(strings.ToLower(c), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || c == "" {
			return fmt.Errorf("delete_children_of_classes: found %q, expected the lDAPDisplayName of a class, such as %s", c, DefaultDeleteChildrenOfClasses[0])
		}
	}
	return nil
}

// deleteWanted deletes an account whose document says so, if it is, read once more,
// what the plan was made from: a user who is disabled and whom nothing protects.
func (r *run) deleteWanted(ctx context.Context, t *task) {
	if t.have == nil {
		t.out.Deleted = true
		return
	}
	now, err := r.readAgain(ctx, t)
	if err != nil {
		t.fail("delete", "", err)
		return
	}
	if t.have = now; now == nil {
		t.out.Deleted = true
		return
	}
	t.at(now.dn, true)
	if r.mayDelete(ctx, t) {
		r.delete(ctx, t)
	}
	if t.out.Deleted = t.out.Changed && !t.dead(); t.out.Deleted {
		t.have = nil
	}
}

func (r *run) mayDelete(ctx context.Context, t *task) bool {
	why := r.protection(t.have)
	switch {
	case !t.have.isUser():
		t.fail("delete", "", directory.Because(directory.ErrInvalid, fmt.Errorf("%q is a %s, expected a user", t.have.dn, t.have.class)))
	case why != "":
		t.fail("delete", "", directory.Because(directory.ErrProtected, errors.New(why)))
	case !t.have.lapsed():
		t.fail("delete", "", directory.ErrEnabled)
	case t.Planned != nil:
		known, err := r.translate(ctx, []*record{t.have})
		if err != nil {
			t.fail("delete", "", err)
			break
		}
		r.changedSincePlan(*t.Planned, *t.Planned, known[t.have.id].Account, func(what, planned, found string) {
			if !isName(what, attrManager) { // this run may have renamed or deleted the manager
				t.fail("delete", what, fmt.Errorf("%w: it was %q when the plan was made and is %q now", directory.ErrChanged, planned, found))
				t.failed[""] = true
			}
		})
	}
	return !t.dead()
}

// delete removes the object itself, never a tree, and before it what may go along.
// The identity is checked by objectGUID before each attempt, since a path may belong
// to somebody else by now.
func (r *run) delete(ctx context.Context, t *task) {
	swept := false
	for attempt := 0; ; attempt++ {
		dn, _ := t.where()
		err := r.client.Delete(ctx, ldap.NewDelRequest(dn, nil))
		if err == nil {
			break
		}
		if ldapconn.IsNotLeaf(err) && !swept {
			if swept = r.sweep(ctx, t, dn); !swept {
				return
			}
			continue
		}
		lost := ldapconn.IsUnknownOutcome(err)
		if attempt > 1 || !lost && !ldapconn.IsNotFound(err) {
			t.fail("delete", "", explainWrite(err))
			return
		}
		now, readErr := r.readAgain(ctx, t)
		if readErr != nil {
			t.fail("delete", "", errors.Join(err, readErr))
			return
		}
		if now == nil {
			break
		}
		t.at(now.dn, true)
	}
	t.out.Changed = true
	r.note(change{record: t.have, gone: true})
}

// child is an object below an account.
type child struct{ dn, class string }

// children returns everything below an object, the deepest first.
func (d *Domain) children(ctx context.Context, dn string) ([]child, error) {
	entries, err := d.search(ctx, dn, "(objectClass=*)", []string{attrClass})
	if err != nil {
		return nil, fmt.Errorf("looking for objects below %q: %w", dn, err)
	}
	var below []child
	for _, e := range entries {
		if !sameDN(e.DN, dn) {
			below = append(below, child{e.DN, className(e.GetEqualFoldAttributeValues(attrClass))})
		}
	}
	slices.SortFunc(below, func(a, b child) int {
		return cmp.Or(cmp.Compare(depth(b.dn), depth(a.dn)), strings.Compare(a.dn, b.dn))
	})
	return below, nil
}

// depth counts the components of a distinguished name.
func depth(dn string) int {
	n := 0
	for at := dn; at != ""; at = Parent(at) {
		n++
	}
	return n
}

// hindrance names the objects below an account that prevent its deletion.
func (d *Domain) hindrance(below []child) error {
	counts := map[string]int{}
	example := ""
	for _, c := range below {
		if !slices.ContainsFunc(d.o.DeleteChildrenOfClasses, func(class string) bool { return isName(class, c.class) }) {
			counts[c.class]++
			example = c.dn
		}
	}
	if len(counts) == 0 {
		return nil
	}
	var found []string
	for _, class := range slices.Sorted(maps.Keys(counts)) {
		found = append(found, fmt.Sprintf("%d of class %s", counts[class], class))
	}
	return directory.Because(directory.ErrHasChildren, fmt.Errorf("%s, such as %q. If they may go with the account, name the classes in delete_children_of_classes of the provider", strings.Join(found, ", "), example))
}

// sweep deletes the objects below an account, one by one, if all of them may be deleted.
func (r *run) sweep(ctx context.Context, t *task, dn string) bool {
	below, err := r.children(ctx, dn)
	if err == nil {
		err = r.hindrance(below)
	}
	if err != nil {
		t.fail("delete", "", err)
		return false
	}
	ctx = audit.With(ctx, audit.Subject{Kind: audit.Object})
	for _, c := range below {
		err := r.client.Delete(ctx, ldap.NewDelRequest(c.dn, nil))
		if ldapconn.IsUnknownOutcome(err) && ctx.Err() == nil {
			err = r.client.Delete(ctx, ldap.NewDelRequest(c.dn, nil))
		}
		if err != nil && !ldapconn.IsNotFound(err) {
			t.fail("delete", "", fmt.Errorf("%q, a %s below it: %w", c.dn, c.class, explainWrite(err)))
			return false
		}
	}
	return true
}

// checkDeletions reports, for each account that is to be deleted, what prevents it.
func (d *Domain) checkDeletions(ctx context.Context, changes []directory.Change, found map[string]*directory.Existing) error {
	problems := make([]error, len(changes))
	var g errgroup.Group
	g.SetLimit(defaultParallel)
	for i, c := range changes {
		e := found[c.WorkerID]
		if !c.Want.Deleted || e == nil {
			continue
		}
		g.Go(func() error {
			err := d.checkDeletion(ctx, e)
			if isLost(err) {
				return err
			}
			if err != nil {
				v, _ := lookup(c.Want.Attributes, attrDisplayName)
				problems[i] = &directory.PersonError{WorkerID: c.WorkerID, Name: v.Text(), Path: e.Path, Op: "delete", Err: err}
			}
			return nil
		})
	}
	return errors.Join(g.Wait(), errors.Join(problems...))
}

func (d *Domain) checkDeletion(ctx context.Context, e *directory.Existing) error {
	switch {
	case e.Class != "user":
		return directory.Because(directory.ErrInvalid, fmt.Errorf("it is a %s, expected a user", e.Class))
	case e.Protected != "":
		return directory.Because(directory.ErrProtected, errors.New(e.Protected))
	case e.Account.Enabled:
		return directory.ErrEnabled
	}
	below, err := d.children(ctx, e.Path)
	if err != nil {
		if ldapconn.IsNotFound(err) {
			return nil // it is gone, which is what is wanted
		}
		return err
	}
	return d.hindrance(below)
}
