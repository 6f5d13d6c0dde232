// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"terraform-provider-workforce/internal/directory"
)

// Addresses must be unique across every directory that meets in one tenant: two forests that
// Microsoft Entra Connect synchronises, or a forest and the cloud-only users beside it. No
// directory sees the names of another one, so the configuration passes them on: what
// Result.Names says of one population is Input.Elsewhere of the next.

// userPrincipalName is a sign-in name. In one tenant it shares its name space with mail addresses.
const userPrincipalName = "userPrincipalName"

// Mail addresses are unique across two attributes: mail holds the bare
// address, proxyAddresses the same with the prefix smtp: (SMTP: for the primary one).
const (
	mail           = "mail"
	proxyAddresses = "proxyAddresses"
	smtp           = "smtp:"
)

// addressAttributes hold the names that have to be unique across directories.
var addressAttributes = []string{userPrincipalName, mail, proxyAddresses}

func isAddress(attribute, value string) bool {
	return attribute == mail || attribute == proxyAddresses && strings.HasPrefix(directory.Fold(value), smtp)
}

func bareAddress(attribute, value string) string {
	if attribute == proxyAddresses && isAddress(attribute, value) {
		return value[len(smtp):]
	}
	return value
}

// isPrimary reports whether a value of proxyAddresses is the primary address.
func isPrimary(v string) bool { return strings.HasPrefix(v, "SMTP:") }

// loose is the form under which Active Directory takes names for equal: it ignores case, accents and
// width, so that "José" and "jose" cannot both exist. Targets that tell them apart
// lose nothing when two new people get clearly different names.
func loose(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return directory.Fold(strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, norm.NFKD.String(s)))
		}
	}
	return directory.Fold(s)
}

// addresses calls f with every address of an account, bare and folded.
func addresses(a *directory.Account, f func(name string)) {
	for _, attribute := range addressAttributes {
		for _, v := range a.Attributes[attribute] {
			if attribute == userPrincipalName || isAddress(attribute, v) {
				f(directory.Fold(bareAddress(attribute, v)))
			}
		}
	}
}

// ParseNames reads names of another directory: a JSON object of worker id by name, where null
// or "" stands for an account that belongs to nobody of the HR system.
func ParseNames(text string) (map[string]string, error) {
	var names map[string]*string
	if err := json.Unmarshal([]byte(text), &names); err != nil || names == nil {
		return nil, fmt.Errorf(`found %.60q, expected a JSON object of worker id by name, such as {"ann@example.com": "1001", "office@example.com": null}; `+
			"the output names of an accounts or names data source is one", text)
	}
	out := make(map[string]string, len(names))
	for name, owner := range names {
		if name == "" {
			return nil, fmt.Errorf(`found the name "", expected names that are not empty`)
		}
		out[name] = ""
		if owner != nil {
			out[name] = *owner
		}
	}
	return out, nil
}

// FormatNames writes names as ParseNames reads them.
func FormatNames(names map[string]string) string {
	text, _ := json.Marshal(names) // texts cannot fail
	return string(text)
}

// NamesOf returns who has which address among users that are not deleted: worker id by name, empty for
// a user without one in the attribute that carries worker ids.
func NamesOf(users []*directory.Existing, workerID string) map[string]string {
	owners := map[string]string{}
	for _, e := range users {
		if id := e.Account.Attributes[workerID].Text(); e.Class == user && !e.Deleted {
			addresses(&e.Account, func(name string) {
				if owners[name] == "" {
					owners[name] = id
				}
			})
		}
	}
	return owners
}

// holder is who has a name in another directory.
type holder struct {
	directory string
	owner     string // worker id; empty: nobody knows
}

// String names the holder.
func (h holder) String() string {
	if h.owner == "" {
		return fmt.Sprintf("an account of %q has it", h.directory)
	}
	return fmt.Sprintf("worker %q has it in %q", h.owner, h.directory)
}

// elsewhere is what the configuration says of the names of other directories.
type elsewhere struct {
	holders map[string][]holder // by loose name
	homes   map[string][]string // labels of other directories by folded worker id
}

func readElsewhere(given map[string]map[string]string) elsewhere {
	e := elsewhere{map[string][]holder{}, map[string][]string{}}
	for _, label := range sortedKeys(given) {
		for _, name := range sortedKeys(given[label]) {
			key, owner := loose(name), given[label][name]
			e.holders[key] = append(e.holders[key], holder{label, owner})
			if id := directory.Fold(owner); owner != "" && !slices.Contains(e.homes[id], label) {
				e.homes[id] = append(e.homes[id], label)
			}
		}
	}
	return e
}
