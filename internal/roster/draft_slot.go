// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"iter"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/worker"
)

// slot is the open place of a name that must be unique.
func (d *drafts) slot(p *drafted, name string, present directory.Value, o mapping.Outcome) *slot {
	if o.Candidates == nil {
		return &slot{person: p, attribute: name, set: o.Value}
	}
	s := &slot{person: p, attribute: name, prefer: present.Text(), candidates: o.Candidates,
		optional: o.OnCreate || o.IfEmpty, anew: p.restored(),
		sharable: o.Shared && p.worker != nil, inputs: d.inputs(p, o)}
	if s.anew { // a name that the rules do not give any more would be taken away again in the next run
		s.prefer = s.preferred()
	}
	return s
}

// preferred returns the candidate that is the name that the account has, as the rules spell it; "" where none is.
func (s *slot) preferred() string {
	tried := 0
	for name, err := range s.candidates {
		if tried++; s.prefer == "" || err != nil || tried > maxCandidates {
			break
		}
		if directory.Fold(name) == directory.Fold(s.prefer) {
			return name
		}
	}
	return ""
}

// reopenNames is for names that an account keeps although it moves or was
// deleted: somebody may have them already where it is going to be.
func (d *drafts) reopenNames(p *drafted, a *directory.Account) {
	candidates := func(name string) iter.Seq2[string, error] {
		if p.desired == nil {
			return nil
		}
		return p.desired.Attributes[name].Candidates
	}
	for name, c := range d.core {
		if v := a.Attributes[name]; len(v) > 0 && (c.PerContainer || p.restored() && slices.Contains(d.unique, name)) {
			p.slots = append(p.slots, &slot{person: p, attribute: name, prefer: v.Text(), candidates: candidates(name), anew: true})
			delete(a.Attributes, name)
		}
	}
}

// inputs writes down what the rule of a new name is given; names that an
// account has already share nothing.
func (d *drafts) inputs(p *drafted, o mapping.Outcome) string {
	if p.existing != nil || p.worker == nil || !o.Shared {
		return ""
	}
	return inputsOf(p.worker, o)
}

// inputsOf writes down what a rule is given for a worker.
func inputsOf(w *worker.Worker, o mapping.Outcome) string {
	var b strings.Builder
	for _, name := range o.Inputs {
		v, there := w.Attribute(name)
		if !there {
			b.WriteByte(1)
		}
		for _, s := range v.Strings() {
			b.WriteString(s)
			b.WriteByte(2)
		}
		b.WriteByte(3)
	}
	return b.String()
}
