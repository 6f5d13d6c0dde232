// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

var _ directory.Forgetter = (*Domain)(nil)

// ForgetGroups implements [directory.Forgetter]. All accounts are read at once, and
// few of them are written: those that remember one of the groups.
func (d *Domain) ForgetGroups(ctx context.Context, groups map[string][]string) error {
	for account, ids := range groups {
		d.forgotten.Add(account, ids)
	}
	found, err := d.rememberingAny(ctx, slices.Collect(maps.Keys(groups)))
	if err != nil {
		return err
	}
	errs := make([]error, 0, len(found))
	var written []string
	var g errgroup.Group
	g.SetLimit(defaultParallel)
	results := make(chan error, len(found))
	for account, values := range found {
		gone := slices.DeleteFunc(slices.Clone(values), func(v string) bool {
			id, err := canonicalGUID(strings.TrimPrefix(v, rememberedGroup))
			return err != nil || !slices.Contains(groups[account], id)
		})
		if len(gone) == 0 {
			continue
		}
		written = append(written, account)
		g.Go(func() error {
			results <- d.forgetValues(ctx, account, gone)
			return nil
		})
	}
	_ = g.Wait() // no account returns an error
	close(results)
	for err := range results {
		errs = append(errs, err)
	}
	if len(written) > 0 {
		_, err = d.fetch(ctx, attrGUID, written)
	}
	return errors.Join(append(errs, err)...)
}

// RememberedGroups implements [directory.Forgetter].
func (d *Domain) RememberedGroups(ctx context.Context, groups map[string][]string) (map[string][]string, error) {
	found, err := d.rememberingAny(ctx, slices.Collect(maps.Keys(groups)))
	out := map[string][]string{}
	for account, values := range found {
		for _, v := range values {
			if id, err := canonicalGUID(strings.TrimPrefix(v, rememberedGroup)); err == nil && slices.Contains(groups[account], id) {
				out[account] = append(out[account], id)
			}
		}
	}
	return out, err
}

// rememberingAny returns the values that remember groups, by objectGUID of the account.
func (d *Domain) rememberingAny(ctx context.Context, accounts []string) (map[string][]string, error) {
	root, err := d.root(ctx)
	if err != nil {
		return nil, err
	}
	out := map[string][]string{}
	for part := range slices.Chunk(accounts, chunk) {
		entries, err := d.search(ctx, root, anyOf(attrGUID, part), []string{attrGUID, d.o.RemovedGroupsAttribute})
		if err != nil {
			return nil, fmt.Errorf("reading which groups %d accounts remember: %w", len(accounts), err)
		}
		for _, e := range entries {
			id, err := entryID(e)
			if err != nil {
				return nil, err
			}
			for _, v := range e.GetEqualFoldAttributeValues(d.o.RemovedGroupsAttribute) {
				if strings.HasPrefix(v, rememberedGroup) {
					out[id] = append(out[id], v)
				}
			}
		}
	}
	return out, nil
}

// forgetValues takes values away from an account. One that is gone already is no error.
func (d *Domain) forgetValues(ctx context.Context, account string, values []string) error {
	if err := d.pace.enter(ctx); err != nil {
		return fmt.Errorf("%w: %w", directory.ErrNotAttempted, err)
	}
	defer d.pace.leave(defaultParallel)
	ctx = audit.With(ctx, audit.Subject{ID: account})
	for _, v := range values {
		err := d.client.Modify(ctx, modifyRequest(byGUID(account), []edit{{name: d.o.RemovedGroupsAttribute, compare: true, remove: []string{v}}}))
		if err != nil && !ldapconn.IsValueMissing(err) && !ldapconn.IsNotFound(err) {
			return fmt.Errorf("account %s: the group that a rule decides about stays remembered in %s, and would be given back: %w", account, d.o.RemovedGroupsAttribute, explainWrite(err))
		}
	}
	return nil
}
