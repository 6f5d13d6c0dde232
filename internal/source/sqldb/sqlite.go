// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"bytes"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"

	"modernc.org/sqlite"
)

var sqliteDialect = dialect{
	name: "sqlite", title: "SQLite",
	syntax:    syntax{brackets: true},
	connector: sqliteConnector,
	tx:        func(*Config) *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} },
	// The driver makes times of texts in columns that are declared so; SQLite itself has no such types.
	kinds:  map[string]kind{"DATE": kindDate, "BLOB": kindBinary},
	advise: sqliteAdvice,
}

func sqliteConnector(c *Config, to access) (*Connector, error) {
	info, err := os.Stat(c.Database)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf(`database: %s: no such file (relative paths begin at the directory Terraform runs in: write "${path.module}/…" for files beside the configuration)`, c.Database)
	case err != nil:
		return nil, fmt.Errorf("database: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("database: %s: found %s, expected a file of SQLite", c.Database, info.Mode().Type())
	}
	if err := wholePages(c.Database, info.Size()); err != nil {
		return nil, fmt.Errorf("database: %s: %w", c.Database, err)
	}
	wait := fmt.Sprintf("busy_timeout(%d)", max(c.LockTimeout.Milliseconds(), 1))
	values := url.Values{"mode": {"ro"}, "_pragma": {wait, "query_only(1)"}}
	if to == toWrite {
		// A transaction that first read and then writes could not wait for a lock.
		values = url.Values{"mode": {"rw"}, "_pragma": {wait}, "_txlock": {"immediate"}}
	}
	made, err := sqlite.NewConnector("file:" + (&url.URL{Path: c.Database}).EscapedPath() + "?" + values.Encode())
	if err != nil {
		return nil, fmt.Errorf("database: %s: %w", c.Database, err)
	}
	return &Connector{Connector: made, Server: c.Database}, nil
}

// wholePages refuses a file whose last page is not all there: SQLite, which
// finds that pages are missing, reads zeros for the rest of one
// (https://www.sqlite.org/fileformat.html, section 1.3).
func wholePages(path string, size int64) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	header := make([]byte, 18)
	if _, err := io.ReadFull(file, header); err != nil || !bytes.HasPrefix(header, []byte("SQLite format 3\x00")) {
		return nil // SQLite says what it is instead
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 65536
	}
	if page > 0 && size%page != 0 {
		return fmt.Errorf("found %d bytes, expected whole pages of %d: the file is cut off, copy it again", size, page)
	}
	return nil
}

// https://www.sqlite.org/rescode.html; the lower byte is the primary code.
var sqliteCodes = map[int]string{
	5: adviceLock, 6: adviceLock, 8: adviceReadOnly, 25: adviceParameters,
	11: "The file is damaged, or was copied while a program wrote to it: export it with VACUUM INTO or the backup command of sqlite3.",
	14: "The file, or the directory it is in, cannot be read. A database in WAL mode also needs its -wal and -shm files.",
	26: "The file is not a database of SQLite.",
}

func sqliteAdvice(err error, _ string) advice {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return advice{}
	}
	return advice{text: e.Error(), next: sqliteCodes[e.Code()&0xff]}
}
