// SPDX-License-Identifier: MPL-2.0

// Package audit puts on record what is written to directories and HR systems:
// one line of JSON before each write is sent and one when it is answered, in the
// shape of the Open Cybersecurity Schema Framework. Whoever sends a write calls
// [Log.Begin] right before it, and [Pending.End] right after it, so that a run
// that is killed leaves a line that says what was under way.
package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of object a write changes.
type Kind int

// The kinds of objects.
const (
	Account Kind = iota
	Group
	Unit   // an organizational unit
	Record // a worker in an HR system
	Object // anything else, such as a device below an account
)

// Activity is what a write does to an object.
type Activity int

// The activities. What changes several things at once is called by the one that
// matters most for access: disabling, enabling, a password, unlocking, the rest.
const (
	Update Activity = iota
	Create
	Enable
	Disable
	ResetPassword
	Unlock
	Delete
	Purge // for good, out of the recycle bin
	Restore
	Move // or rename
	RevokeSessions
	AddFactor // a way to sign in, such as a Temporary Access Pass
	RemoveFactor
	AddMembers
	RemoveMembers
	AddOwners
	RemoveOwners
)

// AttributeChange is what a write does to one attribute.
type AttributeChange struct {
	Attribute string
	// Old is what the attribute held, as far as Known says that this is known.
	Old   []string
	Known bool
	// New is what it is to hold: all of it, or, where Part is set, what is added to and
	// Gone what is removed from the values it has.
	New, Gone []string
	Part      bool
	// Rule is the mapping rule that the value comes from, if known.
	Rule string
}

// Member is somebody who is put into a group or taken out.
type Member struct{ ID, Worker, Name string }

// Subject is whom writes are about, and why they happen. Callers put what they know
// into the context, see [With].
type Subject struct {
	Kind Kind
	// Worker is the worker id, ID the identity of the object at the target, Name what
	// people call it: the display name.
	Worker, ID, Name string
	// Cause says why the write happens.
	Cause string
	// Before returns what an attribute holds, and whether that is known; nil knows nothing.
	Before func(attribute string) ([]string, bool)
	// Members are those whom a change of a group is about, by their identity.
	Members map[string]Member
}

// Write is one request that changes something.
type Write struct {
	// Target is the product that is written to, such as "Active Directory", Tenant which
	// directory or tenant of it, Server the address, Identity who is signed in there.
	Target, Tenant, Server, Identity string
	Activity                         Activity
	// Operation is the request of the protocol, such as "modify" or "PATCH /users/{id}".
	Operation string
	// Path is where the object is: a distinguished name or user principal name.
	Path string
	// PathAttribute is the attribute whose value Path shows.
	PathAttribute string
	Subject       Subject
	Changes       []AttributeChange
	Members       []Member
}

// Status is how a write ended.
type Status int

// The statuses.
const (
	Unknown Status = iota // no answer: it may have been carried out
	Success
	Failure
)

// Outcome is the answer to a write.
type Outcome struct {
	Status Status
	// Code is the protocol's own, such as "403" or "50"; Detail what the server said.
	Code, Detail string
	// ID is the identity of an object that was created, where the answer says it.
	ID string
}

type contextKey int

const (
	subjectKey contextKey = iota
	redactedKey
	rulesKey
	resolverKey
)

// With puts a subject into the context of writes, in place of the one before, of which
// only the cause stays, where s has none.
func With(ctx context.Context, s Subject) context.Context {
	if s.Cause == "" {
		s.Cause = SubjectOf(ctx).Cause
	}
	return context.WithValue(ctx, subjectKey, s)
}

// Because gives writes a cause; one that [With] or [Resolve] gives is nearer to them, and counts.
func Because(ctx context.Context, cause string) context.Context {
	return With(ctx, Subject{Cause: cause})
}

// Resolve gives writes a way to find out whom they are about, by the identity of the
// object and by its name (as [Write.Path] has it), where one call sends writes about many.
func Resolve(ctx context.Context, find func(id, path string) (Subject, bool)) context.Context {
	return context.WithValue(ctx, resolverKey, find)
}

// subject completes what a write knows of its subject by what its context does.
func (w Write) subject(ctx context.Context) Subject {
	s := w.Subject
	if find, ok := ctx.Value(resolverKey).(func(id, path string) (Subject, bool)); ok {
		if found, known := find(s.ID, w.Path); known {
			s = s.over(found)
		}
	}
	return s.over(SubjectOf(ctx))
}

// SubjectOf returns the subject of a context.
func SubjectOf(ctx context.Context) Subject {
	s, _ := ctx.Value(subjectKey).(Subject)
	return s
}

// over completes s by what it leaves open.
func (s Subject) over(below Subject) Subject {
	fill := func(to *string, from string) {
		if *to == "" {
			*to = from
		}
	}
	fill(&s.Worker, below.Worker)
	fill(&s.ID, below.ID)
	fill(&s.Name, below.Name)
	fill(&s.Cause, below.Cause)
	if s.Before == nil {
		s.Before = below.Before
	}
	if s.Members == nil {
		s.Members = below.Members
	}
	return s
}

// Labels is what mapping rules say about attributes of a target, by attribute.
type Labels struct {
	// Redacted are attributes whose values are not to be shown.
	Redacted []string `json:"redacted,omitempty"`
	// Rules are the rules that values come from, where that is one rule for everybody.
	Rules map[string]string `json:"rules,omitempty"`
}

// Everything in [Labels.Redacted] stands for all attributes but those that say whether
// somebody can sign in: it is not known which may be shown.
const Everything = "*"

// Label gives writes what rules say about attributes, beside what the context says.
func Label(ctx context.Context, l Labels) context.Context {
	if len(l.Redacted) > 0 {
		ctx = context.WithValue(ctx, redactedKey, append(slices.Clone(redacted(ctx)), l.Redacted...))
	}
	if len(l.Rules) > 0 {
		ctx = context.WithValue(ctx, rulesKey, l.Rules)
	}
	return ctx
}

// Alike returns a text that is the same for contexts that say the same about writes, which
// may then be made in one call.
func Alike(ctx context.Context) string {
	return fmt.Sprintf("%q %q %+v", redacted(ctx), ctx.Value(rulesKey), SubjectOf(ctx))
}

func redacted(ctx context.Context) []string {
	names, _ := ctx.Value(redactedKey).([]string)
	return names
}

// ruleOf returns the rule of an attribute, whatever its case.
func ruleOf(ctx context.Context, attribute string) string {
	rules, _ := ctx.Value(rulesKey).(map[string]string)
	for name, rule := range rules {
		if strings.EqualFold(name, attribute) {
			return rule
		}
	}
	return ""
}
