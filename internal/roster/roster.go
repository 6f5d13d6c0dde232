// SPDX-License-Identifier: MPL-2.0

// Package roster decides what a population of workers means for the accounts of a directory. It
// finds each worker's account, and says who joins, changes, leaves and returns, which names new
// accounts get, and whether all of that is plausible enough to go on. [Decide] does it; [Correlate]
// only looks, before anything is adopted.
//
// A decision runs through phases. Each hands on a value of a type of its own, and changes nothing
// that an earlier one handed on:
//
//	run         the input, checked, and what follows from it            run.go
//	feed        everybody in the feed, and what the rules want          feed.go, evaluate*.go
//	recognised  which account is whose, and who is absent               recognise*.go
//	drafts      the document of each account, from each person alone    draft*.go
//	names       fills in names that must be unique                      names*.go
//	linker      fills in managers                                       managers.go
//	comparison  what changes, the word for it, what would be refused    compare*.go, check*.go
//	guard       the limits of the whole run                             guard*.go
//	report      the [Result]                                            report*.go
//
// One thing flows back: a phase may find a problem that concerns one person. That person is set
// aside, and the phases from drafts to comparison run again (rounds.go) until nobody else is.
// A person who is set aside keeps the account as it is, but loses access that they must lose.
//
// The package is pure. It knows the directory only through the questions of directory.Directory,
// which it asks in bulk, and the time only through Input.AsOf. The same input gives the same
// result, byte for byte, whatever the order of the workers.
package roster

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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
	// enough of, such as a unit of a license: a *directory.PersonError for each, whose Attribute the document of the
	// person then leaves out. It is asked about everybody who is to get an account or whose account changes.
	Allots func(context.Context, []directory.Change) error
	// Now is the present, which AsOf is held against: a moment left over in a variable
	// would let nobody leave, and one ahead would let people leave and start before their
	// day. Nothing is deleted before its day comes. Zero: AsOf is not judged.
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

func (in Input) validate() error {
	var errs []error
	demand := func(ok bool, message string) {
		if !ok {
			errs = append(errs, errors.New(message))
		}
	}
	demand(in.Mapping != nil, "no mapping given")
	demand(in.Directory != nil, "no directory given")
	demand(!in.AsOf.IsZero(), "as_of: no instant given to decide for")
	demand(slices.Contains([]string{"", ProblemSetAside, ProblemStop}, in.OnProblem),
		fmt.Sprintf("on_problem: found %q, expected %q or %q", in.OnProblem, ProblemSetAside, ProblemStop))
	demand(slices.Contains([]string{"", UnmatchedCreate, UnmatchedReport}, in.OnUnmatched),
		fmt.Sprintf("on_unmatched: found %q, expected %q or %q", in.OnUnmatched, UnmatchedCreate, UnmatchedReport))
	demand(in.OnProblem == ProblemStop || in.WorkerIDAttribute != "",
		"on_problem = \"set_aside\" needs an attribute that carries worker ids: without it the accounts of people who are set aside cannot be found, and they would have no document; set on_problem = \"stop\"")
	for id, w := range in.Workers {
		if w == nil || w.ID != id || id == "" {
			errs = append(errs, fmt.Errorf("worker %q: its worker_id is not the same as its key", id))
		}
	}
	slices.SortFunc(errs, func(a, b error) int { return cmp.Compare(a.Error(), b.Error()) })
	return errors.Join(append(errs, in.Partition.validate())...)
}
