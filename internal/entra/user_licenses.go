// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
)

// Licenses of users are the attribute assignedLicenses of their documents: part numbers, each perhaps with the
// service plans that are off. A license that is named is assigned to the user, unless a group gives the same. One
// that the document named before, and names no longer, is taken away. Every other license is left alone, whoever
// assigned it, and so is what a group gives.

const attrUsageLocation = "usageLocation"

// licensesHeld are the licenses of a user: those of its own, and those that groups give, by sku id.
// faults says which of the user's own do not work as assigned, and count as if they were still to be assigned.
type licensesHeld struct {
	direct, inherited map[string]assignment
	faults            map[string]licenseFault
}

// has reports whether a user has a license as it is wanted.
func (h licensesHeld) has(a assignment) bool {
	_, faulty := h.faults[a.SkuID]
	if direct, own := h.direct[a.SkuID]; own && !faulty {
		return direct.equal(a)
	}
	inherited, given := h.inherited[a.SkuID]
	return given && inherited.equal(a)
}

// assigned reports whether a license is assigned to the user itself, whether it works or not.
func (h licensesHeld) assigned(id string) bool {
	_, own := h.direct[id]
	_, faulty := h.faults[id]
	return own || faulty
}

// readLicenses reads the licenses of a user, and writes them down as documents have them.
func (t *Tenant) readLicenses(u *user, m models.Userable) {
	u.licenses = licensesHeld{map[string]assignment{}, map[string]assignment{}, map[string]licenseFault{}}
	var faulty []assignment
	for _, state := range m.GetLicenseAssignmentStates() {
		id, group, s := state.GetSkuId(), state.GetAssignedByGroup(), state.GetState()
		if id == nil {
			continue
		}
		a := assignment{SkuID: id.String(), Disabled: []string{}}
		for _, plan := range state.GetDisabledPlans() {
			a.Disabled = append(a.Disabled, plan.String())
		}
		a.Disabled = set(a.Disabled)
		own := group == nil || *group == ""
		if own && s != nil && strings.HasSuffix(*s, "Error") {
			f := licenseFault{state: *s, word: "no reason given"}
			if word := state.GetError(); word != nil && *word != "" {
				f.word = *word
			}
			u.licenses.faults[a.SkuID], faulty = f, append(faulty, a)
		}
		switch {
		case s != nil && !strings.HasPrefix(*s, "Active"): // nothing is had by it
		case own:
			u.licenses.direct[a.SkuID] = a
		default:
			u.licenses.inherited[a.SkuID] = a
		}
	}
	u.writeLicenses(t, faulty)
}

// writeLicenses writes the licenses of a user down as documents have them. One that does not work is marked: the next
// plan shows that it is still to be had, or is to be taken away.
func (u *user) writeLicenses(t *Tenant, faulty []assignment) {
	t.mu.Lock()
	names := catalog(t.licenses)
	t.mu.Unlock()
	var texts directory.Value
	for _, a := range faulty {
		texts = append(texts, licenseText(names.name(a))+licenseInError)
	}
	for id, a := range u.licenses.inherited {
		_, own := u.licenses.direct[id]
		if _, broken := u.licenses.faults[id]; !own || broken {
			texts = append(texts, licenseText(names.name(a)))
		}
	}
	for id, a := range u.licenses.direct {
		if _, broken := u.licenses.faults[id]; !broken {
			texts = append(texts, licenseText(names.name(a)))
		}
	}
	delete(u.values, attrLicenses)
	if len(texts) > 0 {
		slices.Sort(texts)
		u.values[attrLicenses] = texts
	}
}

// licenseInError ends the text of a license that is assigned to a user and does not work.
const licenseInError = " (in error)"

// sameLicense reports whether two texts mean the same license with the same plans, which works or does not.
func sameLicense(a, b string) bool {
	license, without := parseLicense(directory.Fold(a))
	other, plans := parseLicense(directory.Fold(b))
	return license == other && slices.Equal(without, plans) && strings.HasSuffix(a, licenseInError) == strings.HasSuffix(b, licenseInError)
}

// holdsLicenses reports whether somebody who has some licenses has all that are wanted.
func holdsLicenses(has, want directory.Value) bool {
	return !slices.ContainsFunc(want, func(w string) bool {
		return !slices.ContainsFunc(has, func(h string) bool { return sameLicense(h, w) })
	})
}

// shownLicenses are the present licenses as a document shows them that wants some: of others it says nothing.
func shownLicenses(want, has directory.Value) directory.Value {
	if holdsLicenses(has, want) {
		return want
	}
	var out directory.Value
	for _, w := range want {
		license, _ := parseLicense(w)
		for _, h := range has {
			if other, _ := parseLicense(h); directory.Fold(other) == directory.Fold(license) {
				if sameLicense(h, w) {
					h = w
				}
				out = append(out, h)
			}
		}
	}
	return out
}

// wantedLicenses finds the licenses of a document. Two that are one license are an error.
func (c catalog) wantedLicenses(want directory.Value) ([]assignment, error) {
	var out []assignment
	for _, text := range want {
		a, err := c.assign(parseLicense(text))
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(out, func(o assignment) bool { return o.SkuID == a.SkuID }) {
			license, _ := parseLicense(text)
			return nil, fmt.Errorf("the license %s is named twice", license)
		}
		out = append(out, a)
	}
	return out, nil
}

// CheckLicenses says of which people a license cannot be had: the tenant has none of that name, the country is missing
// that a license needs, or no unit is left. Where units are short, disabled accounts go without first, and then the last of
// the changes. The error joins a *directory.PersonError about assignedLicenses for each; changes that name no
// license are left alone.
func (t *Tenant) CheckLicenses(ctx context.Context, changes []directory.Change) error {
	return t.checkLicenses(ctx, changes, true)
}

func (t *Tenant) checkLicenses(ctx context.Context, changes []directory.Change, units bool) error {
	var ids []string
	about := slices.DeleteFunc(slices.Clone(changes), func(c directory.Change) bool {
		return len(c.Want.Attributes[attrLicenses]) == 0 || c.Want.Deleted || c.Want.Released
	})
	for _, c := range about {
		if c.ID != "" {
			ids = append(ids, c.ID)
		}
	}
	if len(about) == 0 {
		return nil
	}
	t.Need(attrLicenses)
	if err := t.define(ctx); err != nil {
		return err
	}
	found, err := t.byIDs(ctx, ids, false)
	if err != nil {
		return err
	}
	licenses, err := t.Licenses(ctx)
	if err != nil {
		return err
	}
	slices.SortStableFunc(about, func(a, b directory.Change) int { return licensePriority(a.Want) - licensePriority(b.Want) })
	a := &allotment{catalog: licenses, asking: map[string][]*directory.PersonError{}}
	for _, c := range about {
		u := found[strings.ToLower(c.ID)]
		if losesAccess(c, u) {
			continue
		}
		a.weigh(c, u)
	}
	if !units {
		return errors.Join(a.problems...)
	}
	return errors.Join(append(a.problems, a.short()...)...)
}

// licensePriority orders who gets a unit first: people who can sign in.
func licensePriority(a directory.Account) int {
	if a.Enabled {
		return 0
	}
	return 1
}

// allotment gives out the units that are free.
type allotment struct {
	catalog  catalog
	problems []error
	asking   map[string][]*directory.PersonError // who is to get a unit of a license, by sku id, with what to say where there is none
}

// weigh says what is wrong with the licenses of one person, and notes which units are to be had.
func (a *allotment) weigh(c directory.Change, u *user) {
	problem := func(attribute string, err error) *directory.PersonError {
		path := c.Want.Attributes[attrPrincipal].Text()
		if u != nil {
			path = u.text(attrPrincipal)
		}
		return &directory.PersonError{WorkerID: c.WorkerID, Name: c.Want.Attributes[attrDisplayName].Text(), Path: path, Op: licenseOp,
			Attribute: attribute, Err: directory.Because(directory.ErrInvalid, err)}
	}
	wanted, err := a.catalog.wantedLicenses(c.Want.Attributes[attrLicenses])
	if err != nil {
		a.problems = append(a.problems, problem(attrLicenses, err))
		return
	}
	var have licensesHeld
	place := c.Want.Attributes[attrUsageLocation].Text()
	if u != nil {
		if have = u.licenses; place == "" {
			place = u.text(attrUsageLocation)
		}
	}
	wanted = slices.DeleteFunc(wanted, have.has)
	if len(wanted) > 0 && place == "" {
		a.problems = append(a.problems, problem(attrLicenses, errNoUsageLocation))
		return
	}
	for _, w := range wanted {
		_, own := have.direct[w.SkuID]
		if _, given := have.inherited[w.SkuID]; !own && !given {
			a.asking[w.SkuID] = append(a.asking[w.SkuID], problem(attrLicenses, nil))
		}
	}
}

// short says who goes without.
func (a *allotment) short() []error {
	var out []error
	for i := range a.catalog {
		l := &a.catalog[i]
		asking := a.asking[l.SkuID]
		if len(asking) <= l.Free() {
			continue
		}
		why := fmt.Errorf("no unit of the license %s is left: %d people are to get one, and %d of %d units are free; buy units, take "+
			"the license from others, or give it to fewer people", l.PartNumber, len(asking), l.Free(), l.Units.Enabled)
		for _, p := range asking[l.Free():] {
			p.Err = why
			out = append(out, p)
		}
	}
	return out
}

const licenseOp = "assign licenses"

// writeLicenses gives users the licenses that they lack, and takes those away that their documents named before.
func (r *run) writeLicenses(ctx context.Context) {
	var requests []graphconn.Request
	var parts []part
	for _, k := range r.alive() {
		want, managed := k.Want.Attributes[attrLicenses]
		if !managed || k.have == nil || k.failed[attrLicenses] {
			continue
		}
		r.mu.Lock()
		names := catalog(r.licenses)
		r.mu.Unlock()
		add, remove, err := r.licenseChange(names, k, want)
		if why := r.protection(k.ID); err == nil && why != "" && len(add)+len(remove) > 0 {
			err = directory.Because(directory.ErrProtected, errors.New(why))
		}
		switch {
		case err != nil:
			k.fail(licenseOp, attrLicenses, err)
		case len(add)+len(remove) > 0:
			requests = append(requests, changeLicenses("/users/"+k.ID, add, remove))
			parts = append(parts, part{k, licenseOp, attrLicenses, nil})
			k.unlicensed = remove
		}
	}
	for i, result := range r.patient(ctx, requests, func(i int) bool { return parts[i].created }) {
		p := parts[i]
		p.touched = true
		if result.Err != nil {
			p.fail(p.op, p.attribute, explainLicense(result.Err))
			continue
		}
		p.out.Changed = true
	}
}

// licenseChange compares what a document names with what a user has.
func (r *run) licenseChange(names catalog, k *task, want directory.Value) (add []assignment, remove []string, err error) {
	wanted, err := names.wantedLicenses(want)
	if err != nil {
		return nil, nil, directory.Because(directory.ErrInvalid, err)
	}
	have := k.have.licenses
	for _, a := range wanted {
		if !have.has(a) {
			add = append(add, a)
		}
	}
	if k.Planned == nil {
		return add, nil, nil
	}
	for _, text := range k.Planned.Attributes[attrLicenses] {
		license, _ := parseLicense(text)
		l := names.find(license)
		if l == nil || slices.ContainsFunc(wanted, func(a assignment) bool { return a.SkuID == l.SkuID }) {
			continue
		}
		if have.assigned(l.SkuID) {
			remove = append(remove, l.SkuID)
		}
	}
	return add, set(remove), nil
}
