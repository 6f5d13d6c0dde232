// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The properties that $search reads: https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections.
var (
	searchTokens = []string{"displayName", "description"}
	searchStarts = map[string][]string{
		kindUser:  {"mail", "mailNickname", "userPrincipalName", "givenName", "surname", "otherMails", "proxyAddresses"},
		kindGroup: {"mail", "mailNickname"},
	}
	searchClause = regexp.MustCompile(`^"(\w+):((?:[^"\\]|\\["\\])*)"`)
)

// clause is one "property:value" of $search; and says how it is joined with the one before.
type clause struct {
	property, value string
	and             bool
}

// parseSearch reads $search, which needs the header of advanced queries.
func (q *query) parseSearch(_ *Server, c *call, kind string) *failure {
	if !c.query.Has("$search") {
		return nil
	}
	if !q.advanced {
		return unsupported("Request with $search query parameter only works through MSGraph with a special request header: " +
			"'ConsistencyLevel: eventual'")
	}
	rest, and := strings.TrimSpace(c.query.Get("$search")), true
	for {
		m := searchClause.FindStringSubmatch(rest)
		if m == nil {
			return malformed("Syntax error: character '%s' is not valid at position 0 in '%s'.", rest[:min(1, len(rest))], rest)
		}
		if !slices.Contains(searchTokens, m[1]) && !slices.Contains(searchStarts[kind], m[1]) {
			return unsupported("Property '%s' is not searchable.", m[1])
		}
		q.search = append(q.search, clause{m[1], strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(m[2]), and})
		if rest = strings.TrimSpace(rest[len(m[0]):]); rest == "" {
			return nil
		}
		joint, after, _ := strings.Cut(rest, " ")
		if joint != "AND" && joint != "OR" {
			return malformed("Syntax error: expected AND or OR in '%s'.", rest)
		}
		and, rest = joint == "AND", strings.TrimSpace(after)
	}
}

// finds reports that $search finds an object.
func (q *query) finds(e *entry) bool {
	found := true
	for _, c := range q.search {
		if c.and {
			found = found && c.holds(e)
		} else {
			found = found || c.holds(e)
		}
	}
	return found
}

func (c clause) holds(e *entry) bool {
	var values []string
	switch v := e.props[c.property].(type) {
	case string:
		values = []string{v}
	case []any:
		for _, one := range v {
			text, _ := one.(string)
			values = append(values, text)
		}
	}
	return slices.ContainsFunc(values, func(text string) bool {
		if !slices.Contains(searchTokens, c.property) {
			return strings.HasPrefix(fold(text), fold(c.value))
		}
		have := tokens(text)
		return !slices.ContainsFunc(tokens(c.value), func(want string) bool {
			return !slices.ContainsFunc(have, func(h string) bool { return strings.HasPrefix(h, want) })
		})
	})
}

// tokens are the words of a text: letters and digits.
func tokens(text string) []string {
	return strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}
