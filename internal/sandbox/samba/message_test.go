// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestReadMessage(t *testing.T) {
	long := append([]byte{0x30, 0x82, 0x01, 0x05, 0x02, 0x01, 0x07, 0x63, 0x81, 0xff}, make([]byte, 0xff)...)
	for name, tt := range map[string]struct {
		in   []byte
		want message
		err  error
	}{
		"delete":           {in: []byte{0x30, 6, 2, 1, 5, 0x4a, 1, 'x'}, want: message{id: 5, tag: byte(Delete)}},
		"two byte id":      {in: []byte{0x30, 6, 2, 2, 1, 0, 0x42, 0}, want: message{id: 256, tag: byte(Unbind)}},
		"abandon":          {in: []byte{0x30, 6, 2, 1, 9, 0x50, 1, 8}, want: message{id: 9, tag: byte(Abandon), abandons: 8}},
		"long length":      {in: long, want: message{id: 7, tag: byte(Search)}},
		"end":              {in: nil, err: io.EOF},
		"half":             {in: []byte{0x30, 6, 2, 1, 5}, err: io.ErrUnexpectedEOF},
		"not LDAP":         {in: []byte("GET / HTTP/1.1"), err: errMessage},
		"huge":             {in: []byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 2, 1}, err: errMessage},
		"indefinite":       {in: []byte{0x30, 0x80, 2, 1, 5, 0, 0}, err: errMessage},
		"no id":            {in: []byte{0x30, 2, 0x42, 0}, err: errMessage},
		"id without end":   {in: []byte{0x30, 3, 2, 8, 1}, err: errMessage},
		"empty":            {in: []byte{0x30, 0}, err: errMessage},
		"length of length": {in: []byte{0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 1}, err: errMessage},
	} {
		m, err := readMessage(bufio.NewReader(bytes.NewReader(tt.in)))
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: error %v, want %v", name, err, tt.err)
			continue
		}
		if err == nil && (m.id != tt.want.id || m.tag != tt.want.tag || m.abandons != tt.want.abandons || !bytes.Equal(m.raw, tt.in)) {
			t.Errorf("%s: got %+v", name, m)
		}
	}
}

func TestResultIsReadable(t *testing.T) {
	for _, op := range []Op{Bind, Search, Modify, Add, Delete, ModifyDN, Compare, Extended} {
		m, err := readMessage(bufio.NewReader(bytes.NewReader(result(op, 300, 51, "busy").raw)))
		if err != nil || m.id != 300 || m.tag != op.response() {
			t.Errorf("%s: %+v, %v", op, m, err)
		}
		if strings.HasPrefix(op.String(), "operation") {
			t.Errorf("0x%02x has no name", byte(op))
		}
	}
}

func FuzzReadMessage(f *testing.F) {
	f.Add([]byte{0x30, 6, 2, 1, 5, 0x4a, 1, 'x'})
	f.Add([]byte{0x30, 0x84, 0, 0, 0, 2, 2, 1})
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := readMessage(bufio.NewReader(bytes.NewReader(in)))
		if err == nil && !bytes.HasPrefix(in, m.raw) {
			t.Errorf("read %x of %x", m.raw, in)
		}
	})
}

func TestParseLDIF(t *testing.T) {
	entries, err := parseLDIF("# refldap://x\nref: ldap://other\n\ndn:: Q049Wm/DqyxEQz14\ncn:: Wm/Dqw==\nmail: a: b\nmember: x\nmember: y\nempty:\n\ndn: CN=b\n")
	if err != nil || len(entries) != 2 {
		t.Fatal(entries, err)
	}
	e := entries[0]
	if e.DN != "CN=Zoë,DC=x" || e.Get("CN") != "Zoë" || e.Get("mail") != "a: b" || len(e.Values("Member")) != 2 || e.Get("empty") != "" || e.Get("none") != "" {
		t.Errorf("got %+v", e)
	}
	for _, bad := range []string{"dn", "dn:: !"} {
		if _, err := parseLDIF(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}
