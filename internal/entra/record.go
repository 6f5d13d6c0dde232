// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
)

// Since when and why a user is disabled stands in [Options.DisabledSinceAttribute] as
// "<RFC 3339> <word>", in which the word is one of [directory.Causes] and may be missing.
//
// Microsoft Entra ID stamps signInSessionsValidFromDateTime, before which no session
// counts, with its own clock, and this package records with another. What must hold
// whichever of them is ahead: after a user was disabled, that moment is before the
// recorded one as long as sessions were not revoked since, and not before it afterwards.
//
//   - The record is never earlier than one second after the moment that was read just
//     before, see [Tenant.disabledAt]: a slow clock here hides no session.
//   - Where revoking succeeded and the moment moved, but not up to the record, the clock
//     here is fast: the record is set back to the moment, see [run.confirmSessions]. So the
//     next reading finds the sessions revoked, whatever the difference of the clocks.
type record struct {
	at      time.Time // zero where there is none
	cause   string
	foreign string // what somebody else wrote instead
}

func parseRecord(text string) record {
	if text == "" {
		return record{}
	}
	moment, cause, _ := strings.Cut(text, " ")
	at, err := time.Parse(time.RFC3339, moment)
	if err != nil || cause != "" && !slices.Contains(directory.Causes, cause) {
		return record{foreign: text}
	}
	return record{at: at.UTC(), cause: cause}
}

func (r record) String() string {
	return strings.TrimSpace(r.at.UTC().Format(time.RFC3339) + " " + r.cause)
}

// readRecord reads the record of a user, or says why there can be none.
func (u *user) readRecord(o Options) {
	name := o.DisabledSinceAttribute
	if name == "" {
		u.unrecorded = errNotRecorded
		return
	}
	u.record = parseRecord(u.text(name))
	switch {
	case u.record.foreign != "":
		u.unrecorded = fmt.Errorf("%s holds %q, which somebody else wrote, and is not overwritten: "+
			"clear it, or name another attribute in disabled_since_attribute", name, u.record.foreign)
	case u.synced():
		u.unrecorded = errors.New("the user is synchronised from Active Directory, which keeps that record")
	case u.text(attrSynced) != "" && strings.HasPrefix(name, "onPremisesExtensionAttributes/"):
		u.unrecorded = fmt.Errorf("%w, and Microsoft Graph does not write %s of such users: "+
			"name a directory extension in disabled_since_attribute", errFormerlySynchronised, name)
	}
}

// errNotRecorded is why nothing is recorded where that is switched off, which nobody is told.
var errNotRecorded = errors.New("disabled_since_attribute is empty")

// errFormerlySynchronised is why nothing is recorded about users whose mastery moved here. Of a leaver the plan
// says so ([directory.Existing.Unrecorded]), and it is no failure that they are disabled without a record. Whoever is
// disabled for another reason is told by the run: without a record no rule will enable them again.
// https://learn.microsoft.com/graph/api/resources/onpremisesextensionattributes
var errFormerlySynchronised = errors.New("the user was synchronised from Active Directory before")

// validFrom is the moment before which no session of the user counts.
func (u *user) validFrom() time.Time {
	at, err := directory.ParseMoment(u.text(attrSessions))
	if err != nil {
		return time.Time{}
	}
	return at
}

// guest reports a user from outside.
// https://learn.microsoft.com/entra/external-id/user-properties
func (u *user) guest() bool {
	return strings.EqualFold(u.text(attrUserType), "Guest") || strings.Contains(directory.Fold(u.text(attrPrincipal)), "#ext#")
}

// sessions is the value of [directory.Existing.Sessions]. It is empty where revoking or
// recording would not change it: guests sign in where they come from.
// https://learn.microsoft.com/graph/api/user-revokesigninsessions
func (u *user) sessions() string {
	switch {
	case u.enabled || u.deleted || u.guest():
		return ""
	case u.record.at.IsZero() && u.unrecorded != nil:
		return ""
	case u.record.at.IsZero() || u.validFrom().Before(u.record.at):
		return directory.SessionsLive
	}
	return directory.SessionsRevoked
}

// disabledAt is the moment that is recorded when a user is disabled now, or found disabled
// without a record. Without u the user is being created.
func (t *Tenant) disabledAt(u *user) time.Time {
	at := t.o.Clock().UTC().Truncate(time.Second)
	if u != nil && !u.validFrom().Before(at) {
		at = u.validFrom().Add(time.Second)
	}
	return at
}

// recording is the part of a change that writes the record; a zero record clears it.
func (t *Tenant) recording(u *user, r record) map[string]any {
	v := directory.Value{}
	if !r.at.IsZero() {
		v = directory.Value{r.String()}
	}
	return t.body([]string{t.o.DisabledSinceAttribute}, map[string]directory.Value{t.o.DisabledSinceAttribute: v}, u)
}

// unrecordable says why a record about a user cannot be written, if so. A mapping that
// writes the same attribute would take turns with this package.
func (t *Tenant) unrecordable(u *user, want directory.Account) error {
	name := t.o.DisabledSinceAttribute
	if name == "" {
		return errNotRecorded
	}
	for attribute := range want.Attributes {
		if strings.EqualFold(attribute, name) {
			return fmt.Errorf("the mapping writes %s as well: "+
				"take it out of the mapping, or name another attribute in disabled_since_attribute", name)
		}
	}
	if u == nil {
		return nil
	}
	return u.unrecorded
}

const recordOp = "record since when it is disabled"

// unrecordedRefusal explains why a record was refused.
func unrecordedRefusal(err error) error {
	return fmt.Errorf("without the record nobody can tell since when the user is disabled, "+
		"so that it is not deleted after its retention; "+
		"let the application write the attribute (User.ReadWrite.All), or set disabled_since_attribute to another one, or to \"\": %w", explain(err))
}
