// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"terraform-provider-workforce/internal/source"
)

// syntax is what has to be known of a database's SQL to tell words from texts.
type syntax struct {
	backslash bool // 'it\'s' (MySQL)
	hash      bool // # begins a comment (MySQL)
	brackets  bool // [name] (SQL Server, SQLite)
	dollar    bool // $tag$text$tag$ and E'it\'s' (PostgreSQL)
	q         bool // q'[it's]' (Oracle)
	nested    bool // /* /* */ */ (PostgreSQL, SQL Server)
	hints     bool // /*! code */ (MySQL) is executed
}

// check refuses what is not a single SELECT or WITH statement that only reads.
// It is the first of two defences: the transaction, which cannot write and is
// rolled back, stops what gets by, such as functions with side effects.
func (s syntax) check(query string) error {
	if strings.TrimSpace(query) == "" {
		return errors.New("found none, expected a SELECT statement")
	}
	if !utf8.ValidString(query) || strings.ContainsRune(query, 0) {
		return errors.New("found bytes that are not text, expected a SELECT statement")
	}
	words, err := s.words(query)
	if err != nil {
		return err
	}
	first := slices.IndexFunc(words, func(w string) bool { return w != "(" })
	if first < 0 {
		return errors.New("found only comments, expected a SELECT statement")
	}
	if words[first] != "SELECT" && words[first] != "WITH" {
		return fmt.Errorf("found a statement that begins with %s, expected SELECT or WITH: the source is only ever read", source.Quote(words[first]))
	}
	depth, main := 0, words[first] == "SELECT"
	for i, w := range words {
		before, after := at(words, i-1), at(words, i+1)
		switch {
		case w == "(":
			depth++
		case w == ")":
			depth--
		case w == ";" && after != "":
			return fmt.Errorf("found text behind %q, %s, expected one statement", ";", source.Quote(after))
		case before == ".": // the name of a column
		case w == "INTO":
			return errors.New("found INTO, expected a statement that only reads")
		case w == "FOR" && (after == "UPDATE" || after == "SHARE"):
			return fmt.Errorf("found FOR %s, which locks what it reads, expected a statement that only reads", after)
		case writes(w) && after != "(" && (before == "(" || !main && depth == 0):
			return fmt.Errorf("found %s, expected a statement that only reads", w)
		case w == "SELECT" && depth == 0:
			main = true
		}
	}
	return nil
}

func at(words []string, i int) string {
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}

func writes(word string) bool {
	return word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "MERGE" || word == "REPLACE"
}

// words returns the words and punctuation of a statement in upper case, without
// comments. A text or quoted name is one word, "'".
func (s syntax) words(query string) ([]string, error) {
	var words []string
	for i := 0; i < len(query); {
		rest := query[i:]
		n, err := s.skip(rest)
		switch {
		case err != nil:
			line, column := place(query, i)
			return nil, fmt.Errorf("line %d, column %d: %w", line, column, err)
		case n > 0 && strings.IndexByte(" \t\r\n", rest[0]) < 0 && !s.comment(rest):
			words = append(words, "'")
		case n == 0:
			n = word(rest)
			words = append(words, strings.ToUpper(rest[:n]))
		}
		i += n
	}
	return words, nil
}

// word returns the length of a word, number or single character.
func word(rest string) int {
	for i, r := range rest {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '$' && r != '#' && r != '@' {
			if i == 0 {
				return utf8.RuneLen(r)
			}
			return i
		}
	}
	return len(rest)
}

func (s syntax) comment(rest string) bool {
	if strings.HasPrefix(rest, "--") {
		return !s.hash || len(rest) == 2 || rest[2] <= ' ' // in MySQL 5--3 is 8
	}
	return strings.HasPrefix(rest, "/*") || s.hash && rest[0] == '#'
}

// skip returns the length of the blank, comment, text or quoted name at the
// front, or 0.
func (s syntax) skip(rest string) (int, error) {
	switch {
	case strings.IndexByte(" \t\r\n", rest[0]) >= 0:
		return 1, nil
	case strings.HasPrefix(rest, "/*"):
		if s.hints && (strings.HasPrefix(rest, "/*!") || strings.HasPrefix(rest, "/*M!")) {
			return 0, errors.New("found a comment that the database executes (/*!), expected plain SQL")
		}
		return s.block(rest)
	case s.comment(rest):
		if end := strings.IndexByte(rest, '\n'); end >= 0 {
			return end + 1, nil
		}
		return len(rest), nil
	case s.q && len(rest) > 3 && (rest[0] == 'q' || rest[0] == 'Q') && rest[1] == '\'':
		closing := rest[2:3]
		if i := strings.Index("([{<", closing); i >= 0 {
			closing = ")]}>"[i : i+1]
		}
		return until(rest, 3, closing+"'")
	case s.dollar && (rest[0] == 'e' || rest[0] == 'E') && strings.HasPrefix(rest[1:], "'"):
		n, err := quoted(rest[1:], '\'', true)
		return n + 1, err
	case s.dollar && rest[0] == '$':
		if end := strings.IndexByte(rest[1:], '$'); end >= 0 && (end == 0 || tag(rest[1:1+end])) {
			return until(rest, end+2, rest[:end+2])
		}
		return 0, nil
	case rest[0] == '\'' || rest[0] == '"':
		return quoted(rest, rest[0], s.backslash)
	case rest[0] == '`':
		return quoted(rest, '`', false)
	case s.brackets && rest[0] == '[':
		return quoted(rest, ']', false)
	}
	return 0, nil
}

// tag reports whether s can stand between dollar signs; $1 is a parameter.
func tag(s string) bool {
	for i, r := range s {
		if !unicode.IsLetter(r) && r != '_' && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return true
}

func until(rest string, from int, closing string) (int, error) {
	end := strings.Index(rest[from:], closing)
	if end < 0 {
		return 0, fmt.Errorf("found a text that is never closed, expected %s", closing)
	}
	return from + end + len(closing), nil
}

// quoted returns the length of a text in quotes, in which the closing one is doubled.
func quoted(rest string, closing byte, backslash bool) (int, error) {
	for i := 1; i < len(rest); i++ {
		switch {
		case backslash && rest[i] == '\\':
			i++
		case rest[i] != closing:
		case i+1 < len(rest) && rest[i+1] == closing:
			i++
		default:
			return i + 1, nil
		}
	}
	return 0, fmt.Errorf("found a quote that is never closed, expected %c", closing)
}

func (s syntax) block(rest string) (int, error) {
	depth := 0
	for i := 0; i+1 < len(rest); i++ {
		switch rest[i : i+2] {
		case "/*":
			if depth == 0 || s.nested {
				depth++
				i++
			}
		case "*/":
			if depth--; depth == 0 {
				return i + 2, nil
			}
			i++
		}
	}
	return 0, errors.New("found a comment that is never closed, expected */")
}

// place returns line and column, both from 1, of a byte of a query.
func place(query string, offset int) (line, column int) {
	before := query[:offset]
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}
