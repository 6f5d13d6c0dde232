// SPDX-License-Identifier: MPL-2.0

// Package dateformat takes the custom date and time formats of .NET apart, which HR exports, spreadsheets and
// Microsoft's expressions are set up with: "yyyy-MM-dd", "dd.MM.yyyy HH:mm". What reads or writes a date by
// the parts is the caller's.
package dateformat

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Token is a run of N equal specifiers, or literal text if Specifier is 0.
type Token struct {
	Specifier byte
	N         int
	Text      string
}

// Split returns the tokens of a format, English names, as documented at
// https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings.
// Neighbouring literals are one token. It fails for what .NET refuses, such as an open quote.
func Split(format string) ([]Token, error) {
	if format == "" {
		return nil, errors.New("the format is empty")
	}
	var tokens []Token
	literal := func(text string) {
		if last := len(tokens) - 1; last >= 0 && tokens[last].Specifier == 0 {
			tokens[last].Text += text
			return
		}
		tokens = append(tokens, Token{Text: text})
	}
	for rest := format; rest != ""; {
		switch c := rest[0]; c {
		case 'y', 'M', 'd', 'H', 'h', 'm', 's', 'f', 'F', 't', 'z', 'K', 'g':
			n := len(rest) - len(strings.TrimLeft(rest, string(c)))
			if c == 'K' {
				n = 1
			}
			if (c == 'f' || c == 'F') && n > 7 {
				return nil, fmt.Errorf("the format %q has %d times %c; at most 7 are allowed", format, n, c)
			}
			tokens = append(tokens, Token{Specifier: c, N: n})
			rest = rest[n:]
		case '\'', '"':
			end := strings.IndexByte(rest[1:], c)
			if end < 0 {
				return nil, fmt.Errorf("the format %q has a %c without its counterpart", format, c)
			}
			literal(rest[1 : 1+end])
			rest = rest[end+2:]
		case '\\':
			if rest = rest[1:]; rest == "" {
				return nil, fmt.Errorf("the format %q ends with a backslash", format)
			}
			_, size := utf8.DecodeRuneInString(rest)
			literal(rest[:size])
			rest = rest[size:]
		case '%':
			if rest = rest[1:]; rest == "" || rest[0] == '%' {
				return nil, fmt.Errorf("the format %q has a %% without a specifier", format)
			}
		default:
			_, size := utf8.DecodeRuneInString(rest)
			literal(rest[:size])
			rest = rest[size:]
		}
	}
	return tokens, nil
}
