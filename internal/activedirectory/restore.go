// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// noRecycleBin says why a tombstone is not restored: it has lost its password, its groups and most
// attributes.
const noRecycleBin = "the recycle bin of the forest is not enabled, so that deletion has stripped the account of its groups, password and most attributes"

// recycles reports whether the recycle bin of the forest is enabled ([MS-ADTS] 3.1.1.9.1).
func (d *Domain) recycles(ctx context.Context) (bool, error) {
	return d.recycling.get(ctx, func(ctx context.Context) (bool, error) {
		dse, err := d.client.RootDSE(ctx)
		if err != nil || dse.ConfigurationNamingContext == "" {
			return false, err
		}
		entries, err := d.client.Search(ctx, &ldap.SearchRequest{
			BaseDN: "CN=Partitions," + dse.ConfigurationNamingContext, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{"msDS-EnabledFeature"},
		})
		if refusedForAccount(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("asking whether the recycle bin is enabled: %w", err)
		}
		return slices.ContainsFunc(entries, func(e *ldap.Entry) bool {
			return slices.ContainsFunc(e.GetEqualFoldAttributeValues("msDS-EnabledFeature"), func(dn string) bool { return isName(cnOf(dn), "Recycle Bin Feature") })
		}), nil
	})
}

// findGone looks for the deleted accounts of tasks whose account is not there, and
// says of which that they are to be restored. One that the plan still found is not: that
// would undo what somebody just did.
func (r *run) findGone(ctx context.Context) error {
	byID := map[string]*task{}
	for _, t := range r.alive() {
		if t.ID != "" && t.have == nil && !t.Want.Deleted && t.Planned == nil {
			byID[t.ID] = t
		}
	}
	if len(byID) == 0 {
		return nil
	}
	ids := make([]string, 0, len(byID))
	for id := range byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, chunk) {
		records, err := r.lookDeleted(ctx, anyOf(attrGUID, part))
		if err != nil {
			return err
		}
		for _, rec := range records {
			if t := byID[rec.id]; t != nil && rec.isUser() {
				t.gone = rec
			}
		}
	}
	if !slices.ContainsFunc(r.tasks, func(t *task) bool { return t.gone != nil }) {
		return nil
	}
	enabled, err := r.recycles(ctx)
	for _, t := range byID {
		if err == nil && t.gone != nil && !enabled {
			t.gone = nil
			t.out.ID = ""
			t.fail("restore", "", fmt.Errorf("%w: what is left of the objectGUID %s is a tombstone, and %s", directory.ErrGone, t.ID, noRecycleBin))
		}
	}
	return err
}

// restore takes a deleted account into use again, where and under the names it is
// wanted: the same object, with its identifiers, password, groups and everything
// that is not managed ([MS-ADTS] 3.1.1.5.3.7.2). What else is to change is written
// afterwards, as to any account.
func (r *run) restore(ctx context.Context, t *task) {
	former := *t.gone
	former.dn = fromDeleted(t.gone).Path
	if why := r.protection(&former); why != "" {
		t.fail("restore", "", directory.Because(directory.ErrProtected, errors.New(why)))
		return
	}
	dn := joinDN(t.cn(), t.Want.Container)
	req := ldap.NewModifyRequest(t.gone.dn, []ldap.Control{ldap.NewControlMicrosoftShowDeleted()})
	req.Delete("isDeleted", nil)
	req.Replace(attrDN, []string{dn})
	for _, name := range []string{attrLogin, attrPrincipal} { // somebody else may have the former ones by now
		if v, _ := t.want(name); len(v) == 1 && !v.Equal(t.gone.get(name)) {
			req.Replace(name, v)
		}
	}
	if control, err := controlFor(directory.Account{}, t.gone.text(attrControl)); err == nil && !t.Want.Enabled && t.gone.enabled() {
		req.Replace(attrControl, []string{control}) // not even for a moment can they sign in
		if kept := subtract(t.gone.get(r.Domain.o.RemovedGroupsAttribute), r.causes(t.gone)); t.Want.DisabledFor != "" {
			req.Replace(r.Domain.o.RemovedGroupsAttribute, append(kept, memory{t.Want.DisabledFor, r.now()}.String()))
		}
	}
	err := r.client.Modify(ctx, req)
	detached, cancel := detach(ctx)
	defer cancel()
	var now []*record
	if err == nil || ldapconn.IsUnknownOutcome(err) {
		var readErr error
		now, readErr = r.fetch(detached, attrGUID, []string{t.gone.id})
		if readErr != nil {
			t.fail("restore", "", errors.Join(err, readErr))
			return
		}
	}
	r.deleted.forget()
	if len(now) != 1 {
		r.restoreFailed(ctx, t, err)
		return
	}
	t.have, t.touched, t.out.Changed = now[0], true, true
	t.at(now[0].dn, !t.renames())
	r.update(ctx, t)
}

func (r *run) restoreFailed(ctx context.Context, t *task, err error) {
	switch {
	case err == nil:
		t.fail("restore", "", directory.Because(directory.ErrGone, errors.New("it was restored, but is not there now")))
	case nameTaken(err), ldapconn.IsValueExists(err):
		holders, findErr := r.holders(ctx, t, claimPath, claimLogin, claimPrincipal)
		if findErr != nil || len(holders) == 0 {
			t.fail("restore", "", directory.Because(directory.ErrNameTaken, errors.Join(err, findErr)))
			return
		}
		t.fail("restore", "", r.takenBy(holders, err))
	case ldapconn.IsAccessDenied(err):
		t.fail("restore", "", directory.Because(directory.ErrDenied, fmt.Errorf("restoring takes the right \"Reanimate tombstones\" on the domain: %w", err)))
	default:
		t.fail("restore", "", explainWrite(err))
	}
}
