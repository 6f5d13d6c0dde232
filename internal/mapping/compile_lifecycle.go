// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"fmt"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/status"
	"terraform-provider-workforce/internal/worker"
)

// Values of the fields of Lifecycle.
const (
	leaveKeep      = "keep"
	leaveDisable   = "disable"
	atLastDay      = "last_day_of_work"
	atTermination  = "termination_date"
	groupsKeep     = "keep"
	groupsRemove   = "remove"
	absentKeep     = "keep"
	absentDisable  = "disable"
	absentRelease  = "release"
	rehireReuse    = "reuse"
	rehireNewName  = "new_name"
	maxDays        = 36500
	recordMinChars = 32  // room for "absent 2026-11-20" and to spare
	namesMinChars  = 256 // room for a login, a principal name and an address
)

func (c *compiler) lifecycle() {
	l := &c.rules.Lifecycle
	c.oneOf("worker_lifecycle.on_leave", l.OnLeave, leaveKeep, leaveDisable)
	c.oneOf("worker_lifecycle.disable_at", l.DisableAt, atLastDay, atTermination)
	c.oneOf("worker_lifecycle.leaver_groups", l.LeaverGroups, groupsKeep, groupsRemove)
	c.oneOf("worker_lifecycle.on_absent", l.OnAbsent, absentKeep, absentDisable, absentRelease)
	c.oneOf("worker_lifecycle.rehire", l.Rehire, rehireReuse, rehireNewName)
	zone := l.TimeZone
	if zone == "" {
		zone = "UTC"
	}
	if _, err := worker.Location(zone); err != nil {
		c.fail("worker_lifecycle.time_zone", err)
	}
	c.days()
	c.statusLists()
	c.recordIn("worker_lifecycle.record_in", &c.rules.Lifecycle.RecordIn, recordMinChars)
	c.recordIn("worker_lifecycle.former_names_in", &c.rules.Lifecycle.FormerNamesIn, namesMinChars)
	c.m.lifecycle = lifecycle{Lifecycle: *l, zone: zone, toLast: l.DisableAt != atTermination, statuses: newStatuses(l)}
}

// days checks the numbers of days and their order: each rung of the ladder comes after the one before.
func (c *compiler) days() {
	l := c.rules.Lifecycle
	problems := len(c.errs)
	check := func(name string, n int) {
		if n < 0 || n > maxDays {
			c.failf("worker_lifecycle."+name, "found %d, expected 0 to %d days", n, maxDays)
		}
	}
	check("enable_days", l.EnableDays)
	check("leaver_container_days", l.LeaverContainerDays)
	check("leaver_groups_days", l.LeaverGroupsDays)
	check("absent_days", l.AbsentDays)
	check("former_names_days", l.FormerNamesDays)
	if l.PrehireDays != nil {
		check("prehire_days", *l.PrehireDays)
	}
	if l.RetentionDays != nil {
		check("retention_days", *l.RetentionDays)
	}
	if len(c.errs) > problems {
		return
	}
	if l.PrehireDays != nil && l.EnableDays > *l.PrehireDays {
		c.failf("worker_lifecycle.enable_days", "found %d, more than prehire_days %d: an account cannot be enabled before it exists", l.EnableDays, *l.PrehireDays)
	}
	if l.LeaverContainerDays > 0 && l.LeaverContainer == "" {
		c.failf("worker_lifecycle.leaver_container_days", "has no effect without leaver_container")
	}
	if l.RetentionDays != nil && l.LeaverContainerDays > *l.RetentionDays {
		c.failf("worker_lifecycle.leaver_container_days", "found %d, more than retention_days %d: the account would be gone before it moves", l.LeaverContainerDays, *l.RetentionDays)
	}
	if l.LeaverGroups != groupsRemove && (l.LeaverGroupsDays > 0 || l.RestoreGroups) {
		c.failf("worker_lifecycle.leaver_groups", "found %q, expected %q: without it leaver_groups_days and restore_groups have no effect", l.LeaverGroups, groupsRemove)
	}
	if l.RetentionDays != nil && l.LeaverGroupsDays > *l.RetentionDays {
		c.failf("worker_lifecycle.leaver_groups_days", "found %d, more than retention_days %d: the account would be gone before it loses its groups", l.LeaverGroupsDays, *l.RetentionDays)
	}
	if (l.FormerNamesIn == "") != (l.FormerNamesDays == 0) {
		c.failf("worker_lifecycle.former_names_days", "found %d and former_names_in %q, expected both or none: for how long, and where that is remembered", l.FormerNamesDays, l.FormerNamesIn)
	}
	if l.AbsentDays > 0 && l.RecordIn == "" {
		c.failf("worker_lifecycle.absent_days", "needs record_in, the attribute that remembers since when a worker is absent")
	}
}

// statusLists checks that each word is in one list.
func (c *compiler) statusLists() {
	listed := map[string]string{}
	for _, list := range c.rules.Lifecycle.statusLists() {
		for i, word := range list.words {
			path := fmt.Sprintf("worker_lifecycle.%s[%d]", list.name, i)
			before, twice := listed[status.Fold(word)]
			switch {
			case !c.decided(path, word):
				continue
			case status.Fold(word) == "":
				c.failf(path, "found %q, expected a status word", word)
			case twice && before != list.name:
				c.failf(path, "%q is in %s too, expected it in one of them", word, before)
			}
			listed[status.Fold(word)] = list.name
		}
	}
}

// recordIn checks an attribute that remembers something, which nothing else may write.
func (c *compiler) recordIn(path string, name *string, chars int64) {
	l := &c.rules.Lifecycle
	if *name == "" {
		return
	}
	t, ok := c.writable(path, *name)
	if !ok {
		return
	}
	*name = t.Name
	_, mapped := c.rules.Attributes[t.Name]
	_, mappedLater := l.LeaverAttributes[t.Name]
	_, naming := c.format.Naming[t.Name]
	switch {
	case mapped || mappedLater || naming:
		c.failf(path, "%s is written by a rule as well, expected an attribute that nothing else uses", t.Name)
	case t.Syntax != directory.Text && t.Syntax != directory.ASCII || t.HasMax && t.Max < chars || t.Name == directory.ManagerAttribute:
		c.failf(path, "%s cannot hold a text of %d characters, expected an attribute such as msDS-cloudExtensionAttribute20", t.Name, chars)
	case name == &l.FormerNamesIn && t.Name == l.RecordIn:
		c.failf(path, "%s is record_in as well, expected an attribute that nothing else uses", t.Name)
	}
}
