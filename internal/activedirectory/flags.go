// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// Flags are bits of userAccountControl ([MS-ADTS] 2.2.16) that documents manage one by one, as Boolean attributes
// of their own; the directory has no such attributes. ACCOUNTDISABLE is none of them: only Account.Enabled says
// who can sign in.
const (
	FlagPasswordNeverExpires   = "passwordNeverExpires"
	FlagSmartcardLogonRequired = "smartcardLogonRequired"
	FlagTrustedForDelegation   = "trustedForDelegation"
	FlagAccountNotDelegated    = "accountNotDelegated"
)

// FlagCannotChangePassword is no bit but two entries of the access list, which are read and written by
// themselves: [accessList.forbidsPasswordChange].
const FlagCannotChangePassword = "cannotChangePassword"

// Flags are the names of all flags that are bits, in order.
var Flags = []string{FlagAccountNotDelegated, FlagPasswordNeverExpires, FlagSmartcardLogonRequired, FlagTrustedForDelegation}

// flagBits are the bits of flags, by folded name.
var flagBits = map[string]int64{
	directory.Fold(FlagPasswordNeverExpires):   bitNeverExpires,
	directory.Fold(FlagSmartcardLogonRequired): bitSmartcard,
	directory.Fold(FlagTrustedForDelegation):   bitTrusted,
	directory.Fold(FlagAccountNotDelegated):    bitNotDelegated,
}

// isFlag reports whether a name is that of a flag, which no object has as an attribute.
func isFlag(name string) bool { return isBit(name) || isName(name, FlagCannotChangePassword) }

// isBit reports whether a name is that of a flag that userAccountControl holds.
func isBit(name string) bool { _, is := directory.ByName(flagBits, name); return is }

// flagTypes are the types of flags.
func flagTypes() []directory.AttributeType {
	var out []directory.AttributeType
	for _, name := range append(slices.Clone(Flags), FlagCannotChangePassword) {
		out = append(out, directory.AttributeType{Name: name, Syntax: directory.Boolean})
	}
	return out
}

// flagOf returns what a userAccountControl says of a flag; nothing where it cannot be read.
func flagOf(control, name string) directory.Value {
	bits, err := parseControl(control)
	if err != nil {
		return nil
	}
	return flagValue(bits&flagBits[directory.Fold(name)] != 0)
}

func flagValue(set bool) directory.Value {
	return directory.Value{strings.ToUpper(strconv.FormatBool(set))}
}

// flagSet reports whether a value sets a flag; one that is cleared is not set.
func flagSet(v directory.Value) bool { return strings.EqualFold(v.Text(), "TRUE") }

// withFlags returns the bits as the flags of a document have them; others stay.
func withFlags(want directory.Account, bits int64) int64 {
	for name, v := range want.Attributes {
		bit := flagBits[directory.Fold(name)]
		if bits &^= bit; flagSet(v) {
			bits |= bit
		}
	}
	return bits
}

// withoutFlags returns a document that manages no flags of userAccountControl, and the names of those it managed,
// in order.
func withoutFlags(want directory.Account) (directory.Account, []string) {
	var names []string
	for name := range want.Attributes {
		if isBit(name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return want, nil
	}
	want = want.Clone()
	for _, name := range names {
		delete(want.Attributes, name)
	}
	slices.Sort(names)
	return want, names
}

// checkFlags finds flags of which userAccountControl in the same document says something else.
func checkFlags(a directory.Account) (name string, err error) {
	control, managed := lookup(a.Attributes, attrControl)
	if !managed || len(control) == 0 {
		return "", nil
	}
	for _, name := range Flags {
		v, managed := lookup(a.Attributes, name)
		if said := flagOf(control.Text(), name); managed && said != nil && flagSet(said) != flagSet(v) {
			return name, fmt.Errorf("found %t, but userAccountControl in the same document, %s, says %t: leave one of the two out",
				flagSet(v), control.Text(), flagSet(said))
		}
	}
	return "", nil
}
