// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

var encodingFunctions = []definition{
	{name: "ConvertToBase64", params: "source text", result: textType, dialects: "PC", bind: bindConvert(func(s string) (string, error) {
		return base64.StdEncoding.EncodeToString(encodeUTF16(s)), nil
	}), description: "Returns the Base64 of the text in UTF-16, little endian, without byte order mark."},
	{name: "ConvertFromBase64", params: "source text, encoding word?:Unicode|UTF8|ASCII", result: textType, dialects: "C", bind: bindFromBase64,
		description: "Returns the text that is encoded in Base64, as UTF-16 (little endian) or in the given encoding."},
	{name: "ConvertToUTF8Hex", params: "source text", result: textType, dialects: "PC", bind: bindConvert(func(s string) (string, error) {
		return strings.ToUpper(hex.EncodeToString([]byte(s))), nil
	}), description: "Returns the UTF-8 bytes as upper-case hexadecimal digits."},
	{name: "CRef", params: "value text", result: textType, dialects: "C", bind: bindCStr,
		description: "Returns the text as a reference; references are text here."},
	{name: "DNComponent", params: "dn text, componentNumber number", result: textType, dialects: "C", bind: bindDNComponent,
		description: "Returns the unescaped value of the n-th component of a distinguished name, from the left; null if there are fewer."},
	{name: "EscapeDNComponent", params: "string text", result: textType, dialects: "M", bind: bindConvert(escapeDNComponent),
		description: "Escapes a value for a distinguished name; a leading name= stays as it is."},
	{name: "StringFromSid", params: "objectSID text", result: textType, dialects: "C", bind: bindConvert(sidText),
		description: "Returns S-1-… for a binary SID given as Base64 or hexadecimal digits."},
	{name: "ConvertSidToString", params: "objectSID text", result: textType, dialects: "M", bind: bindConvert(sidText),
		description: "Returns S-1-… for a binary SID given as Base64 or hexadecimal digits."},
	{name: "ConvertStringToGuid", params: "stringGuid text", result: textType, dialects: "M", bind: bindConvert(guidBytes),
		description: "Returns the 16 bytes of a GUID, in Microsoft's byte order, as Base64."},
}

// bindConvert compiles a function of one text that leaves null alone.
func bindConvert(f func(string) (string, error)) func(*call) evaluator {
	return func(c *call) evaluator {
		arg := c.args[0]
		return func(st *state) (Value, error) {
			s, null, err := arg.single(st)
			if err != nil || null {
				return Null, err
			}
			s, err = f(s)
			return String(s), err
		}
	}
}

func encodeUTF16(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for _, unit := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, unit)
	}
	return out
}

func bindFromBase64(c *call) evaluator {
	encoding, ok := c.choice(1)
	if !ok {
		return nil
	}
	return bindConvert(func(s string) (string, error) {
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
		if err != nil {
			return "", fmt.Errorf("%s is not Base64: %w", quote(s), err)
		}
		switch encoding {
		case "UTF8":
			if !utf8.Valid(data) {
				return "", errors.New("the decoded bytes are not UTF-8")
			}
			return string(data), nil
		case "ASCII":
			for _, b := range data {
				if b >= utf8.RuneSelf {
					return "", errors.New("the decoded bytes are not ASCII")
				}
			}
			return string(data), nil
		}
		if len(data)%2 != 0 {
			return "", errors.New("the decoded bytes are not UTF-16 (their number is odd); name the encoding, for example UTF8")
		}
		units := make([]uint16, len(data)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(data[2*i:])
		}
		return string(utf16.Decode(units)), nil
	})(c)
}

func bindDNComponent(c *call) evaluator {
	source, index := c.args[0], c.args[1]
	return func(st *state) (Value, error) {
		dn, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		n, err := index.integer(st, 0)
		if err != nil {
			return Null, err
		}
		components := splitDN(dn)
		if n < 1 || n > int64(len(components)) {
			return Null, nil
		}
		_, value, ok := strings.Cut(components[n-1], "=")
		if !ok {
			return Null, fmt.Errorf("%s is not a distinguished name (RFC 4514)", quote(dn))
		}
		return String(unescapeDN(value)), nil
	}
}

// splitDN splits at the commas and semicolons that are neither escaped nor within quotation marks.
func splitDN(dn string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ',', ';':
			if !quoted {
				parts = append(parts, dn[start:i])
				start = i + 1
			}
		}
	}
	return append(parts, dn[start:])
}

// unescapeDN undoes the escapes of RFC 4514 in the value of a component.
func unescapeDN(s string) string {
	s = strings.TrimLeft(s, " ")
	for strings.HasSuffix(s, " ") && !strings.HasSuffix(s, `\ `) {
		s = s[:len(s)-1]
	}
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		s = s[1 : len(s)-1]
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if i+1 < len(s) {
				if b, err := hex.DecodeString(s[i : i+2]); err == nil {
					out = append(out, b...)
					i++
					continue
				}
			}
		}
		out = append(out, s[i])
	}
	return strings.ToValidUTF8(string(out), "\ufffd")
}

// escapeDNComponent escapes what the MIM reference lists (, = + < > # ; \ ") and what RFC 4514 demands besides.
func escapeDNComponent(s string) (string, error) {
	var b strings.Builder
	if name, value, ok := strings.Cut(s, "="); ok && isAttributeName(strings.TrimSpace(name)) {
		b.WriteString(strings.TrimSpace(name))
		b.WriteByte('=')
		s = value
	}
	for i, r := range s {
		switch {
		case strings.ContainsRune(`,=+<>#;\"`, r), r == ' ' && (i == 0 || i == len(s)-1):
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\%02X", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), nil
}

func isAttributeName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// sidText decodes a security identifier ([MS-DTYP] 2.4.2.2).
func sidText(s string) (string, error) {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "S-1-") {
		return s, nil
	}
	for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
		b, err := decode(s)
		if err != nil || len(b) < 8 || b[0] != 1 || len(b) != 8+4*int(b[1]) {
			continue
		}
		var out strings.Builder
		fmt.Fprintf(&out, "S-1-%d", uint64(binary.BigEndian.Uint16(b[2:]))<<32|uint64(binary.BigEndian.Uint32(b[4:])))
		for i := 8; i < len(b); i += 4 {
			fmt.Fprintf(&out, "-%d", binary.LittleEndian.Uint32(b[i:]))
		}
		return out.String(), nil
	}
	return "", fmt.Errorf("%s is not a security identifier; expected its bytes as Base64 or hexadecimal digits", quote(s))
}

// guidBytes gives the bytes of a GUID as .NET's Guid.ToByteArray: the first three groups are little endian.
func guidBytes(s string) (string, error) {
	t := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "{"), "}")
	groups := strings.Split(t, "-")
	valid := len(t) == 36 && len(groups) == 5 && len(groups[0]) == 8 && len(groups[1]) == 4 && len(groups[2]) == 4 && len(groups[3]) == 4
	b, err := hex.DecodeString(strings.Join(groups, ""))
	if !valid || err != nil {
		return "", fmt.Errorf("%s is not a GUID; expected xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", quote(s))
	}
	b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7] = b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6]
	return base64.StdEncoding.EncodeToString(b), nil
}
