// SPDX-License-Identifier: MPL-2.0

package review

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
)

// A decision counts for the fingerprint by what it does to the account, and not by why: the
// same change asked for on another day is the same change. What must hold: two sets of
// decisions have one fingerprint exactly where applying them writes the same to the same accounts.

// act is what one decision does.
type act struct {
	WorkerID string `json:"worker_id"`
	ObjectID string `json:"object_id,omitempty"`
	// Changes are "attribute: old → new" by attribute; of a new account its document.
	Changes []string `json:"changes"`
	action  roster.Action
}

// acts lists every decision that writes, by worker id.
func (v *Review) acts() []act {
	var out []act
	for _, p := range v.people {
		a := act{WorkerID: p.id(), ObjectID: p.dec.ObjectID, action: p.dec.Action}
		if p.pro.Restored {
			a.Changes = append(a.Changes, "restored")
		}
		if cause := v.cause(p); cause != "" && p.loses() { // retention counts from it
			a.Changes = append(a.Changes, "disabled for "+cause)
		}
		switch {
		case p.creates():
			a.Changes = append(a.Changes, v.r.Documents[p.id()])
		case len(p.dec.Changes) > 0:
			for _, c := range p.dec.Changes {
				a.Changes = append(a.Changes, actOf(c))
			}
			if v.hides(p) { // values that no report shows count as well
				a.Changes = append(a.Changes, digest(v.r.Documents[p.id()]))
			}
		case p.dec.Action == roster.ActionRelease:
			a.Changes = append(a.Changes, "released")
		case len(a.Changes) == 0:
			continue
		}
		slices.Sort(a.Changes)
		out = append(out, a)
	}
	return out
}

// hides reports whether a change of a person is redacted.
func (v *Review) hides(p *person) bool {
	return slices.ContainsFunc(p.dec.Changes, func(c roster.Difference) bool { return c.Redacted })
}

func actOf(c roster.Difference) string {
	old, _ := c.Old.MarshalJSON()
	now, _ := c.New.MarshalJSON()
	return c.Attribute + ": " + string(old) + " → " + string(now)
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// signs are what an act comes to, change by change, as a report_json holds it: enough to
// tell whether a change was reviewed, without a name or a value.
func (a act) signs() []string {
	out := make([]string, len(a.Changes))
	for i, c := range a.Changes {
		out[i] = digest(a.WorkerID + "\x00" + a.ObjectID + "\x00" + c)[:signLength]
	}
	slices.Sort(out)
	return out
}

// signLength is 96 bits: nobody finds another change with the same sign by chance or by trying.
const signLength = 24

// Fingerprint is the same for decisions that do the same, whatever the moment they were
// made for: "sha256:" and 64 hexadecimal digits. It tells nothing about anybody.
func (v *Review) Fingerprint() string { return fingerprint(v.acts()) }

func fingerprint(acts []act) string {
	h := sha256.New()
	for _, a := range acts {
		fmt.Fprintf(h, "%q %q %q\n", a.WorkerID, a.ObjectID, a.Changes)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Exempt names what may happen without having been approved one by one.
type Exempt string

// What may be exempt.
const (
	// ExemptJoiners are new accounts.
	ExemptJoiners Exempt = "joiners"
	// ExemptTimelyLeavers are people who lose access within timelyDays after a last day that HR gives.
	ExemptTimelyLeavers Exempt = "timely_leavers"
	// ExemptUpdates are changes of attributes that are no names, of people who keep access.
	ExemptUpdates Exempt = "updates"
)

// Exempts lists them all.
var Exempts = []string{string(ExemptJoiners), string(ExemptTimelyLeavers), string(ExemptUpdates)}

// timelyDays is how long after the last day losing access is ordinary.
const timelyDays = 7

// Approval is what stands for decisions that were reviewed: the fingerprint, then the sign of every
// change, one a line. It holds no name and no value. Whoever can read the directory can try whether it
// holds the sign of a change that they guess, so that it is not for the public.
func (v *Review) Approval() string {
	acts := v.acts()
	var signs []string
	for _, a := range acts {
		signs = append(signs, a.signs()...)
	}
	slices.Sort(signs)
	return strings.Join(append([]string{fingerprint(acts)}, signs...), "\n") + "\n"
}

// Unapproved compares decisions with those that were approved: a fingerprint, an Approval, or the
// JSON report that was reviewed. It returns nil where everything that would happen now was
// approved or is exempt. Approved decisions that are no longer due need no approval, so that a run that
// was interrupted can go on; a fingerprint alone cannot tell them apart and only allows the
// same decisions, or none.
func (v *Review) Unapproved(approved string, exempt []Exempt) error {
	acts := v.acts()
	now := v.needApproval(acts, exempt)
	if len(now) == 0 {
		return nil
	}
	reviewed, only, err := readApproval(strings.TrimSpace(approved))
	switch {
	case err != nil:
		return err
	case only == fingerprint(acts):
		return nil
	case only != "":
		return fmt.Errorf("the decisions are not those that were approved: %s was approved, and these have %s; give the .approval file or the report_json of the reviewed run instead of its fingerprint to see what differs", only, fingerprint(acts))
	}
	var differ []string
	for _, a := range now {
		news := slices.DeleteFunc(a.signs(), func(s string) bool { return reviewed[s] })
		if len(news) > 0 {
			differ = append(differ, v.difference(a))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	const shown = 20
	text := strings.Join(differ[:min(len(differ), shown)], "\n  - ")
	if more := len(differ) - shown; more > 0 {
		text += fmt.Sprintf("\n  … and %d more", more)
	}
	return fmt.Errorf("%s would now happen that nobody approved:\n  - %s", wording.Count(len(differ), "decision"), text)
}

// needApproval leaves out what is exempt: of a kind that is, and of nobody whom the report asks about.
func (v *Review) needApproval(acts []act, exempt []Exempt) []act {
	asked := map[string]bool{}
	for _, f := range v.findings {
		for _, id := range f.Workers {
			asked[id] = asked[id] || !aboutWhatStays[f.Key] || !v.byID[id].loses()
		}
	}
	return slices.DeleteFunc(slices.Clone(acts), func(a act) bool { return !asked[a.WorkerID] && v.exempt(a, exempt) })
}

// aboutWhatStays are questions about what leavers leave behind, which do not doubt that they
// leave: their access ends in time, whoever answers.
var aboutWhatStays = map[string]bool{"leavers_manage": true, "leaver_owns_groups": true, "leaver_privileged": true,
	"leaver_used_after": true}

// readApproval reads the signs of what was approved, or the fingerprint where that is all there is.
func readApproval(approved string) (signs map[string]bool, only string, err error) {
	signs = map[string]bool{}
	if strings.HasPrefix(approved, "{") {
		var doc struct {
			Version int                 `json:"version"`
			Acts    map[string][]string `json:"acts"`
		}
		if err := json.Unmarshal([]byte(approved), &doc); err != nil || doc.Version != Version || doc.Acts == nil {
			return nil, "", fmt.Errorf("not a report_json of version %d: %w", Version, errors.Join(err, errors.New("take it from the run that was reviewed")))
		}
		for _, list := range doc.Acts {
			for _, s := range list {
				signs[s] = true
			}
		}
		return signs, "", nil
	}
	lines := strings.Fields(approved)
	if len(lines) == 0 || !isFingerprint(lines[0]) {
		return nil, "", fmt.Errorf("found %q, expected a fingerprint (sha256: and 64 hexadecimal digits), an .approval file or the content of a report_json", abbreviated(approved))
	}
	for _, s := range lines[1:] {
		if _, err := hex.DecodeString(s); err != nil || len(s) != signLength {
			return nil, "", fmt.Errorf("found the line %q below the fingerprint, expected %d hexadecimal digits: take the .approval file of the reviewed run as it is", abbreviated(s), signLength)
		}
		signs[s] = true
	}
	if len(lines) == 1 && lines[0] != fingerprint(nil) {
		return nil, lines[0], nil
	}
	return signs, "", nil
}

// difference tells what would happen to one person now.
func (v *Review) difference(a act) string {
	p := v.byID[a.WorkerID]
	return fmt.Sprintf("%s: %s: %s", text{p.who()}, a.action, p.dec.Reason)
}

// exempt reports whether a decision is of a kind that needs no approval of its own. Whoever a
// question is about needs one all the same: policy is for what is ordinary.
func (v *Review) exempt(a act, exempt []Exempt) bool {
	p := v.byID[a.WorkerID]
	switch a.action {
	case roster.ActionCreate:
		return slices.Contains(exempt, ExemptJoiners)
	case roster.ActionDisable:
		days := v.daysAgo(p.pro.EndDate)
		return slices.Contains(exempt, ExemptTimelyLeavers) && !p.pro.Adopted && v.cause(p) == directory.ForLeft && p.pro.EndDate != "" && days >= 0 && days <= timelyDays
	case roster.ActionUpdate:
		return slices.Contains(exempt, ExemptUpdates) && p.stays() && !p.pro.Adopted && !slices.ContainsFunc(p.dec.Changes, v.touchesNameOrAccess)
	}
	return false
}

// touchesNameOrAccess reports whether a change is more than a fact about somebody: who they are
// called, where their mail goes, or what they may do.
func (v *Review) touchesNameOrAccess(c roster.Difference) bool {
	return slices.Contains(states, c.Attribute) || slices.Contains(v.r.Naming, c.Attribute) || slices.Contains(nameOrAccess, directory.Fold(c.Attribute))
}

var nameOrAccess = []string{"displayname", "givenname", "sn", "surname", "mail", "proxyaddresses", "othermails", "targetaddress", directory.Fold(directory.GroupsAttribute), "accountexpires", "logonhours",
	"userworkstations", "scriptpath", "homedirectory", "profilepath", "businessphones", "mobile", "mobilephone", "useraccountcontrol", "employeeid", "employeetype", "usertype"}

func isFingerprint(s string) bool {
	digits, ok := strings.CutPrefix(s, "sha256:")
	_, err := hex.DecodeString(digits)
	return ok && err == nil && len(digits) == 64
}

func abbreviated(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
