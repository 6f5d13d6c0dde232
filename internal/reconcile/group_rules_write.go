// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
	"terraform-provider-workforce/internal/wording"
)

// Read returns the documents of the state with the members that groups have
// now; nil where a finding is an error. A group that is gone is left out.
func (g *GroupRules) Read(ctx context.Context) (map[string]string, Findings) {
	after, ok := g.read(ctx)
	if !ok {
		after = nil
	}
	return after, g.findings
}

func (g *GroupRules) read(ctx context.Context) (map[string]string, bool) {
	have := g.parse(g.Before)
	if len(have) == 0 || g.findings.Failed() {
		return g.Before, !g.findings.Failed()
	}
	dir, ok := g.open()
	if !ok {
		return nil, false
	}
	found, failed, err := groupsApart(ctx, dir, g.asked(slices.Sorted(maps.Keys(have))))
	if err == nil && g.Stop {
		err = errors.Join(slices.Collect(maps.Values(failed))...)
	}
	if err != nil {
		g.findings.problems(cannotReadGroups, err)
		return nil, false
	}
	after, now := make(map[string]string, len(have)), make(map[string]membership.Members, len(have))
	for ref, members := range have {
		group := found[g.ask(ref)]
		if err := failed[g.ask(ref)]; err != nil {
			after[ref] = g.Before[ref]
			g.findings.warn("A group cannot be read", fmt.Sprintf("Group %q: %s. Its members are taken to be what they were.", ref, err))
			continue
		}
		if group == nil {
			delete(g.Groups, ref)
			continue
		}
		index := membership.NewIndex(group)
		g.Groups[ref] = knownAs(ctx, dir, group, index)
		now[ref] = index.Members(members, g.Authoritative)
	}
	g.addRemembered(ctx, dir, have, now)
	for ref, members := range now {
		after[ref] = members.Document()
	}
	return after, true
}

// Apply gives groups the members of a plan, and returns the documents as they are then: a group
// where something failed has those who are in it. They are nil where nothing was done.
func (g *GroupRules) Apply(ctx context.Context, planned map[string]string) (map[string]string, Findings) {
	after, ok := g.write(ctx, planned)
	if !ok {
		after = nil
	}
	return after, g.findings
}

// groupWork is the change of one group on its way.
type groupWork struct {
	ref        string
	want, have membership.Members // by the plan, and by the state
	index      *membership.Index  // what the group has
	change     directory.MembershipChange
	adding     map[string]string  // object ids of who joins, by key
	missing    map[string]error   // joining, and not found
	gone       []string           // leaving, and not in the group
	left       []directory.Member // the same, as far as they were found
	out        directory.MembershipOutcome
	err        error
	dropped    bool
}

func (g *GroupRules) write(ctx context.Context, docs map[string]string) (map[string]string, bool) {
	want, have := g.parse(docs), g.parse(g.Before)
	dir, ok := g.open()
	if !ok || g.findings.Failed() {
		return nil, false
	}
	works := g.works(docs, want, have)
	refs := make([]string, len(works))
	for i, w := range works {
		refs[i] = w.ref
	}
	found, failed, err := groupsApart(ctx, dir, g.asked(refs))
	if err != nil {
		g.findings.problems(cannotReadGroups, err)
		return nil, false
	}
	for _, w := range works {
		if w.err = failed[g.ask(w.ref)]; w.err == nil {
			g.prepare(ctx, dir, w, found[g.ask(w.ref)], have)
		}
	}
	gone := g.dropped() // known only now: a dropped group may go on under another name
	works = slices.DeleteFunc(works, func(w *groupWork) bool { return w.dropped && !slices.Contains(gone, w.ref) })
	if err := g.resolve(ctx, dir, works); err != nil {
		g.findings.problems(cannotTell, err)
		return nil, false
	}
	changes := make([]directory.MembershipChange, 0, len(works))
	var writing []*groupWork
	for _, w := range works {
		if len(w.change.Add)+len(w.change.Remove) > 0 {
			changes, writing = append(changes, w.change), append(writing, w)
		}
	}
	ctx = audit.Because(ctx, "the rules of the group say so")
	outcomes := dir.ChangeMembers(ctx, changes)
	after := maps.Clone(docs)
	for _, w := range works {
		var out directory.MembershipOutcome
		if i := slices.Index(writing, w); i >= 0 {
			out = outcomes[i]
		}
		g.recordOutcome(w, out, after)
	}
	g.forget(ctx, dir, works)
	g.addFailures(works)
	return after, true
}

// works returns the groups that differ, and those whose members are to be removed.
func (g *GroupRules) works(docs map[string]string, want, have map[string]membership.Members) []*groupWork {
	var works []*groupWork
	for _, ref := range slices.Sorted(maps.Keys(docs)) {
		if before, known := g.Before[ref]; !known || g.Widened || before != docs[ref] {
			works = append(works, &groupWork{ref: ref, want: want[ref], have: have[ref]})
		}
	}
	if g.Remove {
		for _, ref := range g.dropped() {
			works = append(works, &groupWork{ref: ref, want: membership.Members{}, have: have[ref], dropped: true})
		}
	}
	return works
}

// prepare finds out who is to leave, and who is in already.
func (g *GroupRules) prepare(
	ctx context.Context, dir directory.Groups, w *groupWork, group *directory.Group, before map[string]membership.Members,
) {
	if group == nil {
		if !w.dropped {
			gone := errors.New("the group does not exist. Create it, or take its rule out")
			w.err = &directory.MembershipError{Group: w.ref, Op: "read", Err: gone}
		}
		return
	}
	_, known := g.Before[w.ref]
	w.index = membership.NewIndex(group)
	g.Groups[w.ref] = knownAs(ctx, dir, group, w.index)
	w.change = directory.MembershipChange{GroupID: group.ID, Name: group.Name}
	if former := g.former(group.ID); !known && former != "" {
		w.have = before[former]
	}
	have := w.have
	if g.Authoritative && !w.dropped && (!known || g.Widened) {
		have = w.index.Members(w.have, true)
	}
	for _, key := range have.Without(w.want) {
		if who, in := w.index.ByKey[directory.Fold(key)]; in && !(w.dropped && who.Primary) {
			w.change.Remove = append(w.change.Remove, who)
		} else {
			w.gone = append(w.gone, key)
		}
	}
}

// resolve finds the objects of all who join, and of those who have left already, at
// once for all groups.
func (g *GroupRules) resolve(ctx context.Context, dir directory.Groups, works []*groupWork) error {
	asked := map[string]bool{}
	for _, w := range works {
		for _, key := range append(w.joining(), w.gone...) {
			asked[key] = true
		}
	}
	if len(asked) == 0 {
		return nil
	}
	found, failed, err := membersApart(ctx, dir, slices.Sorted(maps.Keys(asked)))
	if err != nil {
		return err
	}
	for _, w := range works {
		w.adding, w.missing = map[string]string{}, map[string]error{}
		for _, key := range w.gone {
			if who := found[key]; who.ID != "" {
				w.left = append(w.left, who)
			}
		}
		for _, key := range w.joining() {
			switch who := found[key]; {
			case who.ID != "":
				w.change.Add, w.adding[key] = append(w.change.Add, who), who.ID
			case failed[key] != nil:
				w.missing[key] = failed[key]
			default:
				w.missing[key] = fmt.Errorf("nobody in %s carries this worker id. "+
					"Let accounts refer to the population resource, so that accounts are created first", g.Target.Title)
			}
		}
	}
	return nil
}

// joining returns, sorted, who is wanted and not in the group.
func (w *groupWork) joining() []string {
	if w.index == nil {
		return nil
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(w.want)) {
		if _, in := w.index.ByKey[directory.Fold(key)]; !in {
			keys = append(keys, key)
		}
	}
	return keys
}

// recordOutcome puts into after who is in a group now, of those it is about.
func (g *GroupRules) recordOutcome(w *groupWork, out directory.MembershipOutcome, after map[string]string) {
	if w.out = out; w.err == nil {
		w.err = out.Err
	}
	switch {
	case w.index == nil && !w.dropped: // nothing is known of it
		if delete(after, w.ref); g.Before[w.ref] != "" {
			after[w.ref] = g.Before[w.ref]
		}
		return
	case w.index == nil || w.dropped && w.err == nil, w.err == nil && (len(w.missing) == 0 || !g.Stop):
		return // whoever was skipped is found missing by the next refresh
	}
	in := map[string]bool{}
	for _, id := range out.Added {
		in[id] = true
	}
	now := membership.Members{}
	for key, name := range w.want {
		if _, was := w.index.ByKey[directory.Fold(key)]; was || in[w.adding[key]] {
			now[key] = name
		}
	}
	maps.Copy(now, w.stillIn())
	after[w.ref] = now.Document()
}

// addFailures reports what failed, by group and person.
func (g *GroupRules) addFailures(works []*groupWork) {
	var failures []error
	var left, skipped []string
	failed := 0
	for _, w := range works {
		before := len(failures)
		failures = append(failures, Flatten(w.err)...)
		for _, key := range slices.Sorted(maps.Keys(w.missing)) {
			missing := &directory.MembershipError{Group: w.ref, Op: "add", Member: directory.Member{WorkerID: key}, Err: w.missing[key]}
			if !g.Stop {
				skipped = append(skipped, missing.Error())
			} else {
				failures = append(failures, missing)
			}
		}
		if len(failures) > before {
			failed++
			left = append(left, w.undone()...)
		}
	}
	if len(skipped) > 0 {
		g.findings.warn("Some memberships were not written yet",
			fmt.Sprintf("%s skipped, and the next plan shows them again:\n%s", wording.Count(len(skipped), "membership was", "memberships were"), Listed(skipped)))
	}
	if len(failures) == 0 {
		return
	}
	text := fmt.Sprintf("%d of %s failed, with %s. What succeeded is in the state, and the next plan shows only the rest", failed, wording.Count(len(works), "group"), wording.Count(len(failures), "problem"))
	if len(left) > 0 {
		text += ":\n" + Listed(left)
	}
	g.findings.fail("Some groups could not be written", text)
	g.findings.problems("A membership could not be written", errors.Join(failures...))
}

// undone names who is not in the group, or still in it: the error of a whole
// group says nothing about people.
func (w *groupWork) undone() []string {
	if w.index == nil {
		return nil
	}
	var lines []string
	in := func(id string) bool { return slices.Contains(w.out.Added, id) }
	joins := slices.DeleteFunc(w.joining(), func(key string) bool { return in(w.adding[key]) })
	if len(joins) > 0 {
		lines = append(lines, fmt.Sprintf("%s: not joined: %s", w.ref, w.want.Named(joins)))
	}
	still := w.stillIn()
	if len(still) > 0 {
		lines = append(lines, fmt.Sprintf("%s: not left: %s", w.ref, still.Named(slices.Sorted(maps.Keys(still)))))
	}
	return lines
}

// stillIn returns who was to leave and has not.
func (w *groupWork) stillIn() membership.Members {
	still := map[string]directory.Member{}
	for _, who := range w.change.Remove {
		if !slices.Contains(w.out.Removed, who.ID) {
			still[who.ID] = who
		}
	}
	return membership.NewIndex(&directory.Group{Members: still}).Members(w.have, true)
}
