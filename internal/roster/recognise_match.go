// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"context"
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
)

// matchAll finds the existing account of every worker: links first, then the
// rules by precedence. What is not certain is noted, for refuseUnclear (see identity.go).
func (d *recognised) matchAll(ctx context.Context) error {
	linked, err := d.matchLinks(ctx)
	if err != nil {
		return err
	}
	pending := slices.DeleteFunc(slices.Clone(d.people), func(p *person) bool { return p.existing != nil })
	for level := 0; len(pending) > 0; level++ {
		found, more, err := d.ask(ctx, pending, level)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		pending = slices.DeleteFunc(pending, func(p *person) bool {
			d.matchOne(p, level, found, linked)
			return p.candidates != nil || p.existing != nil || p.refused != nil && p.refused.takes
		})
	}
	return nil
}

// matchLinks gives linked workers their accounts and returns them by object id.
func (d *recognised) matchLinks(ctx context.Context) (map[string]*person, error) {
	linked := map[string]*person{}
	links, problems := d.foldedLinks()
	byID := make(map[string]*directory.Existing)
	if len(d.in.Links) > 0 {
		for _, e := range d.owned {
			byID[directory.Fold(e.ID)] = e
		}
	}
	var unknown []string
	for _, object := range d.in.Links {
		if byID[directory.Fold(object)] == nil {
			unknown = append(unknown, object)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		found, err := d.in.Directory.Find(ctx, d.in.Format.ID, slices.Compact(unknown))
		if err != nil {
			return nil, fmt.Errorf("looking up linked accounts: %w", err)
		}
		for _, hits := range found {
			for _, e := range hits {
				byID[directory.Fold(e.ID)] = e
			}
		}
	}
	for _, p := range d.people {
		object, ok := d.in.Links[p.id]
		if !ok {
			object, ok = links[directory.Fold(p.id)]
		}
		if !ok {
			continue
		}
		e := byID[directory.Fold(object)]
		other := linked[directory.Fold(object)]
		switch {
		case p.waits && (e == nil || e.Deleted || e.Class != user || other != nil): // told when it is decided about
		case e == nil:
			problems = append(problems, fmt.Sprintf("worker %q: no object has the id %q", p.id, object))
		case e.Deleted:
			problems = append(problems, fmt.Sprintf("worker %q: %s is deleted: restore it or remove the link", p.id, describe(e)))
		case e.Class != user:
			problems = append(problems, fmt.Sprintf("worker %q: %s is a %s, expected a user", p.id, describe(e), e.Class))
		case other != nil:
			problems = append(problems, fmt.Sprintf("worker %q: %s is linked to worker %q too", p.id, describe(e), other.id))
		default:
			p.existing, p.matched, p.rule = e, "link", ruleLink
			linked[directory.Fold(object)] = p
		}
	}
	for id := range d.in.Links {
		if d.lookup(id) == nil && !d.waits(id) {
			d.warn("links: worker %q is not in the feed", id)
		}
	}
	return linked, refuse("these links cannot be followed", problems)
}

// keys returns the match conditions of a worker at one level of precedence. A worker
// with a data error is recognised by the worker id its account carries.
func (d *recognised) keys(p *person, level int) []mapping.Key {
	if p.desired == nil {
		if level == 0 && d.in.WorkerIDAttribute != "" {
			return []mapping.Key{{Target: d.in.WorkerIDAttribute, Value: p.id}}
		}
		return nil
	}
	if level < len(p.desired.Keys) {
		return p.desired.Keys[level]
	}
	return nil
}

// hits are objects by folded attribute name and folded value.
type hits map[string]map[string][]*directory.Existing

func (h hits) get(attribute, value string) []*directory.Existing {
	return h.folded(attribute, directory.Fold(value))
}

func (h hits) folded(attribute, value string) []*directory.Existing {
	of, _ := directory.ByName(h, attribute)
	return of[value]
}

// ask looks up the conditions of one level for everybody at once, one question an
// attribute. Accounts that carry worker ids have all been read already. more is
// false when nobody has a rule of that level.
func (d *recognised) ask(ctx context.Context, pending []*person, level int) (found hits, more bool, err error) {
	found = hits{}
	values := map[string][]string{}
	spelling := map[string]string{}
	for _, p := range pending {
		for _, k := range d.keys(p, level) {
			more = true
			name := directory.Fold(k.Target)
			if found[name] == nil {
				found[name] = map[string][]*directory.Existing{}
				spelling[name] = k.Target
			}
			if name == directory.Fold(d.in.WorkerIDAttribute) {
				if known := d.accountsByWorkerID[directory.Fold(k.Value)]; known != nil {
					found[name][directory.Fold(k.Value)] = known
					continue
				}
			}
			values[name] = append(values[name], k.Value)
		}
	}
	for _, name := range sortedKeys(values) {
		slices.Sort(values[name])
		got, err := d.in.Directory.Find(ctx, spelling[name], slices.Compact(values[name]))
		if err != nil {
			return nil, more, fmt.Errorf("looking for accounts by %s: %w", spelling[name], err)
		}
		for value, objects := range got {
			slices.SortFunc(objects, byPath)
			found[name][value] = objects
		}
	}
	return found, more, nil
}

// matchOne gives a worker the account that satisfies every condition of a
// level, or notes the several that do.
func (d *recognised) matchOne(p *person, level int, found hits, linked map[string]*person) {
	keys := d.keys(p, level)
	if len(keys) == 0 {
		return
	}
	var fit, gone []*directory.Existing // in order of the paths, like what was found
	for _, e := range found.get(keys[0].Target, keys[0].Value) {
		if slices.ContainsFunc(keys[1:], func(k mapping.Key) bool { return !containsID(found.get(k.Target, k.Value), e.ID) }) || containsID(fit, e.ID) {
			continue
		}
		owner := linked[directory.Fold(e.ID)]
		switch {
		case e.Deleted && d.restorable(p, e):
			gone = append(gone, e)
		case e.Deleted && e.Lost != "":
			p.hint = fmt.Sprintf("%s matches %s, but is deleted and cannot be restored: %s", describe(e), d.conditions(keys), e.Lost)
		case e.Deleted:
			p.hint = fmt.Sprintf("%s matches %s, but is deleted: restore it to keep the person's identity", describe(e), d.conditions(keys))
		case e.Class != user:
			p.hint = fmt.Sprintf("%s matches %s, but is a %s", describe(e), d.conditions(keys), e.Class)
		case owner != nil:
			p.hint = fmt.Sprintf("%s matches %s, but is linked to worker %q", describe(e), d.conditions(keys), owner.id)
		case d.refuses(p, level, e, keys):
		default:
			fit = append(fit, e)
		}
		if len(fit) > maxFit {
			break
		}
	}
	if len(fit) == 0 {
		fit = gone
	}
	if len(fit) > 0 {
		p.matched, p.rule = d.conditions(keys), p.ruleOf(level)
	}
	switch len(fit) {
	case 0:
	case 1:
		d.accept(p, fit[0])
	default:
		p.candidates = fit
	}
}

// restorable reports whether a deleted account is to be taken into use again:
// whenever one would be created otherwise.
func (d *run) restorable(p *person, e *directory.Existing) bool {
	if !d.in.RestoreDeleted || e.Lost != "" || e.Class != user || p.desired == nil {
		return false
	}
	switch p.stage() {
	case mapping.StageFuture, mapping.StageOutOfScope:
		return false
	case mapping.StageLeft:
		if !d.createsLeaver(p) {
			return false
		}
	}
	return slices.ContainsFunc(e.Account.Attributes[d.in.WorkerIDAttribute], func(id string) bool { return directory.Fold(id) == directory.Fold(p.id) })
}

func containsID(list []*directory.Existing, id string) bool {
	return slices.ContainsFunc(list, func(e *directory.Existing) bool { return e.ID == id })
}

// foldedLinks returns the links whose worker id the feed writes in another case, by folded
// worker id. problems are ids that are given twice.
func (d *feed) foldedLinks() (links map[string]string, problems []string) {
	links = make(map[string]string, len(d.in.Links))
	spelled := map[string]string{}
	for _, id := range sortedKeys(d.in.Links) {
		key := directory.Fold(id)
		if d.byWorker[id] != nil {
			continue
		}
		if other, twice := spelled[key]; twice {
			problems = append(problems, fmt.Sprintf("worker %q: given as %q, too", id, other))
			continue
		}
		spelled[key], links[key] = id, d.in.Links[id]
	}
	return links, problems
}
