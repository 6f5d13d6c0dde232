// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"

	"terraform-provider-workforce/internal/directory"
)

// checkAllotments leaves out of documents what the directory has not, or has not enough of, such as
// licences. Nobody waits for their account, or keeps old values, because of it: access first, and what
// is lacking is told. Everybody who is to get something is asked about at once, so that nobody gets what
// somebody else has been promised.
func (d *comparison) checkAllotments(ctx context.Context) error {
	if d.in.Allots == nil {
		return nil
	}
	var changes []directory.Change
	for _, p := range d.people {
		if p.account == nil || p.account.Deleted || p.account.Released || p.waits || p.aside() || p.existing != nil && len(p.changes) == 0 {
			continue
		}
		c := directory.Change{WorkerID: p.id, Want: *p.account}
		if p.existing != nil {
			c.ID = p.existing.ID
		}
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return nil
	}
	var rest []error
	for _, err := range eachError(d.in.Allots(ctx, changes)) {
		one, about := err.(*directory.PersonError)
		p := (*person)(nil)
		if about {
			p = d.lookup(one.WorkerID)
		}
		if p == nil || one.Attribute == "" {
			rest = append(rest, err)
			continue
		}
		if p.lacks == nil {
			p.lacks = map[string]string{}
		}
		p.lacks[directory.Fold(one.Attribute)] = own(p, one.Err)
	}
	return errors.Join(rest...)
}

// eachError takes joined errors apart.
func eachError(err error) []error {
	if err == nil {
		return nil
	}
	many, joined := err.(interface{ Unwrap() []error })
	if _, about := err.(*directory.PersonError); !joined || about {
		return []error{err}
	}
	var out []error
	for _, e := range many.Unwrap() {
		out = append(out, eachError(e)...)
	}
	return out
}
