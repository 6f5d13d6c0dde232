// SPDX-License-Identifier: MPL-2.0

package audit

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// secretParts are parts of the names of attributes that hold secrets, at any target:
// unicodePwd, userPassword, supplementalCredentials, passwordProfile, ms-Mcs-AdmPwd,
// msDS-ManagedPassword, temporaryAccessPass, keyCredentials and their like.
var secretParts = []string{"password", "passwd", "pwd", "passphrase", "secret", "credential", "accesspass", "privatekey", "accesstoken", "apikey", "pkcs12"}

// openParts are names that contain one of secretParts, and hold no secret.
var openParts = []string{"pwdlastset", "forcechangepasswordnextsignin", "forcechangepasswordnextsigninwithmfa", "passwordpolicies", "badpwdcount"}

// secret reports whether an attribute holds a secret by its name. Of a path such as
// passwordProfile/password each part counts, and the last one decides what is open.
func secret(attribute string) bool {
	name := strings.ToLower(attribute)
	last := name[strings.LastIndexByte(name, '/')+1:]
	if slices.Contains(openParts, last) {
		return false
	}
	return slices.ContainsFunc(secretParts, func(part string) bool {
		return strings.Contains(strings.ReplaceAll(strings.ReplaceAll(name, "-", ""), "_", ""), part)
	})
}

// harmless are attributes that say whether somebody can sign in, and nothing about the person.
var harmless = append([]string{"useraccountcontrol", "accountenabled", "lockouttime", "isdeleted", "objectclass"}, openParts...)

// named reports whether an attribute, or the complex one that it is a part of, is in a list.
func named(list []string, attribute string) bool {
	top, _, _ := strings.Cut(attribute, "/")
	return slices.ContainsFunc(list, func(name string) bool { return strings.EqualFold(name, attribute) || strings.EqualFold(name, top) })
}

// hidden says why values of an attribute are not shown; "" where they are.
func hidden(redacted []string, c AttributeChange) string {
	switch {
	case secret(c.Attribute):
		return "secret"
	case named(redacted, c.Attribute):
		return "redacted"
	case slices.Contains(redacted, Everything) && !slices.Contains(harmless, strings.ToLower(c.Attribute)):
		return "unlabelled"
	}
	for _, values := range [][]string{c.Old, c.New, c.Gone} {
		for _, v := range values {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return "binary"
			}
		}
	}
	return ""
}

// shortest is how long a hidden value must be to be looked for in other texts: a
// shorter one would be found in any of them.
const shortest = 3

// scrub takes hidden values out of what a server said.
func scrub(text string, values []string) string {
	for _, v := range values {
		if len(v) >= shortest {
			text = strings.ReplaceAll(text, v, "(redacted)")
		}
	}
	return text
}
