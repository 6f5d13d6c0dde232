// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// readOverrides sorts overrides by worker. Those that have expired are left
// out; two that contradict each other, or one that the rules could not give back,
// are errors.
func (d *feed) readOverrides() error {
	today := worker.Date(d.in.AsOf.UTC().Format(time.DateOnly))
	d.overrides = map[string]*overridden{}
	var problems []string
	for i := range d.in.Overrides {
		o := d.in.Overrides[i]
		o.Attributes = maps.Clone(o.Attributes)
		if err := o.Check(); err != nil {
			problems = append(problems, fmt.Sprintf("%s: %v", o.about(), err))
			continue
		}
		if today > o.Expires {
			d.expired = append(d.expired, &o)
			d.warn("%s expired on %s and is ignored: remove it, or agree on a new one", o.about(), o.Expires)
			continue
		}
		problems = append(problems, d.cannotOverride(&o)...)
		for _, id := range o.WorkerIDs {
			if p := d.lookup(id); p != nil {
				id = p.id
			}
			if d.overrides[id] == nil {
				d.overrides[id] = &overridden{by: map[string]*Override{}}
			}
			problems = append(problems, d.overrides[id].add(id, &o)...)
		}
	}
	for _, id := range sortedKeys(d.overrides) {
		o := d.overrides[id]
		if other := o.wantsMore(); other != nil && o.hold() != nil {
			problems = append(problems,
				fmt.Sprintf("worker %q: %q leaves everything as it is (hold), and %q asks for a change: remove one of them", id, o.hold().Reason,
					other.Reason))
		}
		if on := o.enabled(); on != nil && !*on && o.container() != "" && d.rules.Lifecycle.Rehire == "new_name" &&
			d.rules.Lifecycle.RecordIn == "" {
			problems = append(problems,
				fmt.Sprintf("worker %q: disabled and elsewhere, the account would look like that of somebody who has left, and would be renamed when the override ends (rehire = new_name): "+
					"leave it where it is, or set record_in", id))
		}
	}
	return refuse("these overrides cannot be followed", problems)
}

// cannotOverride says what the rules would not give back when the override ends.
// It spells attributes as the rules do.
func (d *feed) cannotOverride(o *Override) (problems []string) {
	fail := func(format string, args ...any) {
		problems = append(problems, o.about()+": "+fmt.Sprintf(format, args...))
	}
	if o.Container != "" && !d.in.Format.HasContainer {
		fail("container: this target has no containers")
	}
	if o.Container != "" && d.rules.ContainerApply == mapping.ApplyOnCreate {
		fail("container: the rules place new accounts only (container_apply = on_create), so that nothing would move the account back")
	}
	for _, given := range sortedKeys(o.Attributes) {
		at := slices.IndexFunc(d.targets, func(name string) bool { return strings.EqualFold(name, given) })
		if at < 0 {
			fail("%s: the mapping has no rule for it, so that nothing would give the attribute back", given)
			continue
		}
		name := d.targets[at]
		rule := d.rules.Attributes[name]
		switch {
		case name == directory.GroupsAttribute:
			if err := directory.CheckGroups(o.Attributes[given]); err != nil {
				fail("%s: %s", name, err)
			}
			if !d.rules.Lifecycle.RestoreGroups {
				fail("%s: nothing would give the groups back when the override ends; set restore_groups in the mapping", name)
			}
		case slices.Contains(d.unique, name):
			fail("%s: it is a name that must be unique; change it in the HR system or in the rules", name)
		case name == d.rules.Lifecycle.RecordIn, rule.Apply == mapping.ApplyOnCreate, rule.Apply == mapping.ApplyIfEmpty,
			rule.Apply == mapping.ApplyAddValues,
			rule.Source == "" && rule.Constant == nil && rule.Expression == "":
			fail("%s: its rule does not keep it up to date, so that nothing would give the attribute back", name)
		}
		if v := o.Attributes[given]; name != given {
			delete(o.Attributes, given)
			o.Attributes[name] = v
		}
	}
	return problems
}
