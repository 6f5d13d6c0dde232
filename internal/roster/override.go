// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// Override is what somebody decided about workers before the HR system says so.
// It wins over the rules in what it names, for as long as it holds.
type Override struct {
	WorkerIDs []string `json:"worker_ids"`
	// Enabled says whether people may sign in; nil leaves that to the rules. Of
	// several overrides for one worker, one that disables wins.
	Enabled *bool `json:"enabled,omitempty"`
	// Container is where the accounts live meanwhile; empty leaves that to the rules.
	Container string `json:"container,omitempty"`
	// Attributes hold values by target attribute, an empty one to clear it. The
	// mapping must have a rule for each, which gives it back what it should be afterwards.
	Attributes map[string]directory.Value `json:"attributes,omitempty"`
	// Hold leaves everything as it is: no account is made, changed, disabled, enabled or
	// deleted. Only another override that disables acts all the same.
	Hold   bool   `json:"hold,omitempty"`
	Reason string `json:"reason"`
	// Expires is the last day on which the override holds, in UTC.
	Expires worker.Date `json:"expires"`
}

// ParseOverride reads the document of an override.
func ParseOverride(doc string) (Override, error) {
	var o Override
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&o); err != nil {
		return o, fmt.Errorf("not the document of an override: %w", err)
	}
	return o, o.Check()
}

// Marshal writes the document of an override, always the same for the same override.
func (o Override) Marshal() (string, error) {
	o.WorkerIDs = slices.Compact(slices.Sorted(slices.Values(o.WorkerIDs)))
	doc, err := json.Marshal(o)
	return string(doc), errors.Join(err, o.Check())
}

// Check says what is missing or makes no sense, whatever the rules.
func (o Override) Check() error {
	var errs []error
	if len(o.WorkerIDs) == 0 || slices.Contains(o.WorkerIDs, "") {
		errs = append(errs, fmt.Errorf("worker_ids: found %q, expected one worker id or more", o.WorkerIDs))
	}
	switch other := o.Enabled != nil || o.Container != "" || len(o.Attributes) > 0; {
	case o.Hold && other:
		errs = append(errs, errors.New("hold leaves everything as it is: give it alone, or enabled, container and attributes without it"))
	case !o.Hold && !other:
		errs = append(errs, errors.New("nothing to override: give hold, enabled, container or attributes"))
	}
	if strings.TrimSpace(o.Reason) == "" {
		errs = append(errs, errors.New("reason: say who decided it, and why"))
	}
	if _, err := worker.ParseDate(time.DateOnly, string(o.Expires)); err != nil {
		errs = append(errs, fmt.Errorf("expires: found %q, expected the last day it holds, as YYYY-MM-DD", o.Expires))
	}
	return errors.Join(errs...)
}

func (o *Override) disables() bool { return o.Enabled != nil && !*o.Enabled }

// about names an override in messages.
func (o *Override) about() string {
	noun := "worker "
	if len(o.WorkerIDs) > 1 {
		noun = "workers "
	}
	return fmt.Sprintf("the override of %s%s (%s)", noun, some(o.WorkerIDs), o.Reason)
}

// until is how the changes of an override are explained.
func (o *Override) until() string { return fmt.Sprintf("until %s: %s", o.Expires, o.Reason) }

// holding is the key of overridden.by for an override that leaves everything as it is.
const holding = "hold"

// overridden is everything that is overridden for one worker.
type overridden struct {
	all []*Override
	// by says which override decides about an attribute, ContainerChange, EnabledChange or holding.
	by     map[string]*Override
	nobody bool // neither a worker in the feed nor an account has the id
}

func (o *overridden) enabled() *bool {
	if o == nil || o.by[EnabledChange] == nil {
		return nil
	}
	return o.by[EnabledChange].Enabled
}

// disables and enables report what overrides in force say about signing in.
func (o *overridden) disables() bool { on := o.enabled(); return on != nil && !*on }

func (o *overridden) enables() bool { on := o.enabled(); return on != nil && *on }

// hold returns the override that leaves everything as it is; nil where none does.
func (o *overridden) hold() *Override {
	if o == nil {
		return nil
	}
	return o.by[holding]
}

func (o *overridden) container() string {
	if o == nil || o.by[ContainerChange] == nil {
		return ""
	}
	return o.by[ContainerChange].Container
}

// add takes an override for one worker; of those about signing in, one that disables wins.
func (o *overridden) add(id string, next *Override) (problems []string) {
	o.all = append(o.all, next)
	if next.Enabled != nil && (o.by[EnabledChange] == nil || next.disables()) {
		o.by[EnabledChange] = next
	}
	contradicts := func(what string, other *Override) {
		problems = append(problems, fmt.Sprintf("worker %q: %s: %q and %q want different values", id, what, other.Reason, next.Reason))
	}
	if next.Hold && (o.by[holding] == nil || next.Expires > o.by[holding].Expires) {
		o.by[holding] = next
	}
	if next.Container != "" {
		if other := o.by[ContainerChange]; other != nil && !sameContainer(other.Container, next.Container) {
			contradicts(ContainerChange, other)
		}
		o.by[ContainerChange] = next
	}
	for name, v := range next.Attributes {
		if other := o.by[name]; other != nil && !other.Attributes[name].Equal(v) {
			contradicts(name, other)
		}
		o.by[name] = next
	}
	return problems
}

// wantsMore returns an override that asks for a change of somebody who is held; nil where none
// does. One that disables acts beside the hold.
func (o *overridden) wantsMore() *Override {
	for _, one := range o.all {
		if !one.Hold && (!one.disables() || one.Container != "" || len(one.Attributes) > 0) {
			return one
		}
	}
	return nil
}
