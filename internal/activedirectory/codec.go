// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"terraform-provider-workforce/internal/directory"
)

// formatGUID writes the 16 octets of objectGUID in the usual form. The first
// three groups are little endian ([MS-DTYP] 2.3.4).
func formatGUID(b []byte) (string, error) {
	if len(b) != 16 {
		return "", fmt.Errorf("found %d octets, expected the 16 of an objectGUID", len(b))
	}
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint16(b[4:]),
		binary.LittleEndian.Uint16(b[6:]), b[8:10], b[10:]), nil
}

// parseGUID reads a GUID in any case, with or without braces.
func parseGUID(s string) ([]byte, error) {
	inner := strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	b, err := hex.DecodeString(strings.ReplaceAll(inner, "-", ""))
	if err != nil || len(b) != 16 || len(inner) != 36 || inner[8] != '-' || inner[13] != '-' || inner[18] != '-' || inner[23] != '-' {
		return nil, fmt.Errorf("found %q, expected an objectGUID such as 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", s)
	}
	binary.LittleEndian.PutUint32(b, binary.BigEndian.Uint32(b))
	binary.LittleEndian.PutUint16(b[4:], binary.BigEndian.Uint16(b[4:]))
	binary.LittleEndian.PutUint16(b[6:], binary.BigEndian.Uint16(b[6:]))
	return b, nil
}

// canonicalGUID returns s as formatGUID would write it.
func canonicalGUID(s string) (string, error) {
	b, err := parseGUID(s)
	if err != nil {
		return "", err
	}
	return formatGUID(b)
}

// formatSID writes a security identifier as S-1-… ([MS-DTYP] 2.4.2.2).
func formatSID(b []byte) (string, error) {
	if len(b) < 8 || len(b) != 8+4*int(b[1]) {
		return "", fmt.Errorf("found %d octets, expected a security identifier", len(b))
	}
	var authority uint64
	for _, c := range b[2:8] {
		authority = authority<<8 | uint64(c)
	}
	s := fmt.Sprintf("S-%d-%d", b[0], authority)
	for i := 8; i < len(b); i += 4 {
		s += "-" + strconv.FormatUint(uint64(binary.LittleEndian.Uint32(b[i:])), 10)
	}
	return s, nil
}

// parseSID reads S-1-….
func parseSID(s string) ([]byte, error) {
	bad := fmt.Errorf("found %q, expected a security identifier such as S-1-5-21-1-2-3-1104", s)
	parts := strings.Split(s, "-")
	if len(parts) < 3 || len(parts) > 18 || !strings.EqualFold(parts[0], "S") {
		return nil, bad
	}
	revision, err := strconv.ParseUint(parts[1], 10, 8)
	authority, err2 := strconv.ParseUint(parts[2], 10, 48)
	if err := errors.Join(err, err2); err != nil {
		return nil, bad
	}
	b := binary.BigEndian.AppendUint64(nil, authority)
	b[0], b[1] = byte(revision), byte(len(parts)-3)
	for _, p := range parts[3:] {
		n, err := strconv.ParseUint(p, 10, 32)
		if err != nil {
			return nil, bad
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return b, nil
}

// FILETIME counts units of 100 ns since 1601-01-01 UTC ([MS-DTYP] 2.3.3).
const (
	never          = 1<<63 - 1 // accountExpires; 0 means the same
	ticksPerSecond = 10_000_000
	epochTicks     = 116_444_736_000_000_000 // 1970-01-01
)

func fromFiletime(ticks int64) time.Time {
	return time.Unix((ticks-epochTicks)/ticksPerSecond, (ticks-epochTicks)%ticksPerSecond*100).UTC()
}

func toFiletime(t time.Time) int64 {
	return t.Unix()*ticksPerSecond + int64(t.Nanosecond())/100 + epochTicks
}

// parseExpiry reads the value of accountExpires: RFC 3339, a number of FILETIME
// units, or "never".
func parseExpiry(s string) (int64, error) {
	if strings.EqualFold(s, "never") {
		return never, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 {
		if n == 0 {
			n = never
		}
		return n, nil
	}
	if _, day := directory.EndOfDay(s, time.UTC); day {
		return 0, fmt.Errorf("found %q, which does not say in which zone that day ends: expected a time such as %sT22:00:00Z", s, s)
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < 1602 || t.Year() > 9999 {
		return 0, fmt.Errorf("found %q, expected a time such as 2027-01-31T00:00:00Z, a number of 100 ns since 1601, or \"never\"", s)
	}
	return toFiletime(t), nil
}

const generalizedLayout = "20060102150405.0Z"

// parseTime reads a generalised time as directories write it (X.680 46), or RFC 3339.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{generalizedLayout, "20060102150405Z", "20060102150405.0Z0700", "20060102150405Z0700", "060102150405Z", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("found %q, expected a time such as 20270131000000.0Z or 2027-01-31T00:00:00Z", s)
}

// encodePassword is the form of unicodePwd: quoted, UTF-16 little endian
// ([MS-ADTS] 3.1.1.3.1.5.1).
func encodePassword(password string) string {
	units := utf16.Encode([]rune(`"` + password + `"`))
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return string(b)
}

// encode turns a value of a document into what goes over the wire.
func encode(t directory.AttributeType, s string) (string, error) {
	switch {
	case isName(t.Name, attrExpires):
		n, err := parseExpiry(s)
		return strconv.FormatInt(n, 10), err
	case t.Syntax == directory.Time:
		at, err := parseTime(s)
		return at.Format(generalizedLayout), err
	case t.Syntax == directory.Boolean:
		return strings.ToUpper(s), nil
	case t.Syntax == directory.Security:
		b, err := parseSID(s)
		return string(b), err
	case t.Syntax == directory.Binary:
		b, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			return "", fmt.Errorf("found %.40q, expected binary data in base64", s)
		}
		return string(b), nil
	case t.Syntax == directory.Integer || t.Syntax == directory.Large:
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return "", fmt.Errorf("found %q, expected %s", s, t.Syntax)
		}
		return strconv.FormatInt(n, 10), nil // a leading zero reads as octal to some servers
	}
	return s, nil
}

func encodeAll(t directory.AttributeType, v directory.Value) ([]string, error) {
	out := make([]string, len(v))
	for i, s := range v {
		var err error
		if out[i], err = encode(t, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decode turns what came over the wire into the value of a document. Data that
// an unknown attribute holds is text where it can be.
func decode(t directory.AttributeType, raw []byte) string {
	switch {
	case isName(t.Name, attrGUID):
		if s, err := formatGUID(raw); err == nil {
			return s
		}
	case t.Syntax == directory.Security:
		if s, err := formatSID(raw); err == nil {
			return s
		}
	case t.Syntax != directory.Binary && utf8.Valid(raw):
		return string(raw)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// Check says what is wrong with v as the value of an attribute of a user: what
// [directory.AttributeType.Check] finds, and whether it can be encoded. Binary
// values are base64; times are generalised time or RFC 3339; accountExpires also
// takes a number of 100 ns since 1601 or "never".
func Check(t directory.AttributeType, v directory.Value) error {
	if err := t.Check(v); err != nil {
		return err
	}
	if t.ReadOnly && len(v) > 0 {
		return fmt.Errorf("%s belongs to the directory and cannot be set", t.Name)
	}
	encoded, err := encodeAll(t, v)
	if err == nil && t.Syntax == directory.Binary {
		err = checkOctets(t, encoded)
	}
	return err
}

// checkOctets holds the length of binary values against the bounds of their attribute.
func checkOctets(t directory.AttributeType, encoded []string) error {
	for _, octets := range encoded {
		switch n := int64(len(octets)); {
		case t.HasMax && n > t.Max:
			return fmt.Errorf("found %d octets, expected at most %d", n, t.Max)
		case t.HasMin && n < t.Min:
			return fmt.Errorf("found %d octets, expected at least %d", n, t.Min)
		}
	}
	return nil
}

// isName reports whether two attribute names are the same.
func isName(a, b string) bool { return strings.EqualFold(a, b) }
