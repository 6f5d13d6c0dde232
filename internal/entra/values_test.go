// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"strings"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// What Graph refuses, or takes for something else, is refused before anything is written.
func TestCheckValue(t *testing.T) {
	for _, c := range []struct{ property, value, want string }{
		{"usageLocation", "DE", ""}, {"usageLocation", "UK", "here GB"}, {"usageLocation", "XX", "that exists"},
		{"usageLocation", "", "cannot be cleared"},
		{"userPrincipalName", "zoe@x.com", ""}, {"userPrincipalName", "zoe.smithjr.@x.com", "no dot"},
		{"userPrincipalName", ".@x.com", "no dot"},
		{"userPrincipalName", "zoë@x.com", "nothing but"}, {"userPrincipalName", "a b@x.com", "no blanks"},
		{"userPrincipalName", "a@b@x.com", "2 @"},
		{"userPrincipalName", strings.Repeat("a", 65) + "@x.com", "64 characters"},
		{"userPrincipalName", "o'brien@x.com", ""}, {"userPrincipalName", strings.Repeat("a", 64) + "@x.com", ""},
		{"userPrincipalName", "zo\u200be@x.com", "invisible"}, {"userPrincipalName", "zoe@x.com.", "domain"},
		{"mailNickname", "o'brien", ""}, {"mailNickname", "zoe.", "dots only"}, {"mailNickname", ".zoe", "dots only"},
		{"mailNickname", "zo..e", "dots only"}, {"mailNickname", "zo\u200be", "ASCII"}, {"mailNickname", strings.Repeat("a", 65), "at most 64"},
		{"mailNickname", "", "cannot be cleared"}, {"displayName", " ", "can be seen"}, {"displayName", "\u200b\u00a0", "can be seen"},
		{"displayName", "高橋 明美", ""}, {"displayName", "", "cannot be cleared"}, {"mail", "zo\u200be@x.com", "ASCII"},
		{"mail", strings.Repeat("a", 251) + "@x.com", "at most 256"}, {"usageLocation", "de", ""}, {"usageLocation", "DEU", "at most 2"},
		{"businessPhones", "1|2", "single-valued"}, {"mobilePhone", "+49 30 1 ext. 5", ""},
		{"mobilePhone", strings.Repeat("1", 65), "at most 64"}, {"preferredLanguage", "de_DE", "BCP 47"}, {"preferredLanguage", "de-de", ""},
		{"employeeHireDate", "2027-02-30", "YYYY-MM-DD"}, {"employeeId", strings.Repeat("1", 17), "at most 16"},
		{"userType", "member", "in this spelling"}, {"ageGroup", "", ""}, {"consentProvidedForMinor", "granted", "in this spelling"},
		{"mail", "a b@x.com", "no blanks"}, {"mail", "zoë@x.com", "ASCII"}, {"mail", "zoe@x.com", ""}, {"mail", "", ""},
		{"otherMails", "a@x.com|b", "0 @"}, {"otherMails", "a@x.com|A@x.com", "each value once"},
		{"streetAddress", "1 Main St\r\nLeeds", ""}, {"streetAddress", "1 Main St\x00", "NUL"}, {"city", "Le\neds", "no control"},
		{"ageGroup", "Adult", ""}, {"ageGroup", "adult", `"Adult" in this spelling`}, {"ageGroup", "Senior", "Minor or NotAdult or Adult"},
		{"consentProvidedForMinor", "Granted", ""}, {"consentProvidedForMinor", "yes", "Granted or Denied or NotRequired"},
		{"userType", "Guest", ""}, {"userType", "Contractor", "Member or Guest"},
		{"passwordPolicies", "DisablePasswordExpiration, DisableStrongPassword", ""},
		{"passwordPolicies", "NeverExpires", "DisablePasswordExpiration"},
		{"preferredLanguage", "de-DE", ""}, {"preferredLanguage", "deutsch und english", "BCP 47"}, {"preferredDataLocation", "EUR", ""},
		{"preferredDataLocation", "eu", "three capitals"},
		{"showInAddressList", "FALSE", ""}, {"showInAddressList", "maybe", "TRUE or FALSE"}, {"employeeHireDate", "2027-01-01", ""},
		{attrCertificates, "X509:<PN>zoe@x.com|X509:<SKI>aB1c|X509:<I>DC=com,CN=CA<SR>eF3g", ""}, {attrCertificates, "", ""},
		{attrCertificates, "zoe@x.com", "X509:<PN>"}, {attrCertificates, "x509:<pn>zoe@x.com", "these capitals"},
		{attrCertificates, "X509:<I>DC=com,CN=CA", "<SR>"}, {attrCertificates, "X509:<PN>", "X509:<PN>"},
		{attrCertificates, "X509:<PN>" + strings.Repeat("a", 1020), "at most 1024"},
		{attrCertificates, "X509:<PN>" + strings.Join(strings.Split("abcdefghijk", ""), "|X509:<PN>"), "at most 10"},
		{"employeeHireDate", "soon", "YYYY-MM-DD"}, {"employeeHireDate", "2020-01-15-08:00", ""},
		{"employeeHireDate", "2020-01-15+05:30", ""}, {"employeeHireDate", "2020-01-15Z", ""}, {"employeeHireDate", "2020-01-15-8", "YYYY-MM-DD"},
	} {
		kind, known := StandardSchema().Lookup(c.property)
		var v directory.Value
		if c.value != "" {
			v = strings.Split(c.value, "|")
		}
		if err := CheckValue(kind, v); !known || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s = %q: %v, expected %q", c.property, c.value, err, c.want)
		}
	}
}
