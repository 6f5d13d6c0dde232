// SPDX-License-Identifier: MPL-2.0

package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options say where and how a [Log] is kept.
type Options struct {
	// File is appended to, and made with mode 0600 where it does not exist.
	File string
	// Run is what the run is called; empty: a random one.
	Run string
	// Redact are attributes whose values are not written.
	Redact []string
	// Version is that of the product.
	Version string
	// Clock is that of the lines; nil is [time.Now].
	Clock func() time.Time
}

// Log is a file that writes are put on record in. A nil Log records nothing. Its methods
// may be called from several goroutines, and several processes may append to one file:
// every line is one write call to a file that is open for appending.
type Log struct {
	o Options

	mu      sync.Mutex // guards what follows
	file    *os.File
	failed  *Error // why no more can be written
	written uint64

	syncing sync.Mutex
	synced  uint64 // lines that are on the disk, guarded by syncing
}

// Error is why something could not be put on record.
type Error struct {
	File string
	// Unanswered says that a write was done, and that its answer could not be put on record.
	Unanswered bool
	Err        error
}

func (e *Error) Unwrap() error { return e.Err }

func (e *Error) Error() string {
	if e.Unanswered {
		return fmt.Sprintf("the audit file %q cannot be written any more: %v. Writes that were under way are done, and their answers are not on record; no further write is sent. "+
			"Make the file writable again (is the disk full?), and plan again", e.File, e.Err)
	}
	return fmt.Sprintf("the audit file %q cannot be written: %v. An audit is demanded (audit of the provider, or WORKFORCE_AUDIT_FILE), so that nothing is written that is not on record. "+
		"Make the file and its directory writable, or name another file", e.File, e.Err)
}

// New returns a log. The file is opened when the first write is to be recorded, so that
// plans need none.
func New(o Options) *Log {
	if o.Run == "" {
		o.Run = uuid.NewString()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Log{o: o}
}

// Pending are writes that were put on record as sent, and whose answers are not yet.
type Pending struct {
	log      *Log
	writes   []Write
	ids      []string
	redacted []string
}

// Begin puts on record that writes are being sent. An error, which is an [*Error], says
// that they must not be. What End is called on may be nil: then there is no log.
func (l *Log) Begin(ctx context.Context, writes ...Write) (*Pending, error) {
	if l == nil || len(writes) == 0 {
		return nil, nil
	}
	p := &Pending{log: l, writes: make([]Write, len(writes)), ids: make([]string, len(writes)), redacted: slices.Concat(redacted(ctx), l.o.Redact)}
	lines := make([][]byte, len(writes))
	for i, w := range writes {
		w.Subject = w.subject(ctx)
		w.Changes, w.Members = known(ctx, w), w.members()
		p.writes[i], p.ids[i] = w, uuid.NewString()
		var err error
		if lines[i], err = Encode(w, nil, l.stamp(p.ids[i]), p.redacted); err != nil {
			return nil, &Error{File: l.o.File, Err: err}
		}
	}
	if err := l.append(lines, false); err != nil {
		return nil, err
	}
	return p, nil
}

// known completes changes by what is known of the object and of the rules. What it held
// must be read now: by the time of the answer it holds something else.
func known(ctx context.Context, w Write) []AttributeChange {
	out := make([]AttributeChange, len(w.Changes))
	for i, c := range w.Changes {
		if !c.Known && w.Subject.Before != nil {
			c.Old, c.Known = w.Subject.Before(c.Attribute)
		}
		if c.Rule == "" && w.Subject.Kind == Account {
			c.Rule = ruleOf(ctx, c.Attribute)
		}
		out[i] = c
	}
	return out
}

// members completes members by what is known of them.
func (w Write) members() []Member {
	out := slices.Clone(w.Members)
	for i, m := range out {
		if known, ok := w.Subject.Members[m.ID]; ok {
			out[i] = known
		}
	}
	return out
}

// End puts the answers on record, in the order of the writes. That it could not be is
// said by the next Begin and by [Log.Failure].
func (p *Pending) End(outcomes ...Outcome) {
	if p == nil {
		return
	}
	var lines [][]byte
	for i, w := range p.writes {
		var o Outcome
		if i < len(outcomes) {
			o = outcomes[i]
		}
		line, err := Encode(w, &o, p.log.stamp(p.ids[i]), p.redacted)
		if err == nil {
			lines = append(lines, line)
		}
	}
	_ = p.log.append(lines, true) // it is kept
}

// EndAll puts one answer on record for all of the writes.
func (p *Pending) EndAll(o Outcome) {
	if p != nil {
		p.End(slices.Repeat([]Outcome{o}, len(p.writes))...)
	}
}

// Failure returns why answers could not be put on record; nil if all were.
func (l *Log) Failure() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil && l.failed.Unanswered {
		return l.failed
	}
	return nil
}

// File returns the path of the file, "" where there is no log.
func (l *Log) File() string {
	if l == nil {
		return ""
	}
	return l.o.File
}

func (l *Log) stamp(write string) Stamp {
	return Stamp{Time: l.o.Clock(), Event: uuid.NewString(), Write: write, Run: l.o.Run, Version: l.o.Version}
}

// append writes lines and sees that they are on the disk. A failure lasts: what
// follows a line that may be cut would not be understood.
func (l *Log) append(lines [][]byte, answers bool) error {
	at, err := l.write(lines, answers)
	if err != nil {
		return err
	}
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if l.synced >= at { // somebody else's lines went to the disk together with these
		return nil
	}
	l.mu.Lock()
	file, all := l.file, l.written
	l.mu.Unlock()
	if err := file.Sync(); err != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.fail(err, answers)
	}
	l.synced = all
	return nil
}

// write writes lines, one call each, and returns how many were written so far.
func (l *Log) write(lines [][]byte, answers bool) (uint64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return 0, l.fail(l.failed.Err, answers)
	}
	if l.file == nil {
		file, err := open(l.o.File)
		if err != nil {
			return 0, l.fail(err, answers)
		}
		l.file = file
	}
	for _, line := range lines {
		if _, err := l.file.Write(line); err != nil {
			return 0, l.fail(err, answers)
		}
		l.written++
	}
	return l.written, nil
}

// fail keeps the first failure, and whether an answer was lost by any. l.mu is held.
func (l *Log) fail(err error, answers bool) error {
	if l.failed == nil {
		l.failed = &Error{File: l.o.File, Err: plain(err)}
	}
	if answers && !l.failed.Unanswered {
		again := *l.failed
		again.Unanswered = true
		l.failed = &again
	}
	return l.failed
}

// open opens the file. A line that was cut, by a full disk, gets its end, so that the next one can be read.
func open(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	if cut(name) {
		if _, err := file.Write([]byte("\n")); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file, nil
}

// settle is how long a line that looks cut is given: another process may be writing it just now.
const settle = 100 * time.Millisecond

// cut reports whether the last line of a regular file has no end and gets none, as far as the file can be read.
func cut(name string) bool {
	size, open := lastLine(name)
	if !open {
		return false
	}
	time.Sleep(settle)
	again, open := lastLine(name)
	return open && again == size
}

// lastLine returns the size of a regular file, and whether its last line has no end.
func lastLine(name string) (size int64, open bool) {
	file, err := os.Open(name)
	if err != nil {
		return 0, false
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return 0, false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return info.Size(), err == nil && last[0] != '\n'
}

// plain removes the path, which is said already.
func plain(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
