// SPDX-License-Identifier: MPL-2.0

package handover

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"terraform-provider-workforce/internal/directory"
)

var _ directory.Handover = (*Files)(nil)

// Options say how credentials are made and kept.
type Options struct {
	// Directory holds the files. It is made, for its owner only, when the first file is written.
	Directory string
	// Kind begins the names of the files, such as "ad-first-passwords".
	Kind       string
	Recipients *Recipients
	Policy     Policy
	// Returners says that people who come back get a new credential, too.
	Returners bool
	// Passes says what kind of temporary access pass people get.
	Passes directory.PassOptions
	// Now is the clock.
	Now func() time.Time
}

// Files keeps credentials in encrypted files, one for each call of [Files.Keep].
type Files struct {
	o       Options
	mu      sync.Mutex
	written []string
}

// NewFiles returns files that are written when they are needed.
func NewFiles(o Options) *Files { return &Files{o: o} }

// Password implements [directory.Handover].
func (f *Files) Password(minimum int, avoid []string) (string, error) {
	return f.o.Policy.Generate(minimum, avoid)
}

// Returners implements [directory.Handover].
func (f *Files) Returners() bool { return f.o.Returners }

// Passes implements [directory.Handover].
func (f *Files) Passes() directory.PassOptions { return f.o.Passes }

// CheckPlace says why no file can be written, as far as this machine shows it.
func (f *Files) CheckPlace() error {
	if info, err := os.Stat(f.o.Directory); err == nil && !info.IsDir() {
		return fmt.Errorf("%q is a file, expected a directory, or a path where one can be made", f.o.Directory)
	}
	return nil
}

// Ready implements [directory.Handover]: recipients are valid, and a file can be made in the place.
func (f *Files) Ready() error {
	if err := f.o.Recipients.Valid(f.o.Now()); err != nil {
		return err
	}
	if err := os.MkdirAll(f.o.Directory, 0o700); err != nil {
		return err
	}
	probe, err := os.CreateTemp(f.o.Directory, f.o.Kind+"-*.part")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// Written returns the paths of the files that were written since the last call.
func (f *Files) Written() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := f.written
	f.written = nil
	return out
}

// Keep implements [directory.Handover]: it writes a file of its own, with the permissions 0600, and waits until
// file and directory are on disk. A file appears whole or not at all, and never in place of another.
func (f *Files) Keep(ctx context.Context, credentials []directory.Credential) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if err := f.o.Recipients.Valid(f.o.Now()); err != nil {
		return err
	}
	plain, err := lines(credentials)
	if err != nil {
		return err
	}
	sealed, err := f.o.Recipients.Seal(plain)
	clear(plain)
	if err != nil {
		return fmt.Errorf("encrypting credentials: %w", err)
	}
	// Nanoseconds sort the files of a run, and the rest keeps apart those of machines that write at the same moment.
	at := f.o.Now().UTC().Format("20060102T150405.000000000Z")
	path := filepath.Join(f.o.Directory, f.o.Kind+"-"+at+"-"+strings.ToLower(rand.Text()[:8])+".jsonl"+f.o.Recipients.Extension())
	if err := write(path, sealed); err != nil {
		return fmt.Errorf("writing the encrypted file %s: %w", path, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written = append(f.written, path)
	return nil
}

// line is one credential in a file.
type line struct {
	WorkerID   string `json:"worker_id"`
	Login      string `json:"login,omitempty"`
	Principal  string `json:"user_principal_name,omitempty"`
	Password   string `json:"password,omitempty"`
	AccessPass string `json:"temporary_access_pass,omitempty"`
	Created    string `json:"created"`
	ValidFrom  string `json:"valid_from,omitempty"`
	Expires    string `json:"expires,omitempty"`
	Once       bool   `json:"usable_once,omitempty"`
	Void       bool   `json:"void,omitempty"`
}

// lines writes credentials as JSON Lines (jsonlines.org).
func lines(credentials []directory.Credential) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	for _, c := range credentials {
		l := line{c.WorkerID, c.Login, c.Principal, c.Password, c.AccessPass,
			moment(c.Created), moment(c.ValidFrom), moment(c.Expires), c.Once, c.Void}
		if err := enc.Encode(l); err != nil {
			return nil, fmt.Errorf("the line of worker %q cannot be written", c.WorkerID)
		}
	}
	return out.Bytes(), nil
}

func moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// write makes a file that is whole and on disk when it has its name.
func write(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	part := path + ".part"
	file, err := os.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		if _, taken := os.Lstat(path); taken == nil {
			err = os.ErrExist
		}
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		_ = os.Remove(part)
		return err
	}
	return syncDirectory(dir)
}

// syncDirectory puts the name of a new file on disk. Windows has no such call, and writes names by itself.
func syncDirectory(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL) { // some network file systems have none
		err = nil
	}
	if closeErr := d.Close(); err == nil {
		err = closeErr
	}
	return err
}
