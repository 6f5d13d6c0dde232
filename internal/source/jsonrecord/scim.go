// SPDX-License-Identifier: MPL-2.0

package jsonrecord

import (
	"regexp"
	"strings"
)

// Names of the values of SCIM resources (RFC 7644 section 3.10), which Microsoft's mappings use: an element
// of a list by its type, emails[type eq "work"].value, and an attribute of an extension by its schema,
// urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department.

// typeMark begins a key of a Path that chooses the element of an array by its type.
const typeMark = "\x00"

// TypeFilter is how a name chooses the element of a type.
func TypeFilter(word string) string { return `[type eq "` + word + `"]` }

var typeFilter = regexp.MustCompile(`^\[type eq "([^"\n]*)"\]`)

// ElementTypes returns the type of each element of an array by which it can be named: a text that no
// other element has, or that the primary one of several has. "" for all others.
func ElementTypes(elements []any) []string {
	names := make([]string, len(elements))
	holders := map[string][]int{}
	for i, element := range elements {
		object, _ := element.(map[string]any)
		if word, _ := object["type"].(string); word != "" && !strings.ContainsAny(word, "\"\n\x00") {
			holders[word] = append(holders[word], i)
		}
	}
	for word, all := range holders {
		best := all
		if len(all) > 1 {
			best = nil
			for _, i := range all {
				if primary, _ := elements[i].(map[string]any)["primary"].(bool); primary {
					best = append(best, i)
				}
			}
		}
		if len(best) == 1 {
			names[best[0]] = word
		}
	}
	return names
}

// ofType returns the element that has the type as ElementTypes says.
func ofType(list []any, word string) (any, bool) {
	for i, name := range ElementTypes(list) {
		if name == word {
			return list[i], true
		}
	}
	return nil, false
}

// IsSchema reports whether a key of a record is the URN of a schema, behind which names have a colon.
func IsSchema(key string) bool { return len(key) > 4 && strings.EqualFold(key[:4], "urn:") }

// parseSchema reads urn:…:User:manager.value; ok is false for other paths, such as those with escaped dots.
func parseSchema(text string) (keys []string, ok bool) {
	colon := strings.LastIndexByte(text, ':')
	if !IsSchema(text) || colon < 4 || strings.Contains(text, `\`) || strings.Contains(text[colon:], "[") {
		return nil, false
	}
	return append([]string{text[:colon]}, strings.Split(text[colon+1:], ".")...), true
}
