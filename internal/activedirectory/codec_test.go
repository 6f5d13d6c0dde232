// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/ldapconn"
)

func TestGUID(t *testing.T) {
	raw := []byte{0xf5, 0x44, 0x32, 0xbe, 0x5d, 0x32, 0x42, 0x62, 0xa7, 0x6e, 0xe9, 0xe4, 0xcc, 0x3c, 0x1d, 0x4c}
	const want = "be3244f5-325d-6242-a76e-e9e4cc3c1d4c"
	if s, err := formatGUID(raw); err != nil || s != want {
		t.Errorf("%s, %v", s, err)
	}
	for _, s := range []string{want, strings.ToUpper(want), "{" + want + "}"} {
		if b, err := parseGUID(s); err != nil || !bytes.Equal(b, raw) {
			t.Errorf("%s: % x, %v", s, b, err)
		}
	}
	for _, s := range []string{"", "x", want[1:], want + "0", strings.ReplaceAll(want, "-", ""), strings.Replace(want, "a", "g", 1), "be3244f5325d-6242-a76e-e9e4cc3c1d4c-"} {
		if _, err := parseGUID(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
	if _, err := formatGUID(raw[1:]); err == nil {
		t.Error("15 octets are accepted")
	}
}

func TestSID(t *testing.T) {
	for _, s := range []string{"S-1-5-21-1800931636-3973170228-2165515596-500", "S-1-5-18", "S-1-0"} {
		b, err := parseSID(s)
		if back, backErr := formatSID(b); err != nil || backErr != nil || back != s {
			t.Errorf("%s became %s, %v, %v", s, back, err, backErr)
		}
	}
	for _, s := range []string{"", "S-1", "X-1-5", "S-1-5-4294967296", "S-1-5--1", "S-1-5-21-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16"} {
		if _, err := parseSID(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
	for _, b := range [][]byte{nil, {1, 1, 0, 0, 0, 0, 0, 5}, {1, 2, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0}} {
		if s, err := formatSID(b); err == nil {
			t.Errorf("% x became %s", b, s)
		}
	}
}

func TestFiletime(t *testing.T) {
	at := time.Date(2026, 11, 22, 21, 34, 5, 700, time.UTC)
	if back := fromFiletime(toFiletime(at)); !back.Equal(at) {
		t.Errorf("%v became %v", at, back)
	}
	if n := toFiletime(time.Unix(0, 0)); n != epochTicks {
		t.Errorf("1970 is %d", n)
	}
	for s, want := range map[string]int64{"never": never, "NEVER": never, "0": never, "9223372036854775807": never, "1970-01-01T00:00:00Z": epochTicks,
		"1970-01-01T01:00:00+01:00": epochTicks, "133700000000000000": 133700000000000000} {
		if n, err := parseExpiry(s); err != nil || n != want {
			t.Errorf("%s is %d, %v", s, n, err)
		}
	}
	for _, s := range []string{"", "-1", "soon", "2027-01-31", "1600-01-01T00:00:00Z", "9223372036854775808", "1.5"} {
		if _, err := parseExpiry(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

func TestEncodeAndDecode(t *testing.T) {
	for _, tt := range []struct{ attribute, document, wire, back string }{
		{"title", "Größte", "Größte", "Größte"},
		{"msNPAllowDialin", "true", "TRUE", "TRUE"},
		{"thumbnailPhoto", "AAH/", "\x00\x01\xff", "AAH/"},
		{"msTSExpireDate", "2027-01-31T01:00:00+01:00", "20270131000000.0Z", "20270131000000.0Z"},
		{"accountExpires", "never", "9223372036854775807", "9223372036854775807"},
		{"countryCode", "276", "276", "276"},
		{"securityIdentifier", "S-1-5-18", "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00", "S-1-5-18"},
	} {
		kind := typeOf(nil, tt.attribute)
		wire, err := encode(kind, tt.document)
		if err != nil || wire != tt.wire {
			t.Errorf("%s %q is sent as %q, %v", tt.attribute, tt.document, wire, err)
		}
		if back := decode(kind, []byte(wire)); back != tt.back {
			t.Errorf("%s %q comes back as %q, want %q", tt.attribute, tt.document, back, tt.back)
		}
	}
	if got := decode(typeOf(nil, "unheardOf"), []byte{0xff, 0}); got != "/wA=" {
		t.Errorf("data that is no text: %q", got)
	}
	for attribute, v := range map[string]directory.Value{"thumbnailPhoto": {"?"}, "accountExpires": {"x"}, "msTSExpireDate": {"x"}, "title": {"a", "b"},
		"whenCreated": {"20270131000000.0Z"}, "securityIdentifier": {"x"}, "description": {"a", "b"}, "msNPAllowDialin": {"yes"}} {
		if err := Check(typeOf(nil, attribute), v); err == nil {
			t.Errorf("%s=%q is accepted", attribute, v)
		}
	}
	if err := Check(typeOf(nil, "accountExpires"), directory.Value{"2027-01-31T00:00:00Z"}); err != nil {
		t.Error(err)
	}
	if got := encodePassword("aß🌷"); got != "\"\x00a\x00\xdf\x00<\xd87\xdf\"\x00" {
		t.Errorf("password % x", got)
	}
}

func TestControl(t *testing.T) {
	with := func(enabled bool, control ...string) directory.Account {
		a := directory.Account{Enabled: enabled, Attributes: map[string]directory.Value{}}
		if len(control) > 0 {
			a.Attributes["useraccountcontrol"] = control
		}
		return a
	}
	for _, tt := range []struct {
		want       directory.Account
		have, bits string
	}{
		{with(true), "", "512"}, {with(false), "", "514"}, {with(false), "66048", "66050"}, {with(true), "66050", "66048"},
		{with(true), "8389120", "512"}, {with(true), "528", "512"}, {with(false, "66048"), "512", "66050"}, {with(true, "66050"), "514", "66048"},
		{with(true), "-2147483136", "-2147483136"},
	} {
		if got, err := controlFor(tt.want, tt.have); err != nil || got != tt.bits {
			t.Errorf("%v from %s: %s, %v, want %s", tt.want, tt.have, got, err, tt.bits)
		}
	}
	if _, err := controlFor(with(true, "x"), "512"); err == nil {
		t.Error("x is accepted")
	}
}

func TestDN(t *testing.T) {
	same := []string{`CN=Zoë \"Z\" O'Brien\, Jr.,OU=A,DC=x`, `cn=ZOË \22Z\22 o'brien\2c jr. , ou=a, dc=X`, `CN=Zo\c3\ab \"Z\" O'Brien\, Jr.,OU=A;DC=x`}
	for _, s := range same {
		if !sameDN(s, same[0]) {
			t.Errorf("%s and %s differ: %s, %s", s, same[0], dnKey(s), dnKey(same[0]))
		}
	}
	for _, pair := range [][2]string{{"CN=a,DC=x", "CN=a,DC=y"}, {"CN=a b,DC=x", "CN=ab,DC=x"}, {`CN=a\,DC=x`, "CN=a,DC=x"}, {`CN=\ a,DC=x`, "CN=a,DC=x"}, {"", "CN=a"}} {
		if sameDN(pair[0], pair[1]) {
			t.Errorf("%q and %q are the same: %q", pair[0], pair[1], dnKey(pair[0]))
		}
	}
	for _, name := range hostile {
		dn := joinDN(name, "OU=A,DC=x")
		if got := cnOf(dn); got != name {
			t.Errorf("%q became %q in %s", name, got, dn)
		}
		if parent := Parent(dn); parent != "OU=A,DC=x" {
			t.Errorf("the parent of %s is %s", dn, parent)
		}
	}
	for _, tt := range []struct {
		dn, container string
		want          bool
	}{
		{"CN=a,OU=Staff,DC=x", "ou=staff, dc=x", true}, {"CN=a,OU=b,OU=Staff,DC=x", "OU=Staff,DC=x", true}, {`CN=a\,OU=Staff,DC=x`, "OU=Staff,DC=x", false},
		{"OU=Staff,DC=x", "OU=Staff,DC=x", false}, {"CN=a,OU=NoStaff,DC=x", "OU=Staff,DC=x", false}, {"", "DC=x", false},
	} {
		if got := Below(tt.dn, tt.container); got != tt.want {
			t.Errorf("%s below %s: %v", tt.dn, tt.container, got)
		}
	}
	for _, s := range []string{"", "x", "=x", "OU", "@"} {
		if CheckContainer(s) == nil {
			t.Errorf("%q is accepted as a container", s)
		}
	}
}

func TestEqual(t *testing.T) {
	v := func(s ...string) directory.Value { return s }
	for _, tt := range []struct {
		attribute string
		a, b      directory.Value
		want      bool
	}{
		{"title", v("Boss"), v("Boss"), true}, {"title", v("Boss"), v("boss"), false}, {"title", v("é"), v("e"), false}, {"title", nil, v(), true}, {"title", v("x"), nil, false},
		{"sAMAccountName", v("A"), v("a"), false}, {"proxyAddresses", v("SMTP:a", "smtp:b"), v("smtp:b", "SMTP:a"), true}, {"proxyAddresses", v("SMTP:a"), v("smtp:a"), false},
		{"proxyAddresses", v("a", "a"), v("a", "b"), false},
		{"manager", v("CN=A,DC=x"), v("cn=a, dc=x"), true}, {"manager", v("1001"), v("1001"), true}, {"manager", v("1001"), v("CN=1001"), false}, {"manager", v("a1"), v("A1"), true}, {"manager", v("a1"), v("a2"), false},
		{"secretary", v("CN=A,DC=x", "CN=B,DC=x"), v("cn=b,dc=x", "cn=a,dc=x"), true},
		{"accountExpires", v("0"), v("9223372036854775807"), true}, {"accountExpires", v("never"), nil, true}, {"accountExpires", nil, v("0"), true},
		{"accountExpires", v("2027-01-31T00:00:00Z"), v("134464320000000000"), false}, {"accountExpires", v("1970-01-01T00:00:00Z"), v("116444736000000000"), true},
		{"countryCode", v("0276"), v("276"), true}, {"countryCode", v("x"), v("y"), false}, {"msNPAllowDialin", v("true"), v("TRUE"), true},
		{"msTSExpireDate", v("2027-01-31T00:00:00Z"), v("20270131000000.0Z"), true}, {"userAccountControl", v("514"), v("512"), true}, {"userAccountControl", v("66048"), v("512"), false},
		{"pwdLastSet", v("-1"), v("133700000000000000"), true}, {"pwdLastSet", v("0"), v("133700000000000000"), false}, {"unheardOf", v("a"), v("A"), false},
	} {
		if got := Equal(nil, tt.attribute, tt.a, tt.b); got != tt.want {
			t.Errorf("%s: %q and %q: %v", tt.attribute, tt.a, tt.b, got)
		}
		if got := Equal(StandardSchema(), tt.attribute, tt.b, tt.a); got != tt.want {
			t.Errorf("%s: %q and %q: %v", tt.attribute, tt.b, tt.a, got)
		}
	}
}

func TestRender(t *testing.T) {
	want := directory.Account{Container: "ou=a, dc=x", Enabled: true, Attributes: map[string]directory.Value{
		"cn": {"A"}, "samaccountname": {"a"}, "accountExpires": {"never"}, "title": nil, "department": {"New"}, "info": {"x"}}}
	have := &directory.Existing{Account: directory.Account{Container: "OU=A,DC=x", Attributes: map[string]directory.Value{
		"cn": {"A"}, "sAMAccountName": {"a"}, "accountExpires": {"0"}, "department": {"Old"}, "company": {"not managed"}}}}
	got := Render(want, have, nil)
	expect := directory.Account{Container: "ou=a, dc=x", Attributes: map[string]directory.Value{
		"cn": {"A"}, "samaccountname": {"a"}, "accountExpires": {"never"}, "title": nil, "department": {"Old"}, "info": nil}}
	if !reflect.DeepEqual(got, expect) {
		t.Errorf("got  %#v\nwant %#v", got, expect)
	}
	if SameAccount(want, have.Account, nil) || !SameAccount(got, have.Account, nil) {
		t.Error("SameAccount disagrees")
	}
	if !reflect.DeepEqual(Render(want, nil, nil), directory.Account{}) {
		t.Error("an account that does not exist has a state")
	}
}

func TestPropertyMetaData(t *testing.T) {
	for _, b := range [][]byte{nil, {1}, make([]byte, 16), append([]byte{1, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0}, make([]byte, 48)...)} {
		if m := parsePropertyMetaData(b); len(m) != 0 {
			t.Errorf("% x became %v", b, m)
		}
	}
}

func TestStandardSchema(t *testing.T) {
	for _, name := range []string{"extensionAttribute1", "extensionAttribute15", "msDS-cloudExtensionAttribute1", "msDS-cloudExtensionAttribute20", "msExchHideFromAddressLists",
		"generationQualifier", "preferredLanguage", "employeeType", "departmentNumber", "mS-DS-ConsistencyGuid", "targetAddress", "mailNickname", "userWorkstations"} {
		if kind, ok := StandardSchema().Lookup(name); !ok || kind.ReadOnly || kind.Name != name {
			t.Errorf("%s: %+v, %v", name, kind, ok)
		}
	}
	for _, table := range []string{"x\n", "x what\n", "x text 1..y\n", "x text maybe\n"} {
		if _, err := parseTypes(table); err == nil {
			t.Errorf("%q is accepted", table)
		}
	}
}

func TestPersonError(t *testing.T) {
	said := &ldapconn.Error{Op: "modify", Kind: ldapconn.KindAccessDenied, Message: "no", Code: 50}
	e := &directory.PersonError{WorkerID: "1001", Name: "Zoë", Path: "CN=Zoë,DC=x", Op: "modify", Attribute: "title", Err: directory.Because(directory.ErrDenied, said)}
	var inner *ldapconn.Error
	if !errors.Is(e, directory.ErrDenied) || !errors.As(e, &inner) {
		t.Error("the causes are lost")
	}
	for _, s := range []string{`worker "1001" (Zoë)`, `"CN=Zoë,DC=x"`, "attribute title", "LDAP result 50", "delegate it on the container"} {
		if !strings.Contains(e.Error(), s) {
			t.Errorf("%v does not say %q", e, s)
		}
	}
}

func TestCheckAccount(t *testing.T) {
	good := directory.Account{Container: "OU=A,DC=x", Attributes: map[string]directory.Value{
		"cn": {"A"}, "sAMAccountName": {"a.b-c"}, "userPrincipalName": {"a@x"}, "manager": {"1001"}, "c": {"DE"}, "co": {"Germany"}, "countryCode": {"276"}, "title": nil}}
	if err := CheckAccount(good, nil); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ attribute, value, want string }{
		{"sAMAccountName", "a/b", "none of"}, {"sAMAccountName", "a@b.", "no dot or blank at the end"},
		{"sAMAccountName", " . ", "dots and blanks"}, {"sAMAccountName", "a\nb", "control"},
		{"sAMAccountName", strings.Repeat("a", 21), "at most 20"}, {"userPrincipalName", "a", "name@suffix"}, {"userPrincipalName", "@x", "name@suffix"},
		{"countryCode", "250", "expected 276"}, {"co", "France", "which is FR"}, {"co", "Allemagne?", ""}, {"countryCode", "0", ""},
		{"titel", "x", "did you mean title?"}, {"cn", "", "found 0 values"}, {"cn", "a\x00b", "NUL"}, {"manager", "1|2", "found 2 values"}, {"description", "a|b", "single-valued"},
	} {
		a := good.Clone()
		a.Attributes[tt.attribute] = nil
		if tt.value != "" {
			a.Attributes[tt.attribute] = strings.Split(tt.value, "|")
		}
		err := CheckAccount(a, nil)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.attribute)) {
			t.Errorf("%s=%q: error %v, want %q", tt.attribute, tt.value, err, tt.want)
		}
	}
}
