// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// check checks the value of a property and returns it as it is stored.
func (p *property) check(kind string, value any) (any, *failure) {
	if value == nil {
		if p.flags["keep"] || p.flags["notnull"] {
			return nil, invalidValue(kind, p.name)
		}
		return nil, nil
	}
	if !p.collection {
		return p.checkOne(kind, value)
	}
	list, isList := value.([]any)
	if !isList {
		return nil, malformed("Cannot convert the value of property '%s': a collection of '%s' was expected.", p.name, p.edm)
	}
	if p.flags["one"] && len(list) > 1 {
		return nil, invalidValue(kind, p.name)
	}
	out := make([]any, len(list))
	for i, v := range list {
		if v == nil {
			return nil, invalidValue(kind, p.name)
		}
		one, f := p.checkOne(kind, v)
		if f != nil {
			return nil, f
		}
		if slices.ContainsFunc(out[:i], func(o any) bool { return equalFold(o, one) }) {
			return nil, invalidValue(kind, p.name)
		}
		out[i] = one
	}
	return out, nil
}

func equalFold(a, b any) bool {
	x, xok := a.(string)
	y, yok := b.(string)
	return xok && yok && strings.EqualFold(x, y)
}

// wrongType is the answer where a JSON value is not of the EDM type.
func wrongType(edm string) *failure {
	return malformed("Cannot convert a primitive value to the expected type '%s'. See the inner exception for more details.", edm)
}

func (p *property) checkOne(kind string, value any) (any, *failure) {
	switch p.edm {
	case "Edm.String":
		text, isText := value.(string)
		if !isText {
			return nil, wrongType(p.edm)
		}
		return p.checkText(kind, text)
	case "Edm.Boolean":
		if _, isBool := value.(bool); !isBool {
			return nil, wrongType(p.edm)
		}
		return value, nil
	case "Edm.Int32", "Edm.Int64":
		return value, p.checkWhole(value)
	case "Edm.Binary":
		text, isText := value.(string)
		octets, err := base64.StdEncoding.DecodeString(text)
		if !isText || err != nil {
			return nil, wrongType(p.edm)
		}
		if p.max > 0 && len(octets) > p.max {
			return nil, invalidValue(kind, p.name)
		}
		return text, nil
	case "Edm.DateTimeOffset":
		text, isText := value.(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		if !isText || err != nil {
			return nil, malformed("Cannot convert the literal '%v' to the expected type 'Edm.DateTimeOffset'.", value)
		}
		return at.UTC().Format("2006-01-02T15:04:05.9999999Z"), nil
	case "Edm.Guid":
		text, isText := value.(string)
		if !isText || uuid.Validate(text) != nil {
			return nil, malformed("Cannot convert the literal '%v' to the expected type 'Edm.Guid'.", value)
		}
		return strings.ToLower(text), nil
	}
	return p.checkComplex(kind, value)
}

// checkWhole checks a number; one that float64 cannot hold is a json.Number.
func (p *property) checkWhole(value any) *failure {
	text, bits := "", 32
	switch n := value.(type) {
	case float64:
		text = formatNumber(n)
	case json.Number:
		text = n.String()
	}
	if p.edm == "Edm.Int64" {
		bits = 64
	}
	if _, err := strconv.ParseInt(text, 10, bits); err != nil {
		return wrongType(p.edm)
	}
	return nil
}

func formatNumber(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func (p *property) checkText(kind, text string) (any, *failure) {
	switch {
	case text == "" || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) && p.name != "streetAddress":
		return nil, invalidValue(kind, p.name)
	case p.max > 0 && utf8.RuneCountInString(text) > p.max:
		return nil, invalidValue(kind, p.name)
	}
	if len(p.values) > 0 {
		for part := range strings.SplitSeq(text, ",") {
			if !slices.ContainsFunc(p.values, func(v string) bool { return strings.EqualFold(v, strings.TrimSpace(part)) }) {
				return nil, invalidValue(kind, p.name)
			}
		}
	}
	if valid := special[p.name]; valid != nil && !valid(text) {
		return nil, invalidValue(kind, p.name)
	}
	return text, nil
}

// special are the properties of strings that have more rules.
var special = map[string]func(string) bool{
	"usageLocation":         regexp.MustCompile(`^[A-Za-z]{2}$`).MatchString,
	"mailNickname":          func(s string) bool { return isASCII(s) && !strings.ContainsAny(s, `@()\[]";:<>, `) },
	"mail":                  isAddress,
	"otherMails":            isAddress,
	"preferredLanguage":     regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`).MatchString,
	"onPremisesImmutableId": func(s string) bool { return !strings.ContainsAny(s, "$_") },
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

var address = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$`)

func isAddress(s string) bool { return address.MatchString(s) && !strings.Contains(s, "..") }

func (p *property) checkComplex(kind string, value any) (any, *failure) {
	doc, isObject := value.(object)
	name := p.complexType()
	switch {
	case !isObject:
		return nil, malformed("Cannot convert the value of property '%s' to the expected type '%s'.", p.name, strings.Replace(p.edm, "graph.", "microsoft.graph.", 1))
	case name == "":
		return doc, nil
	}
	out := object{}
	for key, v := range doc {
		if isAnnotation(key) {
			continue
		}
		member := schema[name].byName[key]
		if member == nil {
			return nil, malformed("The property '%s' does not exist on type 'microsoft.graph.%s'. Make sure to only use property names that are defined by the type.", key, name)
		}
		checked, f := member.check(kind, v)
		if f != nil {
			return nil, f
		}
		out[key] = checked
	}
	return out, nil
}

// isAnnotation reports a member of a body that is not a property: "@odata.type", "otherMails@odata.type".
func isAnnotation(key string) bool {
	return strings.HasPrefix(key, "@") || strings.HasSuffix(key, "@odata.type")
}

// The characters of a userPrincipalName:
// https://learn.microsoft.com/entra/identity/hybrid/connect/plan-connect-userprincipalname.
var localPart = regexp.MustCompile(`^[A-Za-z0-9'._!#^~-]{1,64}$`)

// checkPrincipalName checks form and domain of a userPrincipalName.
func (s *Server) checkPrincipalName(name string) *failure {
	local, domain, found := strings.Cut(name, "@")
	if !found || !localPart.MatchString(local) || strings.HasSuffix(local, ".") || strings.HasPrefix(local, ".") || strings.Contains(local, "..") || len(name) > 113 {
		return badRequest("Property userPrincipalName is invalid.").about("InvalidValue", "userPrincipalName")
	}
	if !slices.ContainsFunc(s.store.domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
		return badRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.").about("InvalidValue", "userPrincipalName")
	}
	return nil
}

// checkPassword checks a password against the policy for cloud users:
// https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy.
func checkPassword(password string) *failure {
	var lower, upper, digit, symbol int
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			lower = 1
		case unicode.IsUpper(r):
			upper = 1
		case unicode.IsDigit(r):
			digit = 1
		default:
			symbol = 1
		}
	}
	if n := utf8.RuneCountInString(password); n < 8 || n > 256 || lower+upper+digit+symbol < 3 {
		return badRequest("The specified password does not comply with password complexity requirements. Please provide a different password.").about("PasswordPolicyViolation", "password")
	}
	return nil
}
