// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"fmt"
	"strconv"

	"terraform-provider-workforce/internal/directory"
)

// Bits of userAccountControl ([MS-ADTS] 2.2.16).
const (
	bitDisabled        = 0x2
	bitLockout         = 0x10
	bitNormal          = 0x200
	bitNeverExpires    = 0x10000
	bitSmartcard       = 0x40000
	bitTrusted         = 0x80000
	bitNotDelegated    = 0x100000
	bitPasswordExpired = 0x800000

	// computedBits are never stored, although some servers return them.
	computedBits = bitLockout | bitPasswordExpired
)

func parseControl(s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("userAccountControl: found %q, expected a whole number", s)
	}
	return n & 0xffffffff, nil
}

// controlFor returns the userAccountControl that makes an account what it
// should be: the bits of the document if it manages them, else those the
// account has, with its flags, and ACCOUNTDISABLE set or cleared.
func controlFor(want directory.Account, have string) (string, error) {
	bits := int64(bitNormal)
	if have != "" {
		n, err := parseControl(have)
		if err != nil {
			return "", err
		}
		bits = n &^ computedBits
	}
	if v, managed := lookup(want.Attributes, attrControl); managed && len(v) > 0 {
		n, err := parseControl(v.Text())
		if err != nil {
			return "", err
		}
		bits = n &^ computedBits
	}
	bits = withFlags(want, bits) &^ bitDisabled
	if !want.Enabled {
		bits |= bitDisabled
	}
	return strconv.FormatInt(int64(int32(uint32(bits))), 10), nil
}

// sameControl ignores what Enabled says and what is never stored.
func sameControl(a, b string) bool {
	x, errX := parseControl(a)
	y, errY := parseControl(b)
	const ignored = bitDisabled | computedBits
	return errX == nil && errY == nil && x&^ignored == y&^ignored
}
