// SPDX-License-Identifier: MPL-2.0

package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
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

// encodings are those beside UTF-8, by name.
var encodings = []struct {
	name     string
	encoding encoding.Encoding
}{
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
var aliases = map[string]string{"latin1": "iso-8859-1", "latin-1": "iso-8859-1", "cp1252": "windows-1252", "ansi": "windows-1252", "cp850": "ibm850", "cp437": "ibm437", "utf8": "utf-8", "utf16le": "utf-16le", "utf16be": "utf-16be"}

// Encodings returns the names of the encodings a file can be in.
func Encodings() []string {
	names := []string{"utf-8"}
	for _, e := range encodings {
		names = append(names, e.name)
	}
	return names
}

// load returns the bytes of the file or the content.
func load(c Config, now time.Time) ([]byte, error) {
	limit := c.MaxBytes
	if limit <= 0 {
		limit = defaultMaxBytes
	}
	if c.Content != "" && c.Path != "" {
		return nil, errors.New("found both path and content, expected one of them")
	}
	if c.Path == "" {
		if int64(len(c.Content)) > limit {
			return nil, tooLarge(int64(len(c.Content)), limit)
		}
		return []byte(c.Content), nil
	}
	file, before, err := openRegular(c.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if before.Size() > limit {
		return nil, tooLarge(before.Size(), limit)
	}
	if err := source.CheckAge(before.ModTime(), now, c.MaxAge); err != nil {
		return nil, err
	}
	data := bytes.NewBuffer(make([]byte, 0, before.Size()+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(file, limit+1)); err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	after, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if int64(data.Len()) != before.Size() || !after.ModTime().Equal(before.ModTime()) {
		return nil, errors.New("the file changed while it was read: let the export write under another name and rename the file when it is complete")
	}
	return data.Bytes(), nil
}

// openRegular opens a file that has an end: reading a pipe would wait for ever.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, errors.New(`no such file (relative paths begin at the directory Terraform runs in: write "${path.module}/…" for files beside the configuration)`)
	case err != nil:
		return nil, nil, fmt.Errorf("cannot be read: %w", err)
	case info.IsDir():
		return nil, nil, errors.New("found a directory, expected a file")
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("found %s, expected a regular file", info.Mode().Type())
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot be read: %w", err)
	}
	return file, info, nil
}

func tooLarge(size, limit int64) error {
	return fmt.Errorf("found %d bytes, expected at most %d (max_bytes)", size, limit)
}

// decode returns the text in UTF-8 with \n or \r\n at line ends. Bytes that the
// encoding has no character for are left as they are: they make invalid UTF-8, which
// is found where the value is read, so that row and column are known. explain says
// what was expected instead of such bytes.
func decode(raw []byte, name string) (data []byte, explain func(text string) string, err error) {
	name = strings.ToLower(strings.TrimSpace(name))
	if full, ok := aliases[name]; ok {
		name = full
	}
	data, name, err = takeMark(raw, name)
	if err != nil {
		return nil, nil, err
	}
	if name == "utf-8" {
		explain = explainUTF8
	} else {
		data, err = transcode(data, name)
		explain = func(text string) string { return explainTable(text, name) }
	}
	if err != nil {
		return nil, nil, err
	}
	if at := bytes.IndexByte(data, 0); at >= 0 {
		return nil, nil, explainNUL(data, at)
	}
	if bytes.IndexByte(data, '\n') < 0 && bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n")) // "CSV (Macintosh)"
	}
	return data, explain, nil
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
			return nil, "", fmt.Errorf("encoding: the file begins with the byte order mark of %s, expected %s", m.name, "utf-8 or utf-16")
		case name != "" && name != m.name && name != "utf-16":
			return nil, "", fmt.Errorf("encoding: the file begins with the byte order mark of %s, but encoding is %q: set encoding = %q, or leave it out", m.name, name, m.name)
		}
		return rest, m.name, nil
	}
	switch name {
	case "":
		name = "utf-8"
	case "utf-16":
		return nil, "", errors.New(`encoding: the file has no byte order mark, expected encoding = "utf-16le" or "utf-16be"`)
	}
	if !slices.Contains(Encodings(), name) {
		return nil, "", fmt.Errorf("encoding: found %q, expected one of %s", name, strings.Join(Encodings(), ", "))
	}
	return raw, name, nil
}

// transcode makes UTF-8 of data.
func transcode(data []byte, name string) ([]byte, error) {
	i := slices.IndexFunc(encodings, func(e struct {
		name     string
		encoding encoding.Encoding
	}) bool {
		return e.name == name
	})
	from := encodings[i].encoding
	if strings.HasPrefix(name, "utf-16") {
		if len(data)%2 != 0 {
			return nil, fmt.Errorf("found %d bytes, expected an even number in %s: the file is cut off", len(data), name)
		}
	} else if at := slices.IndexFunc(data, func(b byte) bool { return b >= utf8.RuneSelf }); at >= 0 && utf8.Valid(data) {
		text := string(around(data, at))
		read, _ := from.NewDecoder().String(text)
		return nil, fmt.Errorf("line %d: found %s, valid UTF-8 as all of the file is, which would read %s in %s: set encoding = \"utf-8\"",
			1+bytes.Count(data[:at], []byte("\n")), source.Quote(text), source.Quote(read), name)
	}
	if table, ok := from.(*charmap.Charmap); ok {
		return transcodeTable(data, table), nil
	}
	out, err := from.NewDecoder().Bytes(data)
	if err != nil {
		return nil, fmt.Errorf("encoding: not %s: %w", name, err)
	}
	return bytes.ReplaceAll(out, []byte("\ufffd"), []byte("\xff")), nil
}

// transcodeTable leaves bytes that the table has no character for. The control
// characters 0x80 to 0x9F of ISO 8859 occur in no text: the file is in the Windows
// encoding that has letters there.
func transcodeTable(data []byte, table *charmap.Charmap) []byte {
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
	separator := func(c rune) bool { return strings.ContainsRune(",;|\t\n\r\"", c) }
	start := bytes.LastIndexFunc(data[:at], separator) + 1
	end := bytes.IndexFunc(data[at:], separator)
	if end < 0 {
		end = len(data) - at
	}
	return data[start : at+end]
}

// explainUTF8 says what is wrong with text and which encoding it probably has.
func explainUTF8(text string) string {
	found := "UTF-8, which the bytes " + hexBytes(text) + " are not"
	for _, table := range []struct {
		name string
		*charmap.Charmap
	}{{"windows-1252", charmap.Windows1252}, {"ibm850", charmap.CodePage850}} {
		read := string(transcodeTable([]byte(text), table.Charmap))
		likely := func(r rune) bool {
			return r < utf8.RuneSelf || unicode.IsLetter(r) || strings.ContainsRune("’‘“”„–—€´ ", r)
		}
		if utf8.ValidString(read) && strings.IndexFunc(read, func(r rune) bool { return !likely(r) }) < 0 {
			return fmt.Sprintf("%s: the file is probably in %s, where this reads %s: set encoding = %q", found, table.name, source.Quote(read), table.name)
		}
	}
	return found + ": see encoding, or the file is damaged"
}

// explainTable says what is wrong with text that was decoded but for the bytes
// that the encoding has no character for.
func explainTable(text, name string) string {
	if strings.HasPrefix(name, "iso-8859") {
		read := []byte{}
		for i, r := range text {
			if r == utf8.RuneError {
				r = charmap.Windows1252.DecodeByte(text[i])
			}
			read = utf8.AppendRune(read, r)
		}
		return fmt.Sprintf("%s, where %s is no letter: the file is probably in windows-1252, where this reads %s: set encoding = \"windows-1252\"", name, hexBytes(text), source.Quote(string(read)))
	}
	if strings.HasPrefix(name, "windows") || strings.HasPrefix(name, "ibm") {
		return fmt.Sprintf("%s, which has no character for %s: the file is in another encoding or damaged", name, hexBytes(text))
	}
	return name + ": there are bytes (here as \\xff) that are none of its characters: the file is in another encoding or damaged"
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
	return fmt.Errorf("line %d: found a NUL byte, expected text: the file is damaged", 1+bytes.Count(data[:at], []byte("\n")))
}
