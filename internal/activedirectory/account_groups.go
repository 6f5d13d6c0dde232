// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// rememberedGroup precedes the objectGUID of a group in [Options.RemovedGroupsAttribute].
const rememberedGroup = "workforce-group:"

func isGroups(name string) bool { return isName(name, directory.GroupsAttribute) }

// groupsState is the value of [directory.GroupsAttribute] of an account whose
// memberOf was read. The primary group is not in memberOf, and is left alone: one that
// is neither Domain Users nor Domain Guests keeps the account in a group.
func (d *Domain) groupsState(r *record) directory.Value {
	return directory.GroupsState(len(r.get(attrMemberOf)) > 0 || r.lingers(), len(d.remembered(r)) > 0)
}

// remembered returns the values that remember groups of an account.
func (d *Domain) remembered(r *record) []string {
	return slices.DeleteFunc(slices.Clone(r.get(d.o.RemovedGroupsAttribute)), func(v string) bool {
		id, ours := strings.CutPrefix(v, rememberedGroup)
		_, err := canonicalGUID(id)
		return !ours || err != nil
	})
}

// regrouping takes groups from accounts, or gives them back.
type regrouping struct {
	*run
	tasks  []*task
	byPath map[string]string // objectGUID of a group by dnKey
	exists map[string]bool   // groups by objectGUID
	// privileged are those that AdminSDHolder protects: they are never given back, so
	// that nobody becomes an administrator by what an attribute says.
	privileged map[string]bool
}

// writeGroups makes the groups of accounts what is wanted. Groups are remembered
// before they are taken away, and forgotten after they were given back, so that
// an interruption loses none and the next run finishes what this one began.
func (r *run) writeGroups(ctx context.Context) {
	g := &regrouping{run: r, byPath: map[string]string{}, exists: map[string]bool{}, privileged: map[string]bool{}}
	for _, t := range r.alive() {
		v, managed := t.want(directory.GroupsAttribute)
		if !managed || t.have == nil || t.out.Created || t.Want.Deleted || directory.SameGroups(v, r.groupsState(t.have)) {
			continue
		}
		if why := r.protection(t.have); why != "" {
			t.fail("change the groups", directory.GroupsAttribute, directory.Because(directory.ErrProtected, errors.New(why)))
			continue
		}
		g.tasks = append(g.tasks, t)
	}
	if len(g.tasks) == 0 {
		return
	}
	if err := g.find(ctx); err != nil {
		g.failAll(err)
		return
	}
	r.each(ctx, g.tasks, g.remember)
	g.change(ctx)
	r.each(ctx, g.tasks, g.forget)
	for _, t := range g.tasks {
		if losesGroups(t) && t.have.lingers() && !t.dead() {
			t.fail("change the groups", directory.GroupsAttribute, fmt.Errorf("its primary group (primaryGroupID %s) still gives it what the group may do, and no change of members ends that. "+
				"Add the account to Domain Users and make that its primary group (primaryGroupID %s), then run again", t.have.text(attrPrimaryGroup), domainUsers))
		}
	}
	r.readBack(ctx, g.tasks)
}

// losesGroups reports whether an account is to lose its groups.
func losesGroups(t *task) bool {
	v, _ := t.want(directory.GroupsAttribute)
	return v.Text() == directory.GroupsRemoved
}

// find reads which groups the accounts are about.
func (g *regrouping) find(ctx context.Context) error {
	var refs []string
	for _, t := range g.tasks {
		if losesGroups(t) {
			refs = append(refs, t.have.get(attrMemberOf)...)
			continue
		}
		for _, v := range g.remembered(t.have) {
			refs = append(refs, strings.TrimPrefix(v, rememberedGroup))
		}
	}
	entries, err := g.groupEntries(ctx, refs, []string{attrGUID, attrAdminCount})
	if err != nil {
		return err
	}
	for _, e := range entries {
		id, err := entryID(e)
		if err != nil {
			return err
		}
		g.byPath[dnKey(e.DN)], g.exists[id] = id, true
		g.privileged[id] = e.GetEqualFoldAttributeValue(attrAdminCount) == "1"
	}
	return nil
}

// remember writes down the groups that are to be taken away. Those of an
// account for which that fails stay.
func (g *regrouping) remember(ctx context.Context, t *task) {
	if losesGroups(t) {
		g.forgotten.While(func(is func(account, group string) bool) { g.rememberBut(ctx, t, is) })
	}
}

// rememberBut writes down all groups but those about which rules decide.
func (g *regrouping) rememberBut(ctx context.Context, t *task, forgotten func(account, group string) bool) {
	known := g.remembered(t.have)
	var add []string
	for _, dn := range t.have.get(attrMemberOf) {
		id := g.byPath[dnKey(dn)]
		if id == "" {
			t.fail("change the groups", directory.GroupsAttribute, fmt.Errorf("the group %q cannot be read, so that it could not be given back: grant the right to read it, or take the account out by hand", dn))
			continue
		}
		if v := rememberedGroup + id; !g.privileged[id] && !slices.Contains(known, v) && !forgotten(t.have.id, id) {
			add = append(add, v)
		}
	}
	if len(add) == 0 {
		return
	}
	slices.Sort(add)
	if err := g.send(ctx, t, []edit{{name: g.Domain.o.RemovedGroupsAttribute, compare: true, add: add}}); err != nil {
		t.fail("remember the groups", directory.GroupsAttribute, fmt.Errorf("%s cannot be written, so that the account keeps its groups: %w", g.Domain.o.RemovedGroupsAttribute, explainWrite(err)))
		t.failed[unremembered] = true
	}
}

// unremembered marks a task whose groups must not be taken away. No attribute has such a name.
const unremembered = "\x00groups"

// change takes out and puts in, a request a group for all accounts.
func (g *regrouping) change(ctx context.Context) {
	changes := directory.MembershipChanges{}
	byID := map[string]*task{}
	for _, t := range g.tasks {
		if t.failed[unremembered] {
			continue
		}
		byID[t.have.id] = t
		in := map[string]string{} // names by objectGUID
		for _, dn := range t.have.get(attrMemberOf) {
			if id := g.byPath[dnKey(dn)]; id != "" {
				in[id] = cnOf(dn)
			}
		}
		if losesGroups(t) {
			for id, name := range in {
				c := changes.Of(id, name)
				c.Remove = append(c.Remove, g.member(t.have))
			}
			continue
		}
		g.forgotten.While(func(forgotten func(account, group string) bool) {
			for _, v := range g.remembered(t.have) {
				id := strings.ToLower(strings.TrimPrefix(v, rememberedGroup))
				if _, back := in[id]; g.exists[id] && !g.privileged[id] && !back && !forgotten(t.have.id, id) {
					c := changes.Of(id, "")
					c.Add = append(c.Add, g.member(t.have))
				}
			}
		})
	}
	ordered := changes.Sorted()
	for i, o := range g.ChangeMembers(ctx, ordered) {
		g.noteOutcome(ordered[i], o, byID)
	}
}

// noteOutcome records how the change of one group's members ended.
func (g *regrouping) noteOutcome(c directory.MembershipChange, o directory.MembershipOutcome, byID map[string]*task) {
	for _, m := range slices.Concat(c.Add, c.Remove) {
		if err := o.Failure(m.ID); err != nil {
			byID[m.ID].fail("change the groups", directory.GroupsAttribute, err)
			continue
		}
		byID[m.ID].touched, byID[m.ID].out.Changed = true, true
	}
}

// forget clears what is remembered of groups that were given back. A group that
// was deleted since is forgotten, too: there is nothing to give back.
func (g *regrouping) forget(ctx context.Context, t *task) {
	if losesGroups(t) || t.failed[directory.GroupsAttribute] {
		return
	}
	if err := g.send(ctx, t, []edit{{name: g.Domain.o.RemovedGroupsAttribute, compare: true, remove: g.remembered(t.have)}}); err != nil {
		t.fail("forget the groups", directory.GroupsAttribute, explainWrite(err))
	}
}

func (g *regrouping) failAll(err error) {
	for _, t := range g.tasks {
		t.fail("change the groups", directory.GroupsAttribute, err)
	}
}

// selfWritable are the attributes for several texts in the property sets
// Personal-Information and Web-Information, which every account may write of itself.
// https://learn.microsoft.com/windows/win32/adschema/r-personal-information
var selfWritable = []string{"facsimileTelephoneNumber", "internationalISDNNumber", "otherFacsimileTelephoneNumber", "otherHomePhone", "otherIpPhone", "otherMailbox", "otherMobile", "otherPager", "otherTelephone",
	"postalAddress", "postOfficeBox", "registeredAddress", "street", "telexNumber", "teletexTerminalIdentifier", "url", "userCert", "x121Address"}

// checkRemembering says what is wrong with the attribute for groups that were taken away.
func checkRemembering(name string) error {
	if slices.ContainsFunc(selfWritable, func(s string) bool { return isName(s, name) }) {
		return fmt.Errorf("removed_groups_attribute: found %q, which people may write at their own account, and so give themselves groups; expected one such as %s", name, DefaultRemovedGroupsAttribute)
	}
	t, known := StandardSchema().Lookup(name)
	if known && (!t.Multi || t.ReadOnly || t.Syntax != directory.Text) {
		return fmt.Errorf("removed_groups_attribute: found %q, expected an attribute of users that holds several texts, such as %s", name, DefaultRemovedGroupsAttribute)
	}
	return nil
}
