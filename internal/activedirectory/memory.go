// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
)

const (
	// rememberedCause precedes why and when rules disabled an account in
	// [Options.RemovedGroupsAttribute].
	rememberedCause = "workforce-disabled:"
	// memoryGrace is how much later than the record userAccountControl may have been changed
	// for the record to be valid: the record has the provider's clock, replication metadata that of the
	// domain controller. A change by hand after that makes the record invalid.
	memoryGrace = time.Hour
)

// memory is the record of why rules disabled an account, and when.
type memory struct {
	cause string
	at    time.Time
}

func (m memory) String() string {
	return rememberedCause + m.cause + " " + m.at.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// parseMemory reads what [memory.String] writes.
func parseMemory(value string) (m memory, ok bool) {
	text, ours := strings.CutPrefix(value, rememberedCause)
	i := strings.LastIndexByte(text, ' ')
	if !ours || i < 0 {
		return memory{}, false
	}
	at, err := time.Parse(time.RFC3339, text[i+1:])
	m = memory{text[:i], at.UTC()}
	return m, err == nil && slices.Contains(directory.Causes, m.cause)
}

// causes returns the values that hold such records, whether they can be parsed or not.
func (d *Domain) causes(r *record) []string {
	return rememberedCauses(r.get(d.o.RemovedGroupsAttribute))
}

func rememberedCauses(values []string) []string {
	return slices.DeleteFunc(slices.Clone(values), func(v string) bool { return !strings.HasPrefix(v, rememberedCause) })
}

// recall returns the latest record of an account, whether it is still valid or not.
func (d *Domain) recall(r *record) (last memory, ok bool) {
	for _, v := range d.causes(r) {
		if m, understood := parseMemory(v); understood && (!ok || m.at.After(last.at)) {
			last, ok = m, true
		}
	}
	return last, ok
}

// disabledFor returns why rules disabled an account that was disabled at since. It returns ""
// where there is no record, or where userAccountControl was changed after it. Where replication
// metadata cannot be read, the record is valid.
func (d *Domain) disabledFor(r *record, since time.Time) string {
	m, ok := d.recall(r)
	if !ok || !r.lapsed() || since.After(m.at.Add(memoryGrace)) {
		return ""
	}
	return m.cause
}

// rememberEdits returns the edit that makes m the only record of an account, or none where it is
// that already. The zero memory deletes the record. Groups that are recorded in the same
// attribute, and values of other programs, stay.
func (d *Domain) rememberEdits(r *record, m memory) []edit {
	var add []string
	if m.cause != "" {
		add = []string{m.String()}
	}
	old := d.causes(r)
	if sameSet(old, add) {
		return nil
	}
	return []edit{{name: d.o.RemovedGroupsAttribute, compare: true, memory: true, remove: subtract(old, add), add: subtract(add, old)}}
}

// foreign returns the values of an attribute that this provider did not write. Rules that manage the
// attribute of the records see only these, and do not delete the records.
func (d *Domain) foreign(r *record, name string) directory.Value {
	v := r.get(name)
	if !isName(name, d.o.RemovedGroupsAttribute) || len(v) == 0 {
		return v
	}
	return slices.DeleteFunc(slices.Clone(v), func(s string) bool {
		return strings.HasPrefix(s, rememberedCause) || strings.HasPrefix(s, rememberedGroup)
	})
}

// now returns the present time, in the precision of the records.
func (d *Domain) now() time.Time { return d.o.Now().UTC().Truncate(time.Second) }
