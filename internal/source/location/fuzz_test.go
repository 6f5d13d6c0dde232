// SPDX-License-Identifier: MPL-2.0

package location

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// FuzzDecode holds that text is refused or decoded whole: no encoding but UTF-8 leaves what is none, and what is UTF-8 stays as it is.
func FuzzDecode(f *testing.F) {
	for _, encoding := range append(Encodings(), "", "utf-16", "latin1") {
		f.Add([]byte("Zo\xeb\x80\x5c\xfe\xff"), encoding)
		f.Add([]byte("\xff\xfea\x00\x00\xd8"), encoding)
		f.Add([]byte("\xef\xbb\xbfZo\xc3\xab"), encoding)
	}
	f.Fuzz(func(t *testing.T, raw []byte, encoding string) {
		before := bytes.Clone(raw)
		got, err := Decode(raw, encoding)
		if !bytes.Equal(raw, before) {
			t.Fatal("the bytes were changed")
		}
		if err != nil {
			return
		}
		if bytes.IndexByte(got.Data, 0) >= 0 || len(got.Data) > 4*len(raw) {
			t.Errorf("% x became %q", raw, got.Data)
		}
		if !utf8.Valid(got.Data) || bytes.HasPrefix(got.Data, []byte("\ufeff")) {
			return
		}
		if again, err := Decode(got.Data, "utf-8"); err != nil || !bytes.Equal(again.Data, got.Data) {
			t.Errorf("%q became %q, %v", got.Data, again.Data, err)
		}
	})
}
