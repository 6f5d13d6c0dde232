// SPDX-License-Identifier: MPL-2.0

package canonical

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
)

// reference is what encoding/json writes without HTML escapes.
func reference(t testing.TB, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func check(t *testing.T, s string) {
	t.Helper()
	if got, want := string(AppendString([]byte("x"), s)), "x"+reference(t, s); got != want {
		t.Errorf("%q: got %s, want %s", s, got, want)
	}
}

func TestAppendString(t *testing.T) {
	for b := range 256 {
		check(t, string([]byte{byte(b)}))
		check(t, "a"+string([]byte{byte(b)})+"é")
	}
	for _, s := range []string{"", "plain", "Zoë Müller-Lüdenscheidt", "<a href='x'>&</a>", `C:\x "y"`, "\u2027\u2028\u2029\u202a", "🦆", "\xff\xfe", "\xe2\x80", "\xe2\x80\xa8\xe2", "\ufffd", "\xed\xa0\x80", "a\x00b\x7f", strings.Repeat("ä\n", 5000)} {
		check(t, s)
	}
}

func TestAppendStringAtRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "B", " ", `"`, `\`, "\n", "\x01", "é", "\u2028", "🦆", "\xff", "\xe2", "\x80", "<", "&"}
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(12) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		check(t, b.String())
	}
}

func TestAppendList(t *testing.T) {
	for _, list := range [][]string{{}, {""}, {"b", "a"}, {"x\"y", "\xff"}} {
		if got, want := string(AppendList(nil, list)), reference(t, list); got != want {
			t.Errorf("%q: got %s, want %s", list, got, want)
		}
	}
	if got := string(AppendList(nil, nil)); got != "[]" {
		t.Errorf("nil is %s", got)
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\u2028\xff\"")
	f.Fuzz(check)
}
