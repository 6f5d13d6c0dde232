// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"iter"
	"maps"
	"slices"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// Mapping is a compiled mapping document. It is immutable and safe for
// concurrent use.
type Mapping struct {
	rules     Rules
	checkPath func(string) error // nil where containers are no paths
	match     [][]condition
	scope     [][]clause
	rulesFor  []rule // while the worker works here, sorted by target
	leaverFor []rule // once they have left, sorted by target
	container computation
	leaverTo  computation
	lifecycle lifecycle
	sources   []string
	targets   []string
	unique    []string
}

// Rules returns the document the mapping was compiled from, with every target
// attribute in the spelling of the schema and every operator by its canonical name.
func (m *Mapping) Rules() Rules { return m.rules }

// SourceAttributes returns every source attribute that some rule reads, sorted:
// canonical keys (worker.Fields) and the HR system's own.
func (m *Mapping) SourceAttributes() []string { return slices.Clone(m.sources) }

// TargetAttributes returns every attribute that an account may get, sorted:
// core attributes, the manager, those of leavers, Lifecycle.RecordIn, Lifecycle.FormerNamesIn and directory.GroupsAttribute included.
func (m *Mapping) TargetAttributes() []string { return slices.Clone(m.targets) }

// UniqueAttributes returns, sorted, the attributes whose values no two accounts may
// share: the target's naming attributes among those the mapping writes, and
// every attribute with a unique rule.
func (m *Mapping) UniqueAttributes() []string { return slices.Clone(m.unique) }

// Stage is where a worker stands between hire and deletion.
type Stage string

// The stages.
const (
	StageFuture     Stage = "future"       // hired, but before prehire_days: no account
	StagePrehire    Stage = "prehire"      // an account, disabled
	StageActive     Stage = "active"       // works
	StageLeave      Stage = "leave"        // employed but away; Desired.Enabled says what that means
	StageLeft       Stage = "left"         // disabled, on the leaver ladder
	StageOutOfScope Stage = "out_of_scope" // Rules.OnOutOfScope decides
)

// HasAccount reports whether a worker in this stage should have an account
// that the mapping describes.
func (s Stage) HasAccount() bool {
	return s == StagePrehire || s == StageActive || s == StageLeave || s == StageLeft
}

// Desired is what the rules want for one worker at one instant.
type Desired struct {
	WorkerID string
	Stage    Stage
	// Reason is one sentence that names field, date, zone and rule.
	Reason string
	// Enabled is true when the worker may sign in.
	Enabled bool
	// Container is where the account belongs, empty where Stage.HasAccount is
	// false, where the target has no containers, and for a leaver whose
	// container rule failed (see Warnings).
	Container string
	// ContainerOnCreate says that an existing account stays where it is.
	ContainerOnCreate bool
	// Groups is what directory.GroupsAttribute is to be; empty leaves groups alone.
	Groups string
	// Attributes holds an outcome for every rule, by target attribute in the
	// schema's spelling; nil where Stage.HasAccount is false.
	Attributes map[string]Outcome
	// Keys are the match conditions by precedence, with this worker's values.
	// A rule with an empty value is left out. They are there in every stage.
	Keys [][]Key
	// KeyRules says by which entry of Rules.Match each entry of Keys was given,
	// because rules without a value for the worker are left out.
	KeyRules []int
	// Calendar lists what will happen to this worker later if nothing
	// changes, earliest first.
	Calendar []Event
	// LeftSince is the last day at work of a worker who has left. It is empty
	// for others, and for a leaver of whom only the status word is known: then
	// EvaluateSince takes the day that the directory knows.
	LeftSince worker.Date
	// Returns is the hire date of a worker who has left and is booked to return; empty otherwise.
	Returns worker.Date
	// Doubt is the same sentence as Reason when the HR record contradicts itself, and
	// empty otherwise. Whoever decides sets the worker aside: no account is made, and one that
	// exists stays as it is. The stage is then StageFuture.
	Doubt string
	// DependsOnAccount is true when the answer rests on whether the worker has an account,
	// and can sign in with it: ask EvaluateKnown again once that is known.
	DependsOnAccount bool
	// Moved is true for a worker who is out of scope, where Rules.OnOutOfScope is
	// OutOfScopeLeaver: the stage is StageLeft, although the HR system does not say that they
	// have left. LeftSince is then what Known says.
	Moved bool
	// Ignored is true when a rule gave IgnoreObjectFlow: the stage is StageOutOfScope,
	// whatever the scope says.
	Ignored bool
	// Warnings are rules that failed for a worker who has left. A leaver is
	// disabled whatever their record looks like: what failed stays as it is.
	Warnings []string
}

// Outcome is what one attribute rule says for one worker. There is one for every rule and
// worker until the accounts are drafted, so that its size counts: a few million of them.
type Outcome struct {
	// Value is what the attribute should hold; empty when it is to be cleared,
	// when the rule is not Managed, and when Candidates decides (SelectUniqueValue).
	Value directory.Value
	// Default is written when the account is being created and Value is empty.
	Default directory.Value
	// Candidates are the values to try in order, evaluated as they are asked
	// for, and the same each time. It is nil unless Unique. A fixed value is
	// its own only candidate; a set of several values has no alternatives:
	// Candidates is nil and every one of them must be free. An error ends
	// the sequence.
	Candidates iter.Seq2[string, error]
	*Origin
	// Managed is false when the attribute is to be left alone. Only Default may
	// then be written, when the account is created. An attribute that every
	// account needs can be unmanaged too, with OnCreate or IfEmpty: an account that
	// exists keeps it, and a new one cannot be made.
	Managed bool
	// OnCreate: an existing account keeps what it has. IfEmpty: it keeps what
	// it has unless that is nothing.
	OnCreate, IfEmpty bool
	// Adds: an existing account keeps its values, and gets those of Value that it lacks.
	Adds bool
	// Unique says that no other account may have the value.
	Unique bool
	// Shared says that Candidates depend on the values of Inputs and on nothing
	// else: workers with the same ones have the same candidates.
	Shared bool
	// Redact keeps the value out of reports and errors.
	Redact bool
}

// Origin is where an outcome comes from, the same for every worker.
type Origin struct {
	// Rule is the source text of the rule, and Inputs are the source attributes it reads.
	Rule   string
	Inputs []string
}

// Key is one match condition: the target attribute must equal the value.
type Key struct{ Target, Value string }

// Event is something that will happen to a worker.
type Event struct {
	At time.Time
	// Kind is one of the words below; What is a sentence.
	Kind EventKind
	What string
}

// EventKind is what happens to somebody's account, in one word.
type EventKind string

// The kinds of events.
const (
	EventCreate  EventKind = "create"  // there is to be an account, enabled or not
	EventEnable  EventKind = "enable"  // the account can be signed in with
	EventDisable EventKind = "disable" // nobody can sign in any more
	EventDelete  EventKind = "delete"  // the account is deleted
	EventOther   EventKind = "other"   // it moves, loses groups, or stays as it is for another reason
)

// sortedKeys returns the keys of m, sorted.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
