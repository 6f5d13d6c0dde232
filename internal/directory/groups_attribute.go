// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"errors"
	"fmt"
)

// GroupsAttribute is the attribute of an Account that says whether its groups are
// those it was given, or were taken away because its worker has left. Targets
// translate it: they remember the groups they take away at the account itself,
// so that whoever holds no state can give them back.
const GroupsAttribute = "groups"

// Values of GroupsAttribute.
const (
	// GroupsKept is wanted of an account that has, or gets back, its groups.
	GroupsKept = "kept"
	// GroupsRemoved is wanted of an account that is to be in no group.
	GroupsRemoved = "removed"
	// GroupsPartly is found, and never wanted, where taking away or giving back
	// was interrupted, or where somebody put a leaver into a group by hand.
	GroupsPartly = "partly removed"
)

// GroupsState is the value of GroupsAttribute for an account that is or is not in
// any group, and for which groups are or are not remembered. One without either
// has nothing to take away or to give back: its value is empty, and the same
// as any that is wanted.
func GroupsState(member, remembered bool) Value {
	switch {
	case member && remembered:
		return Value{GroupsPartly}
	case member:
		return Value{GroupsKept}
	case remembered:
		return Value{GroupsRemoved}
	}
	return nil
}

// SameGroups compares values of GroupsAttribute.
func SameGroups(a, b Value) bool { return a.Equal(b) || len(a) == 0 || len(b) == 0 }

// CheckGroups says what is wrong with a wanted value of GroupsAttribute.
func CheckGroups(v Value) error {
	if len(v) != 1 {
		return errors.New("found no single value, expected \"" + GroupsKept + "\" or \"" + GroupsRemoved + "\"")
	}
	if v[0] != GroupsKept && v[0] != GroupsRemoved {
		return fmt.Errorf("found %q, expected %q or %q", v[0], GroupsKept, GroupsRemoved)
	}
	return nil
}

// GroupsUnderWay reports a value of GroupsAttribute that goes along with every plan:
// some groups are in and others remembered, as where rules put somebody who returns
// into a group before the account gets back the others.
func GroupsUnderWay(attribute string, now Value) bool {
	return attribute == GroupsAttribute && now.Text() == GroupsPartly
}
