// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"encoding/base64"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// What the directory, or whoever reads it, would refuse is refused before anything is written.
func TestCheckValue(t *testing.T) {
	octets := func(n int) string { return base64.StdEncoding.EncodeToString(make([]byte, n)) }
	for _, c := range []struct{ attribute, value, want string }{
		{"c", "DE", ""}, {"c", "de", ""}, {"c", "UK", "here GB"}, {"c", "XX", "that exists"}, {"c", "DEU", "here DE"},
		{"c", "49", "that exists"},
		{"countryCode", "276", ""}, {"countryCode", "0", ""}, {"countryCode", "999", "that exists"},
		{"userPrincipalName", "zoe.smith@corp.example.com", ""}, {"userPrincipalName", "zoe.smithjr.@x.com", "no dot"},
		{"userPrincipalName", ".@x.com", "no dot"},
		{"userPrincipalName", "zoë@x.com", "nothing but"}, {"userPrincipalName", "a b@x.com", "no blanks"},
		{"userPrincipalName", "a@b@x.com", "2 @"},
		{"userPrincipalName", "a@x..com", "domain"}, {"userPrincipalName", "a@-x.com", "domain"}, {"userPrincipalName", "a@x", ""},
		{"sAMAccountName", ".2", "at the start"}, {"sAMAccountName", "100234", ""}, {"sAMAccountName", "a.b", ""},
		{"sAMAccountName", "a.", "no dot"},
		{"sAMAccountName", "o'brien", ""}, {"sAMAccountName", strings.Repeat("a", 20), ""},
		{"sAMAccountName", strings.Repeat("a", 21), "at most 20"},
		{"sAMAccountName", "zo\u200be", "U+200B"}, {"sAMAccountName", "zoe ", "blank at the end"}, {"cn", "نی\u200cلوفر", ""},
		{"cn", strings.Repeat("a", 65), "at most 64"}, {"userPrincipalName", "o'brien@x.com", ""}, {"mail", "zo\u200be@x.com", "U+200B"},
		{"mailNickname", "zoe.b", ""}, {"mailNickname", "zoë", ""}, {"mailNickname", "zoe b", "blank"}, {"mailNickname", ".zoe", "dots only"},
		{"mailNickname", "zoe.", "dots only"}, {"mailNickname", "zo..e", "dots only"}, {"mailNickname", "zoe@x.com", "none of @"},
		{"mailNickname", "zo\ufeffe", "U+FEFF"}, {"mail", strings.Repeat("a", 250) + "@x.com", ""},
		{"mail", strings.Repeat("a", 251) + "@x.com", "at most 256"}, {"proxyAddresses", "smtp:a@x.com|smtp:A@X.com", "each value once"},
		{"accountExpires", "1600-01-01T00:00:00Z", "since 1601"}, {"telephoneNumber", "+49 30 1 ext. 5", ""},
		{"telephoneNumber", strings.Repeat("1", 65), "at most 64"},
		{"mail", "zoe@example.com", ""}, {"mail", "zo e@example.com", "no blanks"}, {"mail", "zoe", "0 @"},
		{"mail", "zoe@", "text before and after"}, {"mail", "zoe@example..com", "domain"},
		{"mail", "Zoë <zoe@example.com>", "no blanks"},
		{"proxyAddresses", "SMTP:zoe@example.com|smtp:zo@example.com|X500:/o=x/cn=zoe|sip:zoe@example.com", ""},
		{"proxyAddresses", "zoe@example.com", "with its type"},
		{"proxyAddresses", "SMTP:a@x.com|SMTP:b@x.com", "one primary"},
		{"proxyAddresses", "SMTP:a@x.com|smtp:a@x.com", "each value once"}, {"proxyAddresses", "smtp:a b@x.com", "no blanks"},
		{"proxyAddresses", "smtp:", "with its type"}, {"targetAddress", "zoe@example.com", "with its type"},
		{"targetAddress", "SMTP:zoe@example.com", ""},
		{"logonHours", octets(21), ""}, {"logonHours", octets(3), "3 octets, expected 21"}, {"thumbnailPhoto", octets(102400), ""},
		{"thumbnailPhoto", octets(110 << 10), "at most 102400"},
		{"telephoneNumber", "1\x00", "without NUL"}, {"cn", "Ray\n", "no line breaks"}, {"cn", "O'Brien, Zoë", ""},
		{"streetAddress", "1 Main St\r\nLeeds", ""}, {"title", strings.Repeat("x", 5000), `x…" with 5000 characters, expected at most 128`},
		{"homeDrive", "H:", ""}, {"homeDrive", "HH", "drive letter"}, {"homeDrive", "H:\\", "drive letter"},
		{"otherTelephone", "1|2", ""}, {"otherTelephone", "ext A|ext a", "each value once"},
	} {
		err := CheckValue(typeOf(nil, c.attribute), strings.Split(c.value, "|"))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %.60q: %v, expected %q", c.attribute, c.value, err, c.want)
		}
	}
	if err := CheckValue(typeOf(nil, "mail"), nil); err != nil {
		t.Errorf("clearing: %v", err)
	}
	for _, a := range []directory.Account{{Attributes: map[string]directory.Value{"c": {"CD"}, "co": {"Congo (Kinshasa)"},
		"countryCode": {"180"}}}} {
		if _, err := contradiction(a, nil); err != nil {
			t.Errorf("%v: %v", a.Attributes, err)
		}
	}
}
