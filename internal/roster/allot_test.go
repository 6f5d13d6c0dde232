// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/roster"
)

// TestWhatIsShort: who is to get what the directory has not enough of is set aside, everybody is asked about at once, and
// nobody whose account stays as it is.
func TestWhatIsShort(t *testing.T) {
	m := newMemory()
	m.ann()
	in := input(t, m, rules(), hire("1 Ann Lee"), hire("2 Bob Ray"), hire("3 Cat Sun"))
	in.Allots = func(_ context.Context, changes []directory.Change) error {
		if len(changes) < 2 { // whoever was set aside asks no more
			return nil
		}
		return errors.Join(&directory.PersonError{WorkerID: "3", Op: "assign", Attribute: "license", Err: errors.New("no unit is left")})
	}
	r := decide(t, in)
	d := expectAction(t, r, "3", roster.ActionSetAside)
	expectAction(t, r, "2", roster.ActionCreate)
	if len(d.Problems) != 1 || d.Problems[0].Kind != "value" || !strings.Contains(d.Problems[0].Text, "no unit is left") {
		t.Errorf("problems %+v", d.Problems)
	}
	in.Allots = func(context.Context, []directory.Change) error { return errors.New("the directory is down") }
	refused(t, in, "the directory is down")
}
