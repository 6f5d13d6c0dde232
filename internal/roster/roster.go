// SPDX-License-Identifier: MPL-2.0

// Package roster decides what a population of workers means for the accounts of
// a directory: who is who, who joins, changes, leaves and returns, which names
// new accounts get, and whether all of that is plausible enough to go on.
//
// It is pure: it knows the directory only through the questions of
// directory.Directory, asked in bulk, and the time only through Input.AsOf.
// The same input gives the same result, byte for byte, in whatever order the
// workers come.
package roster

import (
	"context"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// Input is everything a decision rests on.
type Input struct {
	Workers worker.Population
	Mapping *mapping.Mapping
	// AsOf is the instant to decide for. Required.
	AsOf      time.Time
	Directory directory.Directory
	Format    directory.Format
	// WorkerIDAttribute is the target attribute that carries worker ids, such
	// as "employeeID". Empty: accounts of absent workers cannot be told from
	// others, and managers are looked for in the population only.
	WorkerIDAttribute string
	// Links pins workers to accounts: worker id → object id. A link wins over
	// every match rule.
	Links map[string]string
	// Reserved holds names that nobody new may get, by target attribute;
	// AnyAttribute for all unique attributes. Case does not matter. A name
	// without "@" also reserves the part before the "@" of longer names.
	Reserved map[string][]string
	// Elsewhere holds names that accounts of other directories have, which nobody new may get
	// here: label of the directory → name → worker id of its owner, who may have it here too;
	// empty where nobody knows. Addresses are compared with user principal names and mail
	// addresses alike. What an account has already it keeps.
	Elsewhere map[string]map[string]string
	// ReuseDeletedNames lets new names be such that deleted objects still hold.
	// Otherwise they count as taken until the object is purged, so that restoring
	// it collides with nobody. What an account has already it keeps either way.
	// Names that are unique in their container only are never held by the deleted.
	ReuseDeletedNames bool
	// RestoreDeleted gives a worker who should have an account and has none the
	// deleted one that carries their worker id, which keeps its identity. Names
	// that somebody else has got meanwhile are given anew.
	RestoreDeleted bool
	// Overrides win over the rules, each in what it names.
	Overrides []Override
	// Only names the worker ids that the run decides about, ignoring case; empty: everybody.
	// All others keep their account exactly as it is, whatever is wrong with them, and none
	// is created. Names are unique against everybody, percentages of limits are of everybody.
	Only []string
	// OnProblem says what follows when something is wrong with one person, such as an HR
	// record that cannot be evaluated, an unknown status word, an account that is not
	// clearly theirs, or a name that cannot be given: ProblemSetAside (the default) or
	// ProblemStop.
	OnProblem string
	// OnUnmatched says what follows when a worker who should have an account
	// matches none: UnmatchedCreate (the default) or UnmatchedReport.
	OnUnmatched string
	// Owned says which of the accounts that carry a worker id belong to this
	// population, so that several populations can share a directory. Nil: all
	// of them. It decides about accounts that no worker matches, and the rules may
	// place nobody outside of it, because whoever is there would not be seen to be
	// missing from the feed.
	Owned func(*directory.Existing) bool
	// OwnedArgument is what the configuration calls the list behind Owned, for messages.
	OwnedArgument string
	// OwnsNothing says that the list behind Owned is empty: a pilot, for which accounts
	// without a worker do not matter and the rules may place anybody anywhere.
	OwnsNothing bool
	Safeguards  Safeguards
	// Refuses, if not nil, says which of the changes the directory would refuse for what
	// only the objects there show, such as objects below an account that is to be deleted:
	// a *directory.PersonError for each. It is asked about deletions only.
	Refuses func(context.Context, []directory.Change) error
	// Allots, if not nil, says which of the changes ask for something that the directory has not, or has not
	// enough of, such as a unit of a license: a *directory.PersonError for each. It is asked about everybody who
	// is to get an account or whose account changes.
	Allots func(context.Context, []directory.Change) error
	// Now is the present, which AsOf is held against: a moment left over in a variable
	// would let nobody leave. Zero: AsOf is not judged.
	Now time.Time
	// Partition says how Result.Partitions divides the accounts.
	Partition Partition
	// MaxListed is the number of rows after which a list of the correlation's report is cut; 50 by default.
	MaxListed int
}

// AnyAttribute is the key of Input.Reserved for names that are reserved in every unique attribute.
const AnyAttribute = "*"

// Values of Input.OnProblem and Input.OnUnmatched.
const (
	// ProblemSetAside keeps the person's account exactly as it is, except that access
	// they must lose is taken, and creates none. Everybody else goes on.
	ProblemSetAside = "set_aside"
	// ProblemStop decides for nobody.
	ProblemStop     = "stop"
	UnmatchedCreate = "create" // an account is created
	UnmatchedReport = "report" // nothing is created, the report names the worker
)

// Result is what was decided.
type Result struct {
	// Accounts are the accounts the population should have, by worker id.
	Accounts map[string]directory.Account
	// Documents are the same accounts as canonical documents.
	Documents map[string]string
	// Partitions are the documents again, divided as Input.Partition says:
	// partition → worker id → document.
	Partitions map[string]map[string]string
	// Decisions holds exactly one decision for every worker and for every absent
	// account, in natural order of the worker ids.
	Decisions []Decision
	// Joiners, Movers, Leavers and Rehires are the worker ids whose account is
	// created, changed while it stays in use, disabled or deleted, and taken
	// into use again. Orphans are the worker ids of owned accounts that no
	// worker in the feed stands behind.
	Joiners, Movers, Leavers, Rehires, Orphans []string
	// SetAside are the worker ids of those who are set aside.
	SetAside []string
	// KeptDisabled are the worker ids of those who work by the HR record, and whose
	// account somebody disabled for a reason that the record does not tell.
	KeptDisabled []string
	// Partial says who was decided about; nil: everybody. Decisions and all lists below are about
	// them only; Accounts, Documents, Partitions and ObjectIDs are of everybody.
	Partial *Partial
	// ObjectIDs are the object ids of existing accounts, by worker id.
	ObjectIDs map[string]string
	// Unmanaged says why accounts have no document, by object id: those of workers out
	// of scope, those of absent workers that another population owns, and those that
	// are not clearly anybody's.
	Unmanaged map[string]Unmanaged
	// Words is what the status words of the feed were taken for, the most frequent first.
	Words []Word
	// Overridden are the worker ids for whom an override is in force.
	Overridden []string
	// Calendar is what will happen within CalendarDays if nothing changes, earliest first.
	Calendar []Event
	// Profiles say who each of Decisions is about, in the same order.
	Profiles []Profile
	// Near are those who get a new account and nearly fit one that is out of use.
	Near []NearFit
	// Overrides lists every override for each of its workers, by worker.
	Overrides []OverrideLine
	// Cycles are worker ids that manage one another.
	Cycles [][]string
	// Names says who has which user principal name or mail address (bare, folded) in this
	// directory, now or after this run: name → worker id.
	Names map[string]string
	// Gained are the names of Names that their owner gets in this run.
	Gained map[string]bool
	// NamesHidden says that rules redact names of Names, which no message shows then.
	NamesHidden bool
	// Naming are the attributes that people know an account by.
	Naming []string
	// Warnings are things somebody should look at that stop nothing.
	Warnings []string
}

// Unmanaged is why an account has no document.
type Unmanaged struct {
	WorkerID string
	Kind     string // one of the constants below
	Reason   string // one sentence
}

// Values of Unmanaged.Kind.
const (
	UnmanagedAbsent     = "absent"       // its worker is not in the feed, and it is not owned
	UnmanagedUnclear    = "unclear"      // whose it is is not clear
	UnmanagedOutOfScope = "out_of_scope" // its worker is out of scope
	UnmanagedIgnored    = "ignored"      // a rule gives IgnoreObjectFlow for its worker
)

// Word is a status word of the feed, and what it was taken for.
type Word struct {
	Word    string `json:"word"`
	Class   string `json:"class"`
	Workers int    `json:"workers"`
}

// CalendarDays is how far Result.Calendar looks ahead.
const CalendarDays = 30

// Event is something that will happen to a worker.
type Event struct {
	At       time.Time
	Kind     mapping.EventKind
	WorkerID string
	Name     string
	What     string
}

// EventOverrideEnds is the kind of an Event on which an override ends.
const EventOverrideEnds mapping.EventKind = "override_ends"

// Action is the one word for what happens to a worker's account. Where several
// things happen, it names the one that deserves the most attention.
type Action string

// The actions, the riskiest first.
const (
	ActionSetAside     Action = "set_aside"     // something is wrong with this person: stays as it is
	ActionDelete       Action = "delete"        // left, disabled, and retention is over
	ActionRelease      Action = "release"       // absent from the feed, and on_absent is release: managed no longer
	ActionKeptDisabled Action = "kept_disabled" // somebody disabled it, and the worker's story does not say why
	ActionDisable      Action = "disable"       // can no longer sign in
	ActionRename       Action = "rename"        // a naming attribute changes
	ActionMove         Action = "move"          // the container changes
	ActionRehire       Action = "rehire"        // a former worker's account is taken into use again
	ActionEnable       Action = "enable"        // can sign in from now on
	ActionCreate       Action = "create"        // a new account
	ActionUpdate       Action = "update"        // attributes change
	ActionUnmatched    Action = "unmatched"     // should have an account, matches none, and creating is switched off
	ActionAbsent       Action = "absent"        // no longer in the feed: left as it is
	ActionOutOfScope   Action = "out_of_scope"  // not in scope, and nothing follows from it
	ActionFuture       Action = "future"        // too early for an account
	ActionNone         Action = "none"          // nothing to do
	ActionHeld         Action = "held"          // an override leaves everything as it is
)

// Decision is what happens to one worker's account, and why.
type Decision struct {
	WorkerID string `json:"worker_id"`
	// Name is the display name, or the common name; empty where they are redacted.
	Name   string        `json:"name,omitempty"`
	Action Action        `json:"action"`
	Stage  mapping.Stage `json:"stage,omitempty"` // empty for absent workers
	// Reason is one sentence.
	Reason string `json:"reason"`
	// Problems are why the worker is set aside, and what to do about each.
	Problems []Problem `json:"problems,omitempty"`
	// LosesAccess and GainsAccess say that the person can no longer sign in, or can again,
	// whatever Action names first.
	LosesAccess bool `json:"loses_access,omitempty"`
	GainsAccess bool `json:"gains_access,omitempty"`
	// ObjectID and Path say which account it is; empty for one that is to be created.
	ObjectID string `json:"object_id,omitempty"`
	Path     string `json:"path,omitempty"`
	// MatchedBy says by what the account was recognised: "link", or the match
	// conditions, such as `employeeID = "1001"`.
	MatchedBy string `json:"matched_by,omitempty"`
	// Changes lists what changes at an existing account, by attribute;
	// ContainerChange and EnabledChange stand for what is not an attribute.
	Changes []Change `json:"changes,omitempty"`
}

// Names in Change.Attribute of what is not an attribute.
const (
	ContainerChange   = "container"
	EnabledChange     = "enabled"
	DeletedChange     = "deleted"
	ReleasedChange    = "released"
	SessionsChange    = "sessions"
	DisabledForChange = "disabled_for"
)

// Change is one difference between an account and what it should be.
type Change struct {
	Attribute string          `json:"attribute"`
	Old       directory.Value `json:"old"`
	New       directory.Value `json:"new"`
	// Rule is the source text of the rule, and Inputs are the source attributes
	// it reads; both empty where a policy rather than a rule asks for the change.
	Rule   string   `json:"rule,omitempty"`
	Inputs []string `json:"inputs,omitempty"`
	// Override is until when and why an override rather than a rule asks for the change.
	Override string `json:"override,omitempty"`
	// Redacted values are not to be shown: Old and New are empty then.
	Redacted bool `json:"redacted,omitempty"`

	itself bool // the directory does it by itself, and nobody writes it
}
