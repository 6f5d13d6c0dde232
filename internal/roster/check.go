// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// check sets people aside if the directory would refuse something about them, or if nothing may
// change their account. It fails when the directory cannot be asked.
func (d *comparison) check(ctx context.Context, collisions []collision) error {
	if err := d.checkContainers(ctx); err != nil {
		return fmt.Errorf("looking for containers: %w", err)
	}
	if err := d.checkSuffixes(ctx); err != nil {
		return fmt.Errorf("reading the suffixes of user principal names: %w", err)
	}
	if err := d.checkDeletions(ctx); err != nil {
		return fmt.Errorf("looking at the accounts that are to be deleted: %w", err)
	}
	if err := d.checkAllotments(ctx); err != nil {
		return fmt.Errorf("looking at what the directory has only so many of: %w", err)
	}
	d.checkDuplicates(collisions)
	d.checkElsewhere()
	d.checkProtected()
	d.checkRestricted()
	return d.checkValues()
}

// checkDeletions sets those aside whose account is to be deleted and the directory would
// not delete.
func (d *comparison) checkDeletions(ctx context.Context) error {
	var changes []directory.Change
	for _, p := range d.people {
		if p.deletes() && !p.aside() {
			changes = append(changes, directory.Change{WorkerID: p.id, ID: p.existing.ID, Want: *p.account})
		}
	}
	if d.in.Refuses == nil || len(changes) == 0 {
		return nil
	}
	return d.asideRefused(d.in.Refuses(ctx, changes))
}

// asideRefused sets the people aside whom errors are about, and returns what is about nobody.
func (d *comparison) asideRefused(err error) error {
	var rest []error
	for _, e := range eachError(err) {
		one, about := e.(*directory.PersonError)
		p := (*person)(nil)
		if about {
			p = d.lookup(one.WorkerID)
		}
		if p == nil {
			rest = append(rest, e)
			continue
		}
		p.setAside(problemDeletion, own(p, one), "mend that by hand; the account stays disabled until then")
	}
	return errors.Join(rest...)
}

// checkDuplicates sets those aside who would get a name that somebody else has. Where
// both had the name before, it is the directory's state and only worth a warning.
func (d *comparison) checkDuplicates(collisions []collision) {
	for _, c := range collisions {
		first, second := d.people[c.first.at], d.people[c.second.at]
		if first.aside() && second.aside() {
			continue
		}
		name := fmt.Sprintf("%s %q", c.attribute, c.value)
		if d.hides(c.attribute) {
			name = c.attribute + " (redacted)"
		}
		gained := false
		for _, pair := range [][2]*compared{{first, second}, {second, first}} {
			if p, other := pair[0], pair[1]; c.gains(p) && !p.aside() {
				gained = true
				p.setAside(problemName, fmt.Sprintf("%s would be that of worker %q, too", name, other.id),
					"make the rule give one of them another value, or correct the HR record")
			}
		}
		if !gained && !first.aside() && !second.aside() {
			d.warn("%s: workers %q and %q share it in the directory already", name, first.id, second.id)
		}
	}
}

// gains reports whether a person has the value, or the container it counts in,
// only from this run on. Another spelling of the same name is no gain.
func (c collision) gains(p *compared) bool {
	return p.existing == nil || p.moves() || !slices.ContainsFunc(p.present(c.attribute), func(v string) bool { return loose(v) == loose(c.value) })
}

// checkElsewhere sets those aside who would get an address that somebody else has in another
// directory. Where both have it already, it is the directories' state and only worth a warning.
// An account of the other directory that belongs to nobody may be this one's own copy there.
func (d *comparison) checkElsewhere() {
	if len(d.elsewhere.holders) == 0 {
		return
	}
	for _, p := range d.people {
		if p.account == nil || p.account.Deleted || p.account.Released || p.aside() {
			continue
		}
		for _, attribute := range addressAttributes {
			for _, v := range p.account.Attributes[attribute] {
				h, taken := d.heldElsewhere(p.person, attribute, v)
				if !taken || attribute == proxyAddresses && !isAddress(attribute, v) {
					continue
				}
				name := fmt.Sprintf("%s %q", attribute, v)
				if d.hides(attribute) {
					name = attribute + " (redacted)"
				}
				switch {
				case (collision{attribute: attribute, value: v}).gains(p):
					p.setAside(problemName, fmt.Sprintf("%s: %s (taken_names)", name, h),
						"make the rule unique with SelectUniqueValue, so that it gives another value, or correct the HR record")
				case h.owner != "":
					d.warn("worker %q: %s: %s as well (taken_names); only one of them can be synchronised to one tenant", p.id, name, h)
				}
			}
		}
	}
}

// checkProtected leaves protected accounts as they are. Only where somebody must
// lose access, and only a person can take it, the run stops.
func (d *comparison) checkProtected() {
	for _, p := range d.people {
		if p.existing == nil || p.existing.Protected == "" || p.waits {
			continue
		}
		if cause, _ := d.mustNotSignIn(p.person); p.existing.Account.Enabled && !p.override.enables() && (cause != "" || p.disables()) {
			p.losesProtected = true
		}
		written := slices.ContainsFunc(p.changes, func(c Difference) bool { return !c.itself })
		if !written || p.aside() && !d.looksOnly {
			continue
		}
		what := make([]string, len(p.changes))
		for i, c := range p.changes {
			what[i] = c.Attribute
		}
		p.setAside(problemProtected, fmt.Sprintf("%s is protected (%s), and the rules would change %s", describe(p.existing),
			p.existing.Protected, strings.Join(what, ", ")),
			"change it by hand, or take it out of what protects it")
	}
}

// checkRestricted leaves accounts as they are that the directory lets only others write. Access that somebody must lose is
// tried to be taken all the same, and where nobody knows what the directory does, so is everything.
func (d *comparison) checkRestricted() {
	for _, p := range d.people {
		if p.existing == nil || p.existing.Restricted == "" || p.existing.Protected != "" || p.waits {
			continue
		}
		var what []string
		written := false
		for _, c := range p.changes {
			what, written = append(what, c.Attribute), written || !c.itself
		}
		switch {
		case !written:
		case p.disables():
			d.warn("worker %q must lose access, and the directory will refuse to disable %s: %s; have it disabled by an administrator who may",
				p.id, describe(p.existing), p.existing.Restricted)
		case p.aside() && !d.looksOnly:
		case p.existing.RestrictedUnsure:
			d.warn("worker %q: the directory may refuse to change %s of %s: %s; whether this provider has either could not be found out",
				p.id, strings.Join(what, ", "), describe(p.existing), p.existing.Restricted)
		default:
			p.setAside(problemRestricted, fmt.Sprintf("the rules would change %s of %s, which the directory refuses: %s",
				strings.Join(what, ", "), describe(p.existing), p.existing.Restricted),
				"let an administrator who may change it by hand, or give the application the role itself, not through a group, or the permission")
		}
	}
}

// checkContainers is for containers that accounts are to be created in or moved to and
// that do not exist.
func (d *comparison) checkContainers(ctx context.Context) error {
	if !d.in.Format.HasContainer {
		return nil
	}
	people := map[string][]*compared{}
	for _, p := range d.people {
		if !p.aside() && (p.creates() || p.moves()) {
			people[p.account.Container] = append(people[p.account.Container], p)
		}
	}
	for _, p := range people[""] {
		p.setAside(problemContainer, "the rules give no container", "correct the rule of the container")
	}
	delete(people, "")
	if len(people) == 0 {
		return nil
	}
	root := ""
	if r, ok := d.in.Directory.(directory.Rooted); ok {
		var err error
		if root, err = r.Root(ctx); err != nil {
			return err
		}
	}
	missing, err := d.in.Directory.MissingContainers(ctx, sortedKeys(people))
	for _, container := range missing {
		for _, p := range people[container] {
			if root != "" && !strings.HasSuffix(canonicalPath(container), canonicalPath(root)) {
				p.setAside(problemContainer,
					fmt.Sprintf("the container %q is not in the domain %s, which the provider is connected to", container, root),
					"take the worker out of scope here, and give the other domain a provider alias, rules and a population of its own; or correct the rule")
				continue
			}
			p.setAside(problemContainer, fmt.Sprintf("the container %q does not exist", container), "create it first, or correct the rule")
		}
	}
	return err
}

// checkSuffixes is for user principal names to be written that end in a domain the
// directory does not have.
func (d *comparison) checkSuffixes(ctx context.Context) error {
	attribute := ""
	for name, c := range d.core {
		if c.Key == "user_principal_name" {
			attribute = name
		}
	}
	people := map[string][]*compared{}
	for _, p := range d.people {
		if p.account == nil || p.aside() || !p.creates() && !p.changesOf(attribute) {
			continue
		}
		if v := p.account.Attributes[attribute]; len(v) > 0 {
			name, suffix := v.Text(), ""
			if at := strings.LastIndexByte(name, '@'); at >= 0 {
				suffix = directory.Fold(name[at+1:])
			}
			people[suffix] = append(people[suffix], p)
		}
	}
	if len(people) == 0 {
		return nil
	}
	known, err := d.in.Directory.Suffixes(ctx)
	if err != nil {
		return err
	}
	for suffix, list := range people {
		problem := ""
		switch {
		case suffix == "":
			problem = "the user principal name has no @ and suffix at all"
		case len(known) > 0 && !slices.ContainsFunc(known, func(s string) bool { return directory.Fold(s) == suffix }):
			problem = fmt.Sprintf("the directory does not know the suffix %q, expected one of %s", suffix, some(known))
		}
		if problem == "" {
			continue
		}
		for _, p := range list {
			p.setAside(problemSuffix, problem, "add it there, or correct the rule")
		}
	}
	return nil
}
