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
	// IDAttribute is the attribute by which Directory.Find looks up object ids.
	// Empty: "objectGUID" for Active Directory, "id" for Microsoft Entra ID.
	IDAttribute string
	// Links pins workers to accounts: worker id → object id. A link wins over
	// every match rule.
	Links map[string]string
	// Reserved holds names that nobody new may get, by target attribute;
	// AnyAttribute for all unique attributes. Case does not matter. A name
	// without "@" also reserves the part before the "@" of longer names.
	Reserved map[string][]string
	// ReuseDeletedNames lets new names be such that deleted objects still hold.
	// Otherwise they count as taken until the object is purged, so that restoring
	// it collides with nobody. What an account has already it keeps either way.
	// Names that are unique in their container only are never held by the deleted.
	ReuseDeletedNames bool
	// ReserveFreedNames keeps names from going to somebody else that their owner gives up
	// in this run; see reserve.go. Two or more people who exchange their names may.
	ReserveFreedNames bool
	// RestoreDeleted gives a worker who should have an account and has none the
	// deleted one that carries their worker id, which keeps its identity. Names
	// that somebody else has got meanwhile are given anew.
	RestoreDeleted bool
	// Overrides win over the rules, each in what it names.
	Overrides []Override
	// OnDataError says what follows when the rules cannot be evaluated for a
	// worker: DataErrorFail (the default) or DataErrorExclude.
	OnDataError string
	// OnProblem says what follows when something is wrong with one person: ProblemSetAside
	// (the default) or ProblemStop.
	OnProblem string
	// OnUnmatched says what follows when a worker who should have an account
	// matches none: UnmatchedCreate (the default) or UnmatchedReport.
	OnUnmatched string
	// Owned says which of the accounts that carry a worker id belong to this
	// population, so that several populations can share a directory. Nil: all
	// of them. It only decides about accounts that no worker matches.
	Owned      func(*directory.Existing) bool
	Safeguards Safeguards
	// Partition says how Result.Partitions divides the accounts.
	Partition Partition
	// MaxListed is the number of rows after which a list of the report is cut; 50 by default.
	MaxListed int
}

// AnyAttribute is the key of Input.Reserved for names that are reserved in every unique attribute.
const AnyAttribute = "*"

// Values of Input.OnDataError and Input.OnUnmatched.
const (
	DataErrorFail    = "fail"      // no decision for anybody
	DataErrorExclude = "exclude"   // an existing account of the worker stays exactly as it is, none is created
	ProblemSetAside  = "set_aside" // the account stays as it is, except that access that must be lost is taken
	ProblemStop      = "stop"      // no decision for anybody
	UnmatchedCreate  = "create"    // an account is created
	UnmatchedReport  = "report"    // nothing is created, the report names the worker
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
	// created, changed while it stays in use, disabled or dropped, and taken
	// into use again. Orphans are the worker ids of owned accounts that no
	// worker in the feed stands behind.
	Joiners, Movers, Leavers, Rehires, Orphans []string
	// Overridden are the worker ids for whom an override is in force.
	Overridden []string
	// Calendar is what will happen within CalendarDays if nothing changes, earliest first.
	Calendar []Event
	// Report is Markdown for people, ReportJSON the same for policy engines.
	Report, ReportJSON string
	// Digest sums up the report in a few lines of plain text where more happens than
	// can be read person by person; "" otherwise.
	Digest string
	// Warnings are things somebody should look at that stop nothing.
	Warnings []string
}

// CalendarDays is how far Result.Calendar looks ahead.
const CalendarDays = 30

// Event is something that will happen to a worker.
type Event struct {
	At       time.Time
	WorkerID string
	Name     string
	What     string
}

// Action is the one word for what happens to a worker's account. Where several
// things happen, it names the one that deserves the most attention.
type Action string

// The actions, the riskiest first.
const (
	ActionRetire     Action = "retire"       // retention is over: drops out of the accounts
	ActionRelease    Action = "release"      // absent from the feed, and on_absent is release: drops out of the accounts
	ActionDisable    Action = "disable"      // can no longer sign in
	ActionRename     Action = "rename"       // a naming attribute changes
	ActionMove       Action = "move"         // the container changes
	ActionRehire     Action = "rehire"       // a former worker's account is taken into use again
	ActionEnable     Action = "enable"       // can sign in from now on
	ActionCreate     Action = "create"       // a new account
	ActionUpdate     Action = "update"       // attributes change
	ActionUnmatched  Action = "unmatched"    // should have an account, matches none, and creating is switched off
	ActionSetAside   Action = "set_aside"    // something is wrong with this person: left as it is
	ActionDataError  Action = "data_error"   // the HR record cannot be evaluated: left as it is
	ActionAbsent     Action = "absent"       // no longer in the feed: left as it is
	ActionOutOfScope Action = "out_of_scope" // not in scope, and nothing follows from it
	ActionFuture     Action = "future"       // too early for an account
	ActionNone       Action = "none"         // nothing to do
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
	ContainerChange = "container"
	EnabledChange   = "enabled"
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
}
