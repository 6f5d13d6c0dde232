// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"iter"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// drafted is what the third phase hands on about one person: the document of their account, with
// places left open for names that must be unique and for the manager, which depend on everybody
// else. The next two phases fill those and change nothing else.
type drafted struct {
	*person
	account *directory.Account // nil: no account afterwards
	verdict Action             // what happens; "" where that follows from the changes
	because string             // one sentence

	slots         []*slot         // names still to be given
	wantedManager *managerRequest // manager still to be resolved
	// keepsManager says that the account keeps the manager that the directory has.
	keepsManager bool

	reports string    // the manager's worker id by the rules, empty for none
	label   string    // the display name by the rules, for somebody who gets no account after all
	cause   string    // what the rules have the account disabled for, see directory.Account
	blocked string    // why a disabled account stays so although its worker works here; empty: it does not
	rehired bool      // the account of somebody who had left is taken into use again
	kept    bool      // the document says what the account has
	due     time.Time // when the account may be deleted; zero: not, or now
	// mastered is what the rules want of a synchronised account and the other directory masters;
	// barred says that this includes to take access.
	mastered []string
	barred   bool
	without  int // how many of person.lacks the document leaves out
	// leftOut says why the account has no document although there is one.
	leftOut *Unmanaged
	// agreed are what overrides name and the rules say as well; idle: they have no account to act on.
	agreed map[string]bool
	idle   bool
}

// drafts are everybody's, as far as they follow from each person alone.
type drafts struct {
	*recognised
	all []*drafted // in the order of recognised.people
}

// of returns the draft of the person with a worker id, or nil.
func (d *drafts) of(id string) *drafted {
	if p := d.lookup(id); p != nil {
		return d.all[p.at]
	}
	return nil
}

// stale reports whether somebody has been set aside after they were drafted.
func (p *drafted) stale() bool {
	return p.aside() && p.verdict != ActionSetAside && p.verdict != ActionHeld
}

// lacking reports whether the document names what the directory cannot give.
func (p *drafted) lacking() bool { return p.account != nil && len(p.lacks) > p.without }

// leaveOut notes why an account that exists has no document.
func (p *drafted) leaveOut(kind string) {
	p.leftOut = &Unmanaged{WorkerID: p.id, Kind: kind, Reason: p.because}
}

func (p *drafted) creates() bool { return p.existing == nil && p.account != nil }

func (p *drafted) deletes() bool { return p.account != nil && p.account.Deleted }

func (p *drafted) disables() bool {
	return p.account != nil && p.existing != nil && p.existing.Account.Enabled && !p.account.Enabled
}

// enables reports whether somebody can sign in again: an account that was disabled, or
// deleted, is enabled.
func (p *drafted) enables() bool {
	return p.account != nil && p.existing != nil && (!p.existing.Account.Enabled || p.restored()) && p.account.Enabled
}

// displayName returns how to call a person in lists, "" where names are redacted.
func (d *run) displayName(p *drafted) string {
	for _, attribute := range []string{"displayName", "cn", "userPrincipalName"} {
		if d.hides(attribute) {
			return ""
		}
		if p.account != nil {
			if v := p.account.Attributes[attribute]; len(v) > 0 {
				return v.Text()
			}
		}
		if v := p.present(attribute); len(v) > 0 {
			return v.Text()
		}
	}
	return p.label
}

// slot is a unique attribute of one account that still needs its value.
type slot struct {
	person     *drafted
	attribute  string
	prefer     string                   // what the account has; kept where the rule would give it too
	candidates iter.Seq2[string, error] // nil: nothing but prefer
	anew       bool                     // prefer comes first, but has to be free where the account moves to
	optional   bool                     // no candidate at all leaves the attribute unmanaged
	set        directory.Value          // several values that must all be free; there is no alternative

	// sharable: the candidates depend on inputs and nothing else.
	sharable bool
	inputs   string

	list   []candidate // those that are tried now
	shared *stream     // where they come from, if not from the slot itself
	done   bool        // it has its value
	own    []candidate // the slot's own, the first looked of them; they are the same in every pass
	looked int
	failed error   // of that look
	stream *stream // of everybody who has the same candidates, nil: none; found once
	placed bool    // whether stream has been looked for
}

// managerRequest is a manager's worker id that is still to be resolved.
type managerRequest struct{ manager string }

// stream is the candidates of all new accounts whose rule is given the same:
// the forty people called Li Wei try the same names in the same order. They
// are evaluated once, and what one of them finds taken by the population is
// not looked at again for the next.
type stream struct {
	candidates iter.Seq2[string, error]
	list       []candidate
	window     int  // how many were asked for
	asked      int  // up to which window the directory was asked about them
	first      int  // how many at the start somebody of the population has
	waiting    int  // how many slots are open in this round
	reach      int  // how many candidates are tried in this round
	held       bool // one for each that waited was not enough
}
