// SPDX-License-Identifier: MPL-2.0

// Package bounded holds what others send without taking more memory than it has bytes. A buffer that doubles holds three
// times as much for a moment, and leaves as much behind: an answer that decompresses to the largest size that is taken
// would then need a multiple of it.
package bounded

import (
	"errors"
	"io"
)

const (
	firstBlock   = 4 << 10
	largestBlock = 1 << 20
)

// Buffer collects bytes in blocks that stay where they are. The zero value is empty. It is not safe for concurrent use.
type Buffer struct {
	blocks [][]byte
	length int64
}

// Grow makes room for n bytes more in one block.
func (b *Buffer) Grow(n int) {
	if n > 0 {
		b.blocks = append(b.blocks, make([]byte, 0, n))
	}
}

// Len returns how many bytes there are.
func (b *Buffer) Len() int64 { return b.length }

// ReadFrom reads until the end, or an error. It implements io.ReaderFrom.
func (b *Buffer) ReadFrom(r io.Reader) (n int64, err error) {
	for {
		last := len(b.blocks) - 1
		if last < 0 || len(b.blocks[last]) == cap(b.blocks[last]) {
			b.Grow(int(min(max(b.length, firstBlock), largestBlock)))
			last = len(b.blocks) - 1
		}
		block := b.blocks[last]
		got, err := r.Read(block[len(block):cap(block)])
		b.blocks[last] = block[:len(block)+got]
		b.length += int64(got)
		n += int64(got)
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// Write appends p. It implements io.Writer, and returns no error.
func (b *Buffer) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		last := len(b.blocks) - 1
		if last < 0 || len(b.blocks[last]) == cap(b.blocks[last]) {
			b.Grow(int(min(max(b.length, firstBlock), largestBlock)))
			continue
		}
		block := b.blocks[last]
		some := min(len(p), cap(block)-len(block))
		b.blocks[last] = append(block, p[:some]...)
		b.length += int64(some)
		p = p[some:]
	}
	return n, nil
}

// Bytes returns everything in one piece and empties the buffer.
func (b *Buffer) Bytes() []byte {
	var filled [][]byte
	for _, block := range b.blocks {
		if len(block) > 0 {
			filled = append(filled, block)
		}
	}
	whole := []byte{}
	switch {
	case len(filled) == 1:
		whole = filled[0]
	case len(filled) > 1:
		whole = make([]byte, 0, b.length)
		for _, block := range filled {
			whole = append(whole, block...)
		}
	}
	*b = Buffer{}
	return whole
}
