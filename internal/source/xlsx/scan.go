// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	utf "golang.org/x/text/encoding/unicode"
)

// scanner reads the XML of a part, one tag or text at a time. Sheets have
// millions of cells, so nothing is allocated for a tag; and a text that is
// larger than any cell can hold ends the reading rather than the memory.
// Names lose their prefix: the elements of a sheet are told apart by local names.
type scanner struct {
	r     *bufio.Reader
	buf   []byte
	stack []string
	names map[string]string
	ended bool // the tag closes itself: its end comes next
	root  bool

	kind kind
	name string // of the tag
	tag  []byte // what stands behind the name in the tag
	text []byte // decoded
}

type kind uint8

const (
	startTag kind = iota
	endTag
	characters
)

const (
	maxText  = 1 << 20 // of one text or tag, in bytes; a cell holds 32,767 characters
	maxDepth = 64
)

// errCut says that a part ends in the middle.
var errCut = errors.New("the part ends in the middle: the file is damaged")

func newScanner(r io.Reader) *scanner {
	b := bufio.NewReaderSize(r, 64<<10)
	switch mark, _ := b.Peek(3); {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3) // they were there when it peeked
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		b = bufio.NewReaderSize(utf.UTF16(utf.LittleEndian, utf.ExpectBOM).NewDecoder().Reader(b), 64<<10)
	}
	return &scanner{r: b, names: map[string]string{}}
}

// next reads the next tag or text, and io.EOF at the end of a complete document.
func (s *scanner) next() error {
	if s.ended {
		s.ended = false
		s.kind = endTag
		return s.pop(s.name)
	}
	for {
		c, err := s.r.ReadByte()
		if errors.Is(err, io.EOF) {
			if len(s.stack) > 0 || !s.root {
				return errCut
			}
			return io.EOF
		}
		if err != nil {
			return err
		}
		if c != '<' {
			if err := s.r.UnreadByte(); err != nil {
				return err
			}
			return s.readText()
		}
		if done, err := s.readMarkup(); done || err != nil {
			return err
		}
	}
}

// readText reads up to the next tag.
func (s *scanner) readText() error {
	s.buf = s.buf[:0]
	for {
		chunk, err := s.r.ReadSlice('<')
		s.buf = append(s.buf, chunk...)
		switch {
		case len(s.buf) > maxText:
			return fmt.Errorf("found a text of more than %d bytes, expected what fits into a cell", maxText)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF):
			if len(s.stack) > 0 || len(bytes.TrimSpace(s.buf)) > 0 {
				return errCut
			}
			s.kind, s.text = characters, nil
			return nil
		case err != nil:
			return err
		}
		break
	}
	if err := s.r.UnreadByte(); err != nil {
		return err
	}
	var err error
	s.kind = characters
	s.text, err = unescape(s.buf[:len(s.buf)-1])
	return err
}

// readMarkup reads what begins with <, which has been read. done is false for
// what does not count: comments and instructions.
func (s *scanner) readMarkup() (done bool, err error) {
	head, _ := s.r.Peek(8)
	switch {
	case bytes.HasPrefix(head, []byte("!--")):
		return false, s.until("-->")
	case bytes.HasPrefix(head, []byte("![CDATA[")):
		if err := s.until("]]>"); err != nil {
			return false, err
		}
		s.kind, s.text = characters, s.buf[len("![CDATA["):len(s.buf)-len("]]>")]
		return true, nil
	case bytes.HasPrefix(head, []byte("?")):
		return false, s.until("?>")
	case bytes.HasPrefix(head, []byte("!")):
		return false, errors.New("found a document type declaration (DTD), expected none in a workbook: the file is not safe to read")
	}
	if err := s.readTag(); err != nil {
		return false, err
	}
	return true, s.parseTag()
}

// until reads up to a terminator into buf.
func (s *scanner) until(terminator string) error {
	s.buf = s.buf[:0]
	for !bytes.HasSuffix(s.buf, []byte(terminator)) {
		chunk, err := s.r.ReadSlice('>')
		s.buf = append(s.buf, chunk...)
		switch {
		case len(s.buf) > maxText:
			return fmt.Errorf("found a comment or text of more than %d bytes", maxText)
		case errors.Is(err, io.EOF):
			return errCut
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
	return nil
}

// readTag reads a tag without its brackets. A > in quotes does not end it.
func (s *scanner) readTag() error {
	s.buf = s.buf[:0]
	var quote byte
	checked := 0
	for {
		chunk, err := s.r.ReadSlice('>')
		s.buf = append(s.buf, chunk...)
		switch {
		case len(s.buf) > maxText:
			return fmt.Errorf("found a tag of more than %d bytes", maxText)
		case errors.Is(err, io.EOF):
			return errCut
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
		for ; checked < len(s.buf); checked++ {
			switch c := s.buf[checked]; {
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case c == quote:
				quote = 0
			}
		}
		if err == nil && quote == 0 {
			s.buf = s.buf[:len(s.buf)-1]
			return nil
		}
	}
}

func (s *scanner) parseTag() error {
	tag := s.buf
	if name, ok := bytes.CutPrefix(tag, []byte("/")); ok {
		s.kind, s.name, s.tag = endTag, s.local(bytes.TrimSpace(name)), nil
		return s.pop(s.name)
	}
	if rest, ok := bytes.CutSuffix(tag, []byte("/")); ok {
		tag, s.ended = rest, true
	}
	end := bytes.IndexAny(tag, " \t\r\n")
	if end < 0 {
		end = len(tag)
	}
	if end == 0 {
		return errors.New("found a tag without a name: the file is damaged")
	}
	if len(s.stack) == 0 && s.root {
		return errors.New("found a second root element: the file is damaged")
	}
	s.root = true
	s.kind, s.name, s.tag = startTag, s.local(tag[:end]), tag[end:]
	if len(s.stack) >= maxDepth {
		return fmt.Errorf("found more than %d levels of elements", maxDepth)
	}
	s.stack = append(s.stack, s.name)
	return nil
}

// local returns a name without prefix, the same string for the same name.
func (s *scanner) local(name []byte) string {
	name = name[bytes.IndexByte(name, ':')+1:]
	if known, ok := s.names[string(name)]; ok {
		return known
	}
	if len(s.names) > 1000 {
		return string(name)
	}
	text := string(name)
	s.names[text] = text
	return text
}

func (s *scanner) pop(name string) error {
	n := len(s.stack)
	if n == 0 || s.stack[n-1] != name {
		return fmt.Errorf("found the end of <%s> where it is not open: the file is damaged", name)
	}
	s.stack = s.stack[:n-1]
	return nil
}

// attribute returns the value of an attribute of the tag by its local name.
func (s *scanner) attribute(name string) (value []byte, ok bool) {
	for rest := s.tag; ; {
		rest = bytes.TrimLeft(rest, " \t\r\n")
		equal := bytes.IndexByte(rest, '=')
		if equal < 0 {
			return nil, false
		}
		key := bytes.TrimRight(rest[:equal], " \t\r\n")
		rest = bytes.TrimLeft(rest[equal+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return nil, false
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil, false
		}
		if string(key[bytes.IndexByte(key, ':')+1:]) == name && !bytes.HasPrefix(key, []byte("xmlns:")) {
			if value = rest[1 : end+1]; bytes.IndexByte(value, '&') < 0 {
				return value, true
			}
			value, err := unescape(bytes.Clone(value)) // the tag is searched again
			return value, err == nil
		}
		rest = rest[end+2:]
	}
}

// text of an attribute, "" if there is none.
func (s *scanner) textOf(name string) string {
	value, _ := s.attribute(name)
	return string(value)
}

// flag reads an attribute of type boolean.
func (s *scanner) flag(name string) bool {
	value, _ := s.attribute(name)
	return string(value) == "1" || string(value) == "true"
}

// unescape resolves the five entities and character references (XML 1.0,
// sections 4.1 and 4.6) in place: what they stand for is never longer.
func unescape(text []byte) ([]byte, error) {
	at := bytes.IndexByte(text, '&')
	if at < 0 {
		return text, nil
	}
	out := text[:at]
	for rest := text[at:]; len(rest) > 0; {
		if rest[0] != '&' {
			n := bytes.IndexByte(rest, '&')
			if n < 0 {
				n = len(rest)
			}
			out = append(out, rest[:n]...)
			rest = rest[n:]
			continue
		}
		end := bytes.IndexByte(rest, ';')
		r, ok := entity(rest[1:max(end, 1)])
		if !ok {
			return nil, fmt.Errorf("found %q, expected one of the five entities of XML: the file is damaged", rest[:min(len(rest), 12)])
		}
		rest = rest[end+1:]
		out = utf8.AppendRune(out, r)
	}
	return out, nil
}

func entity(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	number, ok := bytes.CutPrefix(name, []byte("#"))
	base := 10
	if hex, isHex := bytes.CutPrefix(number, []byte("x")); isHex {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(string(number), base, 21)
	return rune(n), ok && err == nil && n > 0 && n <= utf8.MaxRune
}
