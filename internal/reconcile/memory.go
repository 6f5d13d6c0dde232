// SPDX-License-Identifier: MPL-2.0

package reconcile

// Memory is what must be known of a population from run to run beside its documents.
type Memory struct {
	// IDs holds the object id of every managed account, by worker id.
	IDs map[string]string
	// Untouched holds the workers whose account this population took over and never changed.
	// It does not disable these accounts when they lose their document.
	Untouched map[string]bool
	// Purging holds the workers whose account is in the recycle bin because deleting it for good
	// failed. The state keeps them until the account is deleted for good.
	Purging map[string]bool
	// ByHand holds, by worker id, the attributes that somebody else changed after a run recorded
	// them. It forgets them when a run writes the account.
	ByHand map[string][]string
	// Crossed holds the workers whose document rules made over another account than theirs at the last refresh, see
	// [Verdicts.Crossed].
	Crossed map[string]Crossing
	// Unwritten holds the workers of whose documents the last run wrote nothing but the worker id. The state records these
	// documents all the same, until the next refresh.
	Unwritten map[string]bool
	// Moved holds the object ids of accounts that somebody moved to another directory of the forest, by worker id.
	Moved map[string]string
	// Directory is where the accounts are.
	Directory Identity
	// Verdicts says, by object id, why the rules gave an account no document at the last refresh.
	// It is nil where no rules decided.
	Verdicts map[string]Verdict
}

// Crossing says over which account rules made a document.
type Crossing struct {
	// Object is its object id; empty where rules found no account.
	Object string `json:"object,omitempty"`
	// Document is a digest of the document.
	Document string `json:"document,omitempty"`
	// Barred says that the worker may not sign in, whatever is true of that account.
	Barred bool `json:"barred,omitempty"`
}

// Identity tells one directory from all others. The zero value is unknown.
type Identity struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
	// Server is the domain controller that was used last; empty for a directory without replicas.
	Server string `json:"server,omitempty"`
}

// NewMemory returns an empty memory.
func NewMemory() Memory {
	return Memory{IDs: map[string]string{}, Untouched: map[string]bool{}, Purging: map[string]bool{}, ByHand: map[string][]string{},
		Moved: map[string]string{}, Crossed: map[string]Crossing{}, Unwritten: map[string]bool{}}
}

// forget removes everything that is known of a worker.
func (m *Memory) forget(id string) {
	delete(m.IDs, id)
	delete(m.Untouched, id)
	delete(m.Purging, id)
	delete(m.ByHand, id)
	delete(m.Crossed, id)
	delete(m.Unwritten, id)
}
