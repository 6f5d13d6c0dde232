// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	utf "golang.org/x/text/encoding/unicode"

	"terraform-provider-workforce/internal/source"
)

// scanner reads the XML of a part, one tag or text at a time. What encoding/xml
// leaves open is closed here: a text larger than any cell can hold, elements
// without end within each other, and declarations of types end the reading.
// Names lose their prefix: the elements of a sheet are told apart by local names.
type scanner struct {
	decoder *xml.Decoder
	bound   *bounded
	open    []xml.Name
	root    bool

	kind kind
	name string     // of the tag
	tag  []xml.Attr // of the tag
	text []byte     // valid until the next call of next
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
	buffer   = 64 << 10
)

// errCut says that a part ends in the middle.
var errCut = errors.New("the part ends in the middle: the file is damaged")

// bounded reads so many bytes at most before somebody resets left: encoding/xml
// would take a token of any size.
type bounded struct {
	r    io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, fmt.Errorf("found a text or tag of more than %d bytes, expected what fits into a cell", maxText)
	}
	n, err := b.r.Read(p)
	b.left -= n
	return n, err
}

func newScanner(r io.Reader) *scanner {
	bound := &bounded{r: r, left: maxText + buffer}
	b := bufio.NewReaderSize(bound, buffer)
	switch mark, _ := b.Peek(3); {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, _ = b.Discard(3) // they were there when it peeked
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		b = bufio.NewReaderSize(utf.UTF16(utf.LittleEndian, utf.ExpectBOM).NewDecoder().Reader(b), buffer)
	}
	s := &scanner{decoder: xml.NewDecoder(b), bound: bound}
	// Parts are in UTF-8 or UTF-16 (ECMA-376 part 2, section 8.1.4), which the mark has told.
	s.decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) { return input, nil }
	return s
}

// next reads the next tag or text, and io.EOF at the end of a complete document.
func (s *scanner) next() error {
	for {
		s.bound.left = maxText + buffer
		token, err := s.decoder.RawToken() // Token resolves prefixes, at half as much time again
		if err != nil {
			return s.explain(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch {
			case len(s.open) == maxDepth:
				return fmt.Errorf("found more than %d levels of elements", maxDepth)
			case len(s.open) == 0 && s.root:
				return errors.New("found a second root element: the file is damaged")
			}
			s.open = append(s.open, t.Name)
			s.kind, s.name, s.tag, s.root = startTag, t.Name.Local, t.Attr, true
			return nil
		case xml.EndElement:
			n := len(s.open) - 1
			if n < 0 || s.open[n] != t.Name {
				return fmt.Errorf("found the end of <%s> where it is not open: the file is damaged", t.Name.Local)
			}
			s.open = s.open[:n]
			s.kind, s.name, s.tag = endTag, t.Name.Local, nil
			return nil
		case xml.CharData:
			if len(t) > maxText {
				return fmt.Errorf("found a text of more than %d bytes, expected what fits into a cell", maxText)
			}
			s.kind, s.text = characters, t
			return nil
		case xml.Directive:
			return errors.New("found a document type declaration (DTD), expected none in a workbook: the file is not safe to read")
		}
	}
}

// explain puts an error of encoding/xml into words.
func (s *scanner) explain(err error) error {
	syntax, ok := errors.AsType[*xml.SyntaxError](err)
	switch {
	case errors.Is(err, io.EOF) && s.root && len(s.open) == 0:
		return io.EOF
	case errors.Is(err, io.EOF), ok && syntax.Msg == "unexpected EOF":
		return errCut
	case ok:
		return fmt.Errorf("found XML that is not well-formed (%s): the file is damaged", source.Printable(syntax.Msg))
	}
	return err
}

// attribute returns the value of an attribute of the tag by its local name.
func (s *scanner) attribute(name string) (value string, ok bool) {
	for i := range s.tag {
		if a := &s.tag[i]; a.Name.Local == name && a.Name.Space != "xmlns" {
			return a.Value, true
		}
	}
	return "", false
}

// textOf returns the text of an attribute, "" if there is none.
func (s *scanner) textOf(name string) string {
	value, _ := s.attribute(name)
	return value
}

// flag reads an attribute of type boolean.
func (s *scanner) flag(name string) bool {
	value, _ := s.attribute(name)
	return value == "1" || value == "true"
}
