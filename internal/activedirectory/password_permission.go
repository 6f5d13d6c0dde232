// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"bytes"
	"encoding/binary"
)

const (
	denyObjectEntry = 6 // ACCESS_DENIED_OBJECT_ACE ([MS-DTYP] 2.4.4.5)
	hasObjectType   = 1
	hasInherited    = 2

	rightControl = 0x100
)

// self is S-1-5-10: whoever the object is.
var self = []byte{1, 1, 0, 0, 0, 0, 0, 5, 10, 0, 0, 0}

// changePassword is User-Change-Password, ab721a53-1e2f-11d0-9819-00aa0040529b
// ([MS-ADTS] 5.1.3.2.1), as it is in entries.
var changePassword = []byte{0x53, 0x1a, 0x72, 0xab, 0x2f, 0x1e, 0xd0, 0x11, 0x98, 0x19, 0x00, 0xaa, 0x00, 0x40, 0x52, 0x9b}

// forbidsPasswordChange reports what consoles show as "User cannot change
// password": a denial of the right to do so for everyone, or for the account itself.
// https://learn.microsoft.com/windows/win32/adsi/reading-user-cannot-change-password-ldap-provider
func (l *accessList) forbidsPasswordChange() bool {
	for _, e := range l.entries {
		if e[0] != denyObjectEntry || e[1]&inheritOnly != 0 || len(e) < 12 || entryMask(e)&rightControl == 0 {
			continue
		}
		flags, rest := binary.LittleEndian.Uint32(e[8:]), e[12:]
		if flags&hasObjectType == 0 || !bytes.HasPrefix(rest, changePassword) {
			continue
		}
		rest = rest[len(changePassword):]
		if flags&hasInherited != 0 {
			rest = rest[min(16, len(rest)):]
		}
		if bytes.Equal(rest, everyone) || bytes.Equal(rest, self) {
			return true
		}
	}
	return false
}
