// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

// rename gives an account its name and place in one request; it stays the same
// object, with its groups, password and identifiers.
func (r *run) rename(ctx context.Context, t *task) {
	err := r.move(ctx, t, t.cn(), t.Want.Container)
	switch {
	case err == nil:
		t.out.Renamed = true
	case ldapconn.IsAlreadyExists(err):
		holders, findErr := r.holders(ctx, t, claimPath)
		if findErr != nil || len(holders) == 0 {
			t.fail("rename", attrCN, directory.Because(directory.ErrNameTaken, errors.Join(err, findErr)))
			break
		}
		t.fail("rename", attrCN, r.takenBy(holders, err))
	case errors.Is(err, directory.ErrGone), isLost(err):
		t.fail("rename", "", err)
	default:
		t.fail("rename", attrCN, explainWrite(err))
	}
}

// move renames and moves, following an account that is elsewhere by now.
func (r *run) move(ctx context.Context, t *task, cn, container string) error {
	for attempt := 0; ; attempt++ {
		dn, atFinalDN := t.where()
		req := ldap.NewModifyDNRequest(dn, rdn(cn), true, "")
		if parent := Parent(dn); !sameDN(parent, container) {
			req.NewSuperior = container
		}
		err := r.client.ModifyDN(ctx, req)
		if err == nil {
			t.touched = true
			t.at(joinDN(cn, container), atFinalDN)
			return nil
		}
		lost := ldapconn.IsUnknownOutcome(err)
		if attempt > 0 || !lost && !ldapconn.IsNotFound(err) {
			return err
		}
		now, readErr := r.readAgain(ctx, t)
		switch {
		case readErr != nil:
			return errors.Join(err, readErr)
		case now == nil:
			return directory.Because(directory.ErrGone, err)
		}
		t.at(now.dn, atFinalDN)
		if lost && now.text(attrCN) == cn && sameDN(now.container(), container) {
			t.touched = true
			return nil
		}
		if ctx.Err() != nil {
			return err
		}
	}
}

// stepAside gives up the names that other accounts take in this run while their
// holder takes one of theirs, in exchange for temporary ones. Should the run end
// here, the next plan shows the temporary names as differences.
func (r *run) stepAside(ctx context.Context, t *task) {
	if why := r.protection(t.have); why != "" {
		t.fail("rename", "", directory.Because(directory.ErrProtected, errors.New(why)))
		return
	}
	temporary := "~" + strings.ReplaceAll(t.have.id, "-", "")[:18]
	var edits []edit
	for _, other := range r.tasks {
		if other == t || other.dead() {
			continue
		}
		if other.takes(claimLogin) == t.holds(claimLogin) && t.takes(claimLogin) != t.holds(claimLogin) {
			edits = append(edits, edit{name: attrLogin, add: []string{temporary}})
		}
		if key := t.holds(claimPrincipal); key != "" && other.takes(claimPrincipal) == key && t.takes(claimPrincipal) != key {
			_, suffix, _ := strings.Cut(t.have.text(attrPrincipal), "@")
			edits = append(edits, edit{name: attrPrincipal, add: []string{temporary + "@" + suffix}})
		}
		if other.takes(claimPath) == t.holds(claimPath) && t.takes(claimPath) != t.holds(claimPath) {
			if err := r.move(ctx, t, temporary, t.have.container()); err != nil {
				t.fail("rename", "", explainWrite(err))
				return
			}
		}
	}
	if len(edits) > 0 {
		if err := r.send(ctx, t, edits); err != nil {
			t.fail("modify", "", explainWrite(err))
			return
		}
	}
	now, err := r.readAgain(ctx, t)
	if err != nil || now == nil {
		t.fail("read back", "", errors.Join(directory.ErrGone, err))
		return
	}
	t.have = now
}
