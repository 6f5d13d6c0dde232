// SPDX-License-Identifier: MPL-2.0

package location

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	utf "golang.org/x/text/encoding/unicode"

	"terraform-provider-workforce/internal/source"
)

type named struct {
	name string
	encoding.Encoding
}

// encodings are those beside UTF-8.
var encodings = []named{
	{"utf-16le", utf.UTF16(utf.LittleEndian, utf.IgnoreBOM)}, {"utf-16be", utf.UTF16(utf.BigEndian, utf.IgnoreBOM)},
	{"windows-1252", charmap.Windows1252}, {"iso-8859-1", charmap.ISO8859_1}, {"iso-8859-15", charmap.ISO8859_15},
	{"windows-1250", charmap.Windows1250}, {"windows-1251", charmap.Windows1251}, {"windows-1253", charmap.Windows1253},
	{"windows-1254", charmap.Windows1254}, {"windows-1255", charmap.Windows1255}, {"windows-1256", charmap.Windows1256},
	{"windows-1257", charmap.Windows1257}, {"windows-1258", charmap.Windows1258}, {"iso-8859-2", charmap.ISO8859_2},
	{"iso-8859-5", charmap.ISO8859_5}, {"iso-8859-7", charmap.ISO8859_7}, {"iso-8859-9", charmap.ISO8859_9},
	{"ibm437", charmap.CodePage437}, {"ibm850", charmap.CodePage850}, {"ibm852", charmap.CodePage852}, {"ibm866", charmap.CodePage866},
	{"koi8-r", charmap.KOI8R}, {"macintosh", charmap.Macintosh},
	{"shift_jis", japanese.ShiftJIS}, {"euc-jp", japanese.EUCJP}, {"euc-kr", korean.EUCKR},
	{"gbk", simplifiedchinese.GBK}, {"gb18030", simplifiedchinese.GB18030}, {"big5", traditionalchinese.Big5},
}

// aliases are other names that exports are configured with.
var aliases = map[string]string{"latin1": "iso-8859-1", "latin-1": "iso-8859-1", "cp1252": "windows-1252", "ansi": "windows-1252", "cp850": "ibm850", "cp437": "ibm437",
	"utf8": "utf-8", "utf16": "utf-16", "utf16le": "utf-16le", "utf16be": "utf-16be", "us-ascii": "utf-8", "ascii": "utf-8"}

// Encodings returns the names of the encodings that text can be in.
func Encodings() []string {
	names := []string{"utf-8"}
	for _, e := range encodings {
		names = append(names, e.name)
	}
	return names
}

// Text is an export that consists of characters.
type Text struct {
	// Data is the text in UTF-8, without byte order mark. Bytes that the encoding has
	// no character for are left as they are, which makes invalid UTF-8: so they are
	// found where the value is read, and its place is known.
	Data []byte
	// Encoding is the name of the encoding the text was in.
	Encoding string
}

// Decode returns the text in raw. encoding is one of Encodings in any case; if
// it is empty, a byte order mark says it, or it is UTF-8.
func Decode(raw []byte, encoding string) (Text, error) {
	data, name, err := takeMark(raw, canonicalName(encoding))
	if err != nil {
		return Text{}, err
	}
	if name != "utf-8" {
		if data, err = transcode(data, name); err != nil {
			return Text{}, err
		}
	}
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return Text{}, explainNUL(data, at)
	}
	return Text{Data: data, Encoding: name}, nil
}

func canonicalName(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if full, ok := aliases[name]; ok {
		return full
	}
	return name
}

// takeMark takes the byte order mark off and says what encoding that leaves.
func takeMark(raw []byte, name string) (data []byte, encoding string, err error) {
	for _, m := range [...]struct{ mark, name string }{
		{"\xff\xfe\x00\x00", "utf-32le"}, {"\x00\x00\xfe\xff", "utf-32be"}, {"\xef\xbb\xbf", "utf-8"}, {"\xff\xfe", "utf-16le"}, {"\xfe\xff", "utf-16be"},
	} {
		rest, found := bytes.CutPrefix(raw, []byte(m.mark))
		switch {
		case !found:
			continue
		case strings.HasPrefix(m.name, "utf-32"):
			return nil, "", fmt.Errorf("encoding: the text begins with the byte order mark of %s, expected utf-8 or utf-16", m.name)
		case name != "" && name != m.name && name != "utf-16":
			return nil, "", fmt.Errorf("encoding: the text begins with the byte order mark of %s, but encoding is %q: set encoding = %q, or leave it out", m.name, name, m.name)
		}
		return rest, m.name, nil
	}
	switch name {
	case "":
		name = "utf-8"
	case "utf-16":
		return nil, "", errors.New(`encoding: the text has no byte order mark, expected encoding = "utf-16le" or "utf-16be"`)
	}
	if !slices.Contains(Encodings(), name) {
		return nil, "", fmt.Errorf("encoding: found %s, expected one of %s", source.Quote(name), strings.Join(Encodings(), ", "))
	}
	return raw, name, nil
}

// table returns the encoding of a name that Encodings has.
func table(name string) encoding.Encoding {
	return encodings[slices.IndexFunc(encodings, func(e named) bool { return e.name == name })].Encoding
}

// transcode makes UTF-8 of data.
func transcode(data []byte, name string) ([]byte, error) {
	from := table(name)
	if strings.HasPrefix(name, "utf-16") {
		if len(data)%2 != 0 {
			return nil, fmt.Errorf("found %d bytes, expected an even number in %s: the text is cut off", len(data), name)
		}
	} else if at := slices.IndexFunc(data, func(b byte) bool { return b >= utf8.RuneSelf }); at >= 0 && utf8.Valid(data) {
		text := string(around(data, at))
		read, _ := from.NewDecoder().String(text)
		return nil, fmt.Errorf("line %d: found %s, valid UTF-8 as all of the text is, which would read %s in %s: set encoding = \"utf-8\"",
			1+bytes.Count(data[:at], []byte("\n")), source.Quote(text), source.Quote(read), name)
	}
	return decodeBytes(data, from)
}

// decodeBytes leaves bytes that the table has no character for.
func decodeBytes(data []byte, from encoding.Encoding) ([]byte, error) {
	if t, ok := from.(*charmap.Charmap); ok {
		return decodeTable(data, t), nil
	}
	out, err := from.NewDecoder().Bytes(data)
	if err != nil {
		return nil, fmt.Errorf("encoding: not %v: %w", from, err)
	}
	return bytes.ReplaceAll(out, []byte("\ufffd"), []byte("\xff")), nil
}

// decodeTable decodes one byte a character. The control characters 0x80 to 0x9F
// of ISO 8859 occur in no text: the text is in the Windows encoding that has
// letters there.
func decodeTable(data []byte, table *charmap.Charmap) []byte {
	out := make([]byte, 0, len(data)+len(data)/16)
	for _, b := range data {
		if r := table.DecodeByte(b); b < utf8.RuneSelf || r != utf8.RuneError && !unicode.IsControl(r) {
			out = utf8.AppendRune(out, r)
		} else {
			out = append(out, b)
		}
	}
	return out
}

// around returns the word at an offset.
func around(data []byte, at int) []byte {
	separator := func(c rune) bool { return strings.ContainsRune(",;|\t\n\r\"<> ", c) }
	start := bytes.LastIndexFunc(data[:at], separator) + 1
	end := bytes.IndexFunc(data[at:], separator)
	if end < 0 {
		end = len(data) - at
	}
	return data[start : at+end]
}

// Explain says what was expected instead of text that is not valid UTF-8: the
// encoding, and which one the text is probably in.
func (t Text) Explain(text string) string {
	switch {
	case t.Encoding == "utf-8":
		return explainUTF8(text)
	case strings.HasPrefix(t.Encoding, "iso-8859"):
		return fmt.Sprintf("%s, where %s is no letter: the text is probably in windows-1252, where this reads %s: set encoding = \"windows-1252\"", t.Encoding, hexBytes(text), source.Quote(readWindows(text)))
	case strings.HasPrefix(t.Encoding, "windows") || strings.HasPrefix(t.Encoding, "ibm"):
		return fmt.Sprintf("%s, which has no character for %s: the text is in another encoding or damaged", t.Encoding, hexBytes(text))
	}
	return t.Encoding + ": there are bytes (here as \\xff) that are none of its characters: the text is in another encoding or damaged"
}

// readWindows reads the bytes of text that are left of ISO 8859 as Windows-1252.
func readWindows(text string) string {
	var read []byte
	for i, r := range text {
		if r == utf8.RuneError {
			r = charmap.Windows1252.DecodeByte(text[i])
		}
		read = utf8.AppendRune(read, r)
	}
	return string(read)
}

func explainUTF8(text string) string {
	found := "UTF-8, which the bytes " + hexBytes(text) + " are not"
	for _, t := range []struct {
		name string
		*charmap.Charmap
	}{{"windows-1252", charmap.Windows1252}, {"ibm850", charmap.CodePage850}} {
		read := string(decodeTable([]byte(text), t.Charmap))
		likely := func(r rune) bool {
			return r < utf8.RuneSelf || unicode.IsLetter(r) || strings.ContainsRune("’‘“”„–—€´ ", r)
		}
		if utf8.ValidString(read) && strings.IndexFunc(read, func(r rune) bool { return !likely(r) }) < 0 {
			return fmt.Sprintf("%s: the text is probably in %s, where this reads %s: set encoding = %q", found, t.name, source.Quote(read), t.name)
		}
	}
	return found + ": see encoding, or the text is damaged"
}

func explainNUL(data []byte, at int) error {
	head := data[:min(len(data), 4096)]
	if n := bytes.Count(head, []byte{0}); n > len(head)/4 {
		name := "utf-16be"
		if at%2 == 1 {
			name = "utf-16le"
		}
		return fmt.Errorf("found NUL bytes in every other place, expected UTF-8: set encoding = %q", name)
	}
	return fmt.Errorf("line %d: found a NUL byte, expected text: the export is damaged, or no text", 1+bytes.Count(data[:at], []byte("\n")))
}

// hexBytes lists the bytes of text that are not UTF-8, each once.
func hexBytes(text string) string {
	var list []string
	seen := map[byte]bool{}
	for i, c := range text {
		if b := text[i]; c == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") && !seen[b] {
			seen[b] = true
			list = append(list, fmt.Sprintf("0x%02X", b))
		}
	}
	return strings.Join(list, ", ")
}

// DecodeField decodes a part of an export in an encoding that Decode has found.
// Bytes that are no character are left as they are, as in Text.
func DecodeField(field []byte, encoding string) (string, error) {
	if encoding == "utf-8" {
		return string(field), nil
	}
	out, err := decodeBytes(field, table(encoding))
	return string(out), err
}
