// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"fmt"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
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
	// Barred are the workers of Accounts who may not sign in whatever is true of the account that was found for
	// them: the HR record, the scope or an override says so.
	Barred map[string]bool
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
	// Lacking are those who go without what the directory cannot give, by worker id.
	Lacking []Lack
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
	UnmanagedLeft       = "left"         // its worker is out of scope or ignored, and has left by the HR record
	// UnmanagedLeftUnclear is an account that carries the worker id of somebody who has left, and of whom it is not clear which
	// account is theirs. It is theirs where a population managed it as theirs.
	UnmanagedLeftUnclear = "left_unclear"
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
	// OpenAccounts are those with which somebody who has left can still sign in, because nobody said that they are theirs.
	OpenAccounts []OpenAccount `json:"open_accounts,omitempty"`
	// Changes lists what changes at an existing account, by attribute;
	// ContainerChange and EnabledChange stand for what is not an attribute.
	Changes []Difference `json:"changes,omitempty"`
}

// OpenAccount is an account with which somebody who has left can still sign in, and which no document disables:
// nobody said that it is theirs.
type OpenAccount struct {
	ObjectID string `json:"object_id"`
	// Login is what its owner signs in with; empty where logins are redacted.
	Login string `json:"login,omitempty"`
	// Stays says why it is not disabled here in any case, as for a protected account; empty where it could be.
	Stays string `json:"stays,omitempty"`
}

// String names the account. Its object id is what links take, and the actions that disable.
func (o OpenAccount) String() string {
	text := o.ObjectID
	if o.Login != "" {
		text = fmt.Sprintf("%s (%s)", o.Login, o.ObjectID)
	}
	if o.Stays != "" {
		text += ", " + o.Stays
	}
	return text
}

// Names in Difference.Attribute of what is not an attribute.
const (
	ContainerChange   = "container"
	EnabledChange     = "enabled"
	DeletedChange     = "deleted"
	ReleasedChange    = "released"
	SessionsChange    = "sessions"
	DisabledForChange = "disabled_for"
)

// Difference is one difference between an account and what it should be.
type Difference struct {
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

// sentence is one change in words.
func (c Difference) sentence() string {
	text := fmt.Sprintf("%s: %s → %s", c.Attribute, quoteValue(c.Old), quoteValue(c.New))
	if c.Redacted {
		text = c.Attribute + " changes (redacted)"
	}
	switch {
	case c.Override != "":
		text += " by an override " + c.Override
	case c.Rule != "":
		text += " by the rule " + c.Rule
	}
	return text
}

// Partial says that a result is about some people only, and everybody else stays as they are.
type Partial struct {
	// WorkerIDs are those who were decided about, in natural order.
	WorkerIDs []string `json:"worker_ids"`
	// Others is how many workers and accounts stay as they are.
	Others int `json:"others"`
}

// Values of OverrideLine.State.
const (
	OverrideInForce = "in_force"
	OverrideAgreed  = "agreed"  // the rules say the same: it can go
	OverrideIdle    = "idle"    // there is no worker or no account to act on
	OverrideExpired = "expired" // ignored
)

// OverrideLine is an override for one worker, as reports tell it.
type OverrideLine struct {
	WorkerID   string                     `json:"worker_id"`
	Hold       bool                       `json:"hold,omitempty"`
	Enabled    *bool                      `json:"enabled,omitempty"`
	Container  string                     `json:"container,omitempty"`
	Attributes map[string]directory.Value `json:"attributes,omitempty"`
	Redacted   []string                   `json:"redacted,omitempty"`
	Reason     string                     `json:"reason"`
	Expires    string                     `json:"expires"`
	// State is one of the words above.
	State string `json:"state"`
}

// NearFit is somebody who gets a new account and nearly fits one that is out of use.
type NearFit struct {
	WorkerID string
	// Other is the worker id that the account carries; Path is where the account is.
	Other, Path string
	ObjectID    string
	// State says what is or will be of the account, Why what both have in common.
	State, Why string
	// More is how many further accounts nearly fit.
	More int
}

// Lack is what one person goes without, because the directory has not, or not enough of it.
type Lack struct {
	WorkerID, Attribute string
	// Reason says why, the same for everybody of whom the same is true.
	Reason string
}
