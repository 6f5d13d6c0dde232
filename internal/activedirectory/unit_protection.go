// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

const (
	attrDescriptor = "nTSecurityDescriptor"
	// sdFlags chooses the parts of a security descriptor ([MS-ADTS] 3.1.1.3.4.1.11);
	// daclOnly is its value for the access list, which needs no more than the
	// right to change permissions.
	sdFlags  = "1.2.840.113556.1.4.801"
	daclOnly = "\x30\x03\x02\x01\x04"

	rightDeleteChild = 0x2
	rightDeleteTree  = 0x40
	rightDelete      = 0x10000
)

// everyone is S-1-1-0.
var everyone = []byte{1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}

// accessList is a discretionary access list ([MS-DTYP] 2.4.5) and the control
// bits of the descriptor that it is part of.
type accessList struct {
	control  uint16
	revision byte
	entries  [][]byte
}

const (
	daclPresent  = 0x4
	selfRelative = 0x8000

	denyEntry   = 1
	inheritOnly = 0x8
	inherited   = 0x10
)

// parseAccessList reads a self-relative security descriptor ([MS-DTYP] 2.4.6).
func parseAccessList(b []byte) (*accessList, error) {
	bad := errors.New("the security descriptor cannot be understood")
	if len(b) < 20 {
		return nil, bad
	}
	l := &accessList{control: binary.LittleEndian.Uint16(b[2:]), revision: 4}
	at := int(binary.LittleEndian.Uint32(b[16:]))
	if l.control&daclPresent == 0 || at == 0 {
		return nil, errors.New("it has no access list, so everyone may do everything")
	}
	if at+8 > len(b) {
		return nil, bad
	}
	l.revision = b[at]
	count := int(binary.LittleEndian.Uint16(b[at+4:]))
	for at += 8; count > 0; count-- {
		if at+8 > len(b) {
			return nil, bad
		}
		size := int(binary.LittleEndian.Uint16(b[at+2:]))
		if size < 8 || at+size > len(b) {
			return nil, bad
		}
		l.entries = append(l.entries, bytes.Clone(b[at:at+size]))
		at += size
	}
	return l, nil
}

// bytes writes a descriptor that has the access list only.
func (l *accessList) bytes() []byte {
	b := []byte{1, 0}
	b = binary.LittleEndian.AppendUint16(b, l.control|daclPresent|selfRelative)
	for _, offset := range []uint32{0, 0, 0, 20} { // owner, group, audit list, access list
		b = binary.LittleEndian.AppendUint32(b, offset)
	}
	b = append(b, l.revision, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(l.size()))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(l.entries)))
	b = append(b, 0, 0)
	for _, e := range l.entries {
		b = append(b, e...)
	}
	return b
}

// size is how many octets the access list has, of which there is room for 65535.
func (l *accessList) size() int {
	size := 8
	for _, e := range l.entries {
		size += len(e)
	}
	return size
}

// deniesEveryone reports whether an entry denies everyone something on the
// object itself, by its own entry and not by one of a container.
func deniesEveryone(e []byte) bool {
	return e[0] == denyEntry && e[1]&(inheritOnly|inherited) == 0 && bytes.Equal(e[8:], everyone)
}

func entryMask(e []byte) uint32 { return binary.LittleEndian.Uint32(e[4:]) }

// denied returns the rights that the list denies everyone.
func (l *accessList) denied() uint32 {
	var mask uint32
	for _, e := range l.entries {
		if deniesEveryone(e) {
			mask |= entryMask(e)
		}
	}
	return mask
}

// deny denies everyone these rights, as the first entry: denials go before grants.
func (l *accessList) deny(mask uint32) {
	e := []byte{denyEntry, 0, byte(8 + len(everyone)), 0}
	e = binary.LittleEndian.AppendUint32(e, mask)
	l.entries = append([][]byte{append(e, everyone...)}, l.entries...)
}

// allow takes the denial of these rights away, and leaves others.
func (l *accessList) allow(mask uint32) {
	var kept [][]byte
	for _, e := range l.entries {
		if deniesEveryone(e) {
			rest := entryMask(e) &^ mask
			if rest == 0 {
				continue
			}
			binary.LittleEndian.PutUint32(e[4:], rest)
		}
		kept = append(kept, e)
	}
	l.entries = kept
}

func (d *Domain) accessList(ctx context.Context, dn string) (*accessList, error) {
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{
		BaseDN: dn, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{attrDescriptor},
		Controls: []ldap.Control{ldap.NewControlString(sdFlags, true, daclOnly)},
	})
	if err != nil {
		return nil, fmt.Errorf("reading the permissions of %q: %w", dn, err)
	}
	if len(entries) != 1 || len(entries[0].GetRawAttributeValue(attrDescriptor)) == 0 {
		return nil, fmt.Errorf("the permissions of %q cannot be read: the account the provider signs in with needs the right to read permissions", dn)
	}
	l, err := parseAccessList(entries[0].GetRawAttributeValue(attrDescriptor))
	if err != nil {
		return nil, fmt.Errorf("the permissions of %q: %w", dn, err)
	}
	return l, nil
}

// denies reports whether an object denies everyone all of these rights.
func (d *Domain) denies(ctx context.Context, dn string, mask uint32) (bool, error) {
	l, err := d.accessList(ctx, dn)
	if err != nil {
		return false, err
	}
	return l.denied()&mask == mask, nil
}

// protect writes what the consoles of Windows write for "Protect object from
// accidental deletion": the object denies everyone to delete it and what is in
// it, and its container denies everyone to delete children. The latter stays
// when protection ends, since it protects others as well.
func (d *Domain) protect(ctx context.Context, dn string, on bool) error {
	// What two units write to their common container must not overwrite each other.
	if err := d.permissions.lock(ctx); err != nil {
		return err
	}
	defer d.permissions.unlock()
	if err := d.setDenied(ctx, dn, rightDelete|rightDeleteTree, on); err != nil || !on {
		return err
	}
	return d.setDenied(ctx, Parent(dn), rightDeleteChild, true)
}

func (d *Domain) setDenied(ctx context.Context, dn string, mask uint32, on bool) error {
	l, err := d.accessList(ctx, dn)
	if err != nil {
		return err
	}
	switch denied := l.denied() & mask; {
	case on && denied == mask, !on && denied == 0:
		return nil
	case on:
		l.deny(mask)
	default:
		l.allow(mask)
	}
	req := ldap.NewModifyRequest(dn, []ldap.Control{ldap.NewControlString(sdFlags, true, daclOnly)})
	req.Replace(attrDescriptor, []string{string(l.bytes())})
	err = d.client.Modify(audit.With(ctx, audit.Subject{Kind: audit.Unit}), req)
	if ldapconn.IsAccessDenied(err) {
		return fmt.Errorf("the permissions of %q cannot be changed, which protecting from deletion needs: %w", dn, explainWrite(err))
	}
	if err != nil {
		return fmt.Errorf("the permissions of %q: %w", dn, explainWrite(err))
	}
	return nil
}

// keepsProtection says why an organizational unit must not change its path, or go
// where the new one is empty: protect.containers names places by their path, so that
// everybody below would lose the protection, and nobody would be told.
func (d *Domain) keepsProtection(path, becomes string) error {
	if sameDN(path, becomes) {
		return nil
	}
	for _, c := range d.o.Protect.Containers {
		switch {
		case sameDN(path, c), Below(c, path):
			return because(directory.ErrProtected, "organizational unit %q: protect.containers of the provider names %q, which would be somewhere else or gone, and its accounts without protection. "+
				"Take it out of protect.containers and apply that first, or change the unit by hand and name its new path there", path, c)
		case becomes != "" && Below(path, c) && !Below(becomes, c):
			return because(directory.ErrProtected, "organizational unit %q: what is below %q is protected (protect.containers of the provider), and would not be at %q. "+
				"Keep the unit there, or move it by hand", path, c, becomes)
		}
	}
	return nil
}
