// SPDX-License-Identifier: MPL-2.0

package roster

// Problem is why a person is set aside.
type Problem struct {
	// Kind is one of the words below.
	Kind string `json:"kind"`
	// Text says what was found and what was expected; Remedy says what to do.
	Text   string `json:"problem"`
	Remedy string `json:"remedy"`
}

// problemKind is a kind of trouble that concerns one person.
type problemKind string

// The kinds, as reports name them.
const (
	problemData       problemKind = "data_error"     // the rules cannot be evaluated for the HR record
	problemDates      problemKind = "dates"          // the HR record contradicts itself
	problemStatus     problemKind = "unknown_status" // nobody knows what the status word means
	problemAmbiguous  problemKind = "ambiguous"      // several accounts fit
	problemContested  problemKind = "contested"      // several workers fit one account
	problemTakeover   problemKind = "takeover"       // the account is somebody else's
	problemTwice      problemKind = "twice"          // several accounts carry the worker id of somebody absent
	problemCarried    problemKind = "carried"        // another account carries the worker id that a new one would get
	problemNoName     problemKind = "no_name"        // every candidate for a name is taken
	problemName       problemKind = "name"           // two accounts would share a name
	problemValue      problemKind = "value"          // the directory does not accept a value
	problemContainer  problemKind = "container"      // the container does not exist
	problemSuffix     problemKind = "suffix"         // the suffix of the user principal name is unknown
	problemDeletion   problemKind = "deletion"       // the account is to be deleted, and the directory would not
	problemProtected  problemKind = "protected"      // the account is protected
	problemRestricted problemKind = "restricted"     // the directory lets only others write the account
	problemHeld       problemKind = "held"           // somebody decided that nothing happens for now
	problemTarget     problemKind = "synchronised"   // the account is not synchronised, and the rules are for those
)

// trouble is one problem of one person.
type trouble struct {
	kind         problemKind
	text, remedy string
}

const (
	remedyNotSynchronised = "see to it that the account in Active Directory is in the scope of the synchronisation, or give the worker to a population whose mapping has no synchronised_only"
	remedySynchronised    = "Active Directory masters this: change it there, or let the population of that domain do it"

	remedyHeld   = "to let it happen, remove the override or wait for its last day"
	remedyDates  = "correct the dates or the status in the HR system"
	remedyData   = "correct the HR record or the rule"
	remedyStatus = "ask HR what they mean, and add them to inactive_statuses (has left), prehire_statuses (has not started), leave_statuses or suspended_statuses (is away) of worker_lifecycle, " +
		"or to active_statuses, which must then list every word of people who work here"
)

// problemTitles say for errors what is wrong with the people listed, and what to do.
var problemTitles = map[problemKind]string{
	problemTwice:      "these workers are not in the feed, and several accounts carry their worker id",
	problemCarried:    "other accounts carry the worker ids that new accounts of these workers would get",
	problemNoName:     "no free name",
	problemName:       "two accounts would share a name that must be unique",
	problemValue:      "the directory does not accept these values",
	problemContainer:  "these containers do not exist",
	problemSuffix:     "these suffixes of user principal names are not known to the directory",
	problemDeletion:   "these accounts cannot be deleted",
	problemProtected:  "these accounts are protected, and the rules would change them",
	problemRestricted: "the directory lets only others write these accounts, and the rules would change them",
	problemAmbiguous:  "these workers match several accounts",
	problemContested:  "these accounts are matched by several workers",
	problemTakeover:   "these accounts are somebody else's",
	problemTarget:     "these accounts are not synchronised, and the rules are for synchronised ones only",
	problemDates:      "the HR records of these workers contradict themselves",
	problemData:       "the rules cannot be evaluated for these workers",
	problemStatus:     "nobody knows what the status words of these workers mean",
}
