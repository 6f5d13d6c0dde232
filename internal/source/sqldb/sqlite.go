// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"database/sql"
	"errors"
	"fmt"
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

func sqliteConnector(c *Config) (connector, error) {
	info, err := os.Stat(c.Database)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return connector{}, fmt.Errorf(`database: %s: no such file (relative paths begin at the directory Terraform runs in: write "${path.module}/…" for files beside the configuration)`, c.Database)
	case err != nil:
		return connector{}, fmt.Errorf("database: %w", err)
	case !info.Mode().IsRegular():
		return connector{}, fmt.Errorf("database: %s: found %s, expected a file of SQLite", c.Database, info.Mode().Type())
	}
	values := url.Values{"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", max(c.LockTimeout.Milliseconds(), 1)), "query_only(1)"}}
	to, err := sqlite.NewConnector("file:" + (&url.URL{Path: c.Database}).EscapedPath() + "?" + values.Encode())
	if err != nil {
		return connector{}, fmt.Errorf("database: %s: %w", c.Database, err)
	}
	return connector{driver: to, server: c.Database}, nil
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
