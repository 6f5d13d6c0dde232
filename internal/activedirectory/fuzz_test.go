// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// anyType returns one of the attributes of the standard schema, or an unknown one.
func anyType(n uint16) directory.AttributeType {
	names := append(StandardSchema().Names(), "unknownAttribute")
	return typeOf(nil, names[int(n)%len(names)])
}

// FuzzDecode holds that what comes over the wire becomes a text that means the same when it is written back.
func FuzzDecode(f *testing.F) {
	for n := range uint16(len(StandardSchema().Names()) + 1) {
		f.Add(n, []byte("20270131000000.0Z"))
		f.Add(n, []byte("\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00"))
		f.Add(n, []byte("-1"))
	}
	f.Fuzz(func(t *testing.T, n uint16, raw []byte) {
		kind := anyType(n)
		text := decode(kind, raw)
		wire, err := encode(kind, text)
		if err != nil {
			return // the directory holds what nobody may write
		}
		if again := decode(kind, []byte(wire)); !Equal(nil, kind.Name, directory.Value{text}, directory.Value{again}) {
			t.Errorf("%s: % x became %q, % x and %q", kind.Name, raw, text, wire, again)
		}
	})
}

// FuzzEncode holds that a value that may be written is read back as the same, in one spelling.
func FuzzEncode(f *testing.F) {
	for n := range uint16(len(StandardSchema().Names()) + 1) {
		for _, text := range []string{"2027-01-31T00:00:00+01:00", "never", "007", "TRUE", "S-1-5-18", "eA==", "CN=a\\,b,DC=x", "Zoë"} {
			f.Add(n, text)
		}
	}
	f.Fuzz(func(t *testing.T, n uint16, text string) {
		kind := anyType(n)
		v := directory.Value{text}
		if CheckValue(kind, v) != nil {
			return
		}
		wire, err := encode(kind, text)
		if err != nil {
			t.Fatalf("%s: %q passes the check and cannot be written: %v", kind.Name, text, err)
		}
		back := decode(kind, []byte(wire))
		if !Equal(nil, kind.Name, v, directory.Value{back}) {
			t.Errorf("%s: %q was written as % x and read as %q", kind.Name, text, wire, back)
		}
		if again, err := encode(kind, back); err != nil || again != wire {
			t.Errorf("%s: %q is written as % x, and what is read of it as % x, %v", kind.Name, text, wire, again, err)
		}
	})
}

// FuzzIdentifiers holds that identifiers have one spelling.
func FuzzIdentifiers(f *testing.F) {
	f.Add("be3244f5-325d-6242-a76e-e9e4cc3c1d4c")
	f.Add("{BE3244F5-325D-6242-A76E-E9E4CC3C1D4C}")
	f.Add("s-1-05-021-0")
	f.Fuzz(func(t *testing.T, text string) {
		if one, err := canonicalGUID(text); err == nil {
			if two, err := canonicalGUID(one); err != nil || two != one {
				t.Errorf("%q became %q and %q, %v", text, one, two, err)
			}
		}
		if b, err := parseSID(text); err == nil {
			one, err := formatSID(b)
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if again, err := parseSID(one); err != nil || string(again) != string(b) {
				t.Errorf("%q became %q and % x, %v", text, one, again, err)
			}
		}
	})
}
