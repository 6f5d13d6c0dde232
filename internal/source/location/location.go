// SPDX-License-Identifier: MPL-2.0

// Package location gets the bytes of an HR export: from a file, from the
// configuration itself, or from a web server over https. Every file source
// shares it, so that size, age and checksum are guarded alike wherever the
// export is.
package location

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"terraform-provider-workforce/internal/source"
)

// Config says where an export is and what it must be. Exactly one of Path,
// Content and URL is set.
type Config struct {
	// Path of a regular file. A pipe or a device has no end that can be relied on.
	Path string
	// Content is the export itself.
	Content string
	// URL begins with https://. Name and password do not belong in it: see Headers.
	URL string

	// SHA256 is the checksum the export must have, in hex; any if empty.
	SHA256 string
	// MaxAge is how long ago the export may have been modified: a file by its
	// time stamp, a URL by the header Last-Modified, which must then be there. 0: any time.
	MaxAge time.Duration
	// MaxBytes is the largest export that is read; DefaultMaxBytes if 0.
	MaxBytes int64

	// Ends says that whoever reads the export can tell whether it is whole: by its format, which
	// closes what it opens, a trailer or a least number of records. Other exports are
	// not taken from a server that does not say how long its answer is: where a
	// connection breaks between two records of TLS, that looks like an end.
	Ends bool

	// Headers are sent to the host of URL, and to no other: an Authorization, say.
	// Their values are secret.
	Headers map[string]string
	// CACertificate holds certificates in PEM that are trusted beside those of the system.
	CACertificate string
	// Timeout bounds the whole download; DefaultTimeout if 0.
	Timeout time.Duration
}

// The defaults of a Config.
const (
	DefaultMaxBytes = 512 << 20
	DefaultTimeout  = 5 * time.Minute
)

// NoEnd is what is said of a text whose last line has no end: it may be cut off within the last value.
const NoEnd = "the last line has no line end, as where a file is cut off in its last value: an end date may be missing there. " +
	"To end this warning, set trailer, min_records or sha256, or let the export end its last line."

// Unvouched reports an export from elsewhere of which nothing tells whether it is whole.
func (c Config) Unvouched() bool { return !c.Ends && c.SHA256 == "" && c.Content == "" }

// Name returns what messages call the export: the path, the URL without its
// query, which may hold a signature, or "content".
func (c Config) Name() string {
	switch {
	case c.Path != "":
		return c.Path
	case c.URL != "":
		return publicURL(c.URL)
	}
	return "content"
}

// publicURL returns a URL without user, query and fragment.
func publicURL(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return "url"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

func (c Config) limit() int64 {
	if c.MaxBytes <= 0 {
		return DefaultMaxBytes
	}
	return c.MaxBytes
}

// Validate reports what is wrong with the Config itself.
func (c Config) Validate() error {
	set := 0
	for _, text := range [...]string{c.Path, c.Content, c.URL} {
		if text != "" {
			set++
		}
	}
	if set != 1 {
		return fmt.Errorf("found %d of path, content and url, expected exactly one of them that is not empty", set)
	}
	if sum, err := hex.DecodeString(c.SHA256); c.SHA256 != "" && (err != nil || len(sum) != sha256.Size) {
		return fmt.Errorf("sha256: found %s, expected a SHA-256 checksum: 64 hexadecimal digits", source.Quote(c.SHA256))
	}
	if c.Content != "" && c.MaxAge > 0 {
		return errors.New("max_age_hours: found with content, expected with path or url: content has no age")
	}
	if c.URL == "" && (len(c.Headers) > 0 || c.CACertificate != "") {
		return errors.New("headers, ca_certificate: found without url, expected with url only")
	}
	if c.URL == "" {
		return nil
	}
	return c.validateURL()
}

// Read returns the export. Its errors do not name it: the caller does, by Name.
func Read(ctx context.Context, c Config, now time.Time) ([]byte, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	var data []byte
	var err error
	switch {
	case c.Path != "":
		data, err = c.readFile(now)
	case c.URL != "":
		data, err = c.download(ctx, now)
	default:
		if n := int64(len(c.Content)); n > c.limit() {
			return nil, tooLarge(n, c.limit())
		}
		data = []byte(c.Content)
	}
	if err != nil {
		return nil, err
	}
	if len(data) == 0 {
		return nil, errors.New("found no bytes, expected an export of workers")
	}
	if c.SHA256 != "" {
		if sum := sha256.Sum256(data); !strings.EqualFold(hex.EncodeToString(sum[:]), c.SHA256) {
			return nil, fmt.Errorf("found the SHA-256 checksum %x in %d bytes, expected %s (sha256): this is not the export that was meant, or it is damaged", sum, len(data), strings.ToLower(c.SHA256))
		}
	}
	return data, nil
}

// readFile reads a file that nobody writes to meanwhile.
func (c Config) readFile(now time.Time) ([]byte, error) {
	file, before, err := openRegular(c.Path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if before.Size() > c.limit() {
		return nil, tooLarge(before.Size(), c.limit())
	}
	if err := source.CheckAge(before.ModTime(), now, c.MaxAge); err != nil {
		return nil, err
	}
	data := bytes.NewBuffer(make([]byte, 0, before.Size()+bytes.MinRead))
	if _, err := data.ReadFrom(io.LimitReader(file, c.limit()+1)); err != nil {
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
