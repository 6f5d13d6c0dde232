// SPDX-License-Identifier: MPL-2.0

package bounded_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"terraform-provider-workforce/internal/bounded"
)

// TestWhole holds that what comes in any parts is given back whole.
func TestWhole(t *testing.T) {
	text := bytes.Repeat([]byte("0123456789"), 300_000)
	for name, r := range map[string]io.Reader{
		"at once": bytes.NewReader(text), "in halves": iotest.HalfReader(bytes.NewReader(text)), "end with data": iotest.DataErrReader(bytes.NewReader(text)),
	} {
		var b bounded.Buffer
		b.Grow(100)
		n, err := b.ReadFrom(r)
		if err != nil || n != int64(len(text)) || b.Len() != n || !bytes.Equal(b.Bytes(), text) || b.Len() != 0 {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
	var b bounded.Buffer
	for part := range bytes.SplitAfterSeq(text, []byte("9")) {
		_, _ = b.Write(part)
	}
	if !bytes.Equal(b.Bytes(), text) || b.Bytes() == nil {
		t.Error("what is written is not what is there")
	}
	if _, err := b.ReadFrom(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestMemory counts the bytes that are taken: as many as come, and as many again where they are put together.
func TestMemory(t *testing.T) {
	const size, slack = 64 << 20, 4 << 20
	var b bounded.Buffer
	taken := allocated(func() {
		if _, err := b.ReadFrom(io.LimitReader(zeros{}, size)); err != nil {
			t.Error(err)
		}
	})
	if taken > size+slack {
		t.Errorf("reading %d bytes took %d", size, taken)
	}
	if taken := allocated(func() { b.Bytes() }); taken > size+slack {
		t.Errorf("putting %d bytes together took %d", size, taken)
	}
}

// allocated returns how many bytes f allocates, whether or not they are given back.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
