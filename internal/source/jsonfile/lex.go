// SPDX-License-Identifier: MPL-2.0

package jsonfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"terraform-provider-workforce/internal/source"
)

// token is a part of a document: a bracket, or a scalar. Commas and colons are
// none: encoding/json has found the document to be well-formed, or where it is
// not, before any token is read.
type token struct {
	kind byte   // { } [ ] " 0 t f n
	text string // of a string or number
}

// lexer cuts a text into tokens. What is JSON, encoding/json decides before the
// first token is read; its own tokens (Decoder.Token) cost an allocation or two
// each, which makes 3.5 s and 610 MB of 1.8 s and 490 MB for 100,000 records.
type lexer struct {
	data  []byte
	pos   int
	limit int          // where the text ends for the lexer
	bad   int          // where the text is not well-formed; beyond limit if it is
	wrong error        // what is wrong there
	names interned     // the keys of objects, each once
	check func() error // now and then
	count int
}

type interned map[string]string

// errCut says that a document ends in the middle.
var errCut = errors.New("cut off")

// start reads a part of the text from now on.
func (l *lexer) start(from, to int) {
	l.pos, l.limit, l.bad, l.wrong = from, to, to+1, nil
	if json.Valid(l.data[from:to]) {
		return
	}
	l.wrong = json.Unmarshal(l.data[from:to], new(json.RawMessage))
	if syntax, ok := errors.AsType[*json.SyntaxError](l.wrong); ok {
		l.bad = from + int(max(syntax.Offset-1, 0))
		if strings.HasPrefix(syntax.Error(), "unexpected end") {
			l.bad, l.wrong = to, errCut
		}
	}
}

// more reports whether another element or member follows.
func (l *lexer) more() bool {
	l.skip()
	return l.pos < l.limit && l.data[l.pos] != ']' && l.data[l.pos] != '}' || l.pos >= l.bad
}

// skip passes over what is no token.
func (l *lexer) skip() {
	for l.pos < l.limit && strings.IndexByte(" \t\r\n,:", l.data[l.pos]) >= 0 {
		l.pos++
	}
}

// next returns the next token.
func (l *lexer) next() (token, error) {
	if l.count++; l.count%4096 == 0 {
		if err := l.check(); err != nil {
			return token{}, err
		}
	}
	l.skip()
	end := l.end()
	if end > l.bad || l.pos >= l.limit {
		if l.wrong == nil {
			l.wrong = errCut
		}
		return token{}, l.wrong
	}
	text := l.data[l.pos:end]
	l.pos = end
	switch c := text[0]; c {
	case '{', '}', '[', ']', 't', 'f', 'n':
		return token{kind: c}, nil
	case '"':
		return token{'"', l.unquote(text)}, nil
	}
	return token{'0', string(text)}, nil
}

// end returns where the token at pos ends.
func (l *lexer) end() int {
	if l.pos >= l.limit {
		return l.limit
	}
	switch rest := l.data[l.pos:l.limit]; rest[0] {
	case '{', '}', '[', ']':
		return l.pos + 1
	case '"':
		for i := 1; i < len(rest); i++ {
			next := bytes.IndexAny(rest[i:], `"\`)
			if next < 0 {
				break
			}
			if i += next; rest[i] == '"' {
				return l.pos + i + 1
			}
			i++ // what is escaped
		}
		return l.limit + 1 // it has no end
	default:
		if n := bytes.IndexAny(rest[1:], " \t\r\n,:{}[]\""); n >= 0 {
			return l.pos + 1 + n
		}
		return l.limit
	}
}

// unquote returns the text of a string.
func (l *lexer) unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') >= 0 {
		var text string
		if err := json.Unmarshal(quoted, &text); err == nil { // it is well-formed
			return text
		}
	}
	if known, ok := l.names[string(inner)]; ok {
		return known
	}
	text := string(inner)
	if len(text) <= 32 && len(l.names) < 10_000 {
		l.names[text] = text // keys and the words of HR data repeat
	}
	return text
}

// rest returns what comes next, for a message.
func (l *lexer) rest() string {
	at := min(l.bad, len(l.data))
	return strings.ToValidUTF8(string(l.data[at:min(at+20, len(l.data))]), "")
}

// fault puts what is wrong with a document into words.
func (r *reader) fault(err error) error {
	if errors.Is(err, errCut) {
		return fmt.Errorf("%s: the document ends in the middle: the file is cut off", r.where())
	}
	if _, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%s: found %s, expected JSON: %w", r.where(), source.Quote(r.lexer.rest()), err)
	}
	return err
}
