// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	mssql "github.com/microsoft/go-mssqldb"
	"golang.org/x/text/encoding/charmap"

	"terraform-provider-workforce/internal/expression"
)

// kind says how the values of a type become text.
type kind int

const (
	kindText   kind = iota // as they are
	kindPadded             // CHAR(n): blanks at the end are not part of the value
	kindBinary             // not text at all
	kindDate               // yyyy-MM-dd
	kindLocal              // yyyy-MM-ddTHH:mm:ss, in whatever zone the writer meant
	kindZoned              // RFC 3339 with the offset that was stored
	kindUTC                // an instant: RFC 3339 with Z
	kindTime               // HH:mm:ss
	kindArray              // of PostgreSQL: a list
	kindGUID               // of SQL Server
	kindBits               // BIT of MySQL: a number
	kindSingle             // a number of about 7 digits, which the driver hands out with 16
)

// column is one column of the result.
type column struct {
	name, typ string
	kind      kind
	decode    *charmap.Charmap // nil: UTF-8
	shared    map[string]string
}

// maxShared is how many values of a column are kept once for all rows.
const maxShared = 1024

// share returns the text that an earlier row has, so that what repeats, such as
// departments and places, is in memory once.
func (c *column) share(s string) string {
	if known, ok := c.shared[s]; ok {
		return known
	}
	if len(c.shared) < maxShared {
		if c.shared == nil {
			c.shared = map[string]string{}
		}
		c.shared[s] = s
	}
	return s
}

// value makes text of a value: numbers without exponent, times by the type of
// their column, so that all values of a column look the same.
func (c *column) value(v any) (expression.Value, error) {
	switch v := v.(type) {
	case nil:
		return expression.Null, nil
	case string:
		return c.text(v), nil
	case []byte:
		return c.bytes(v)
	case int64:
		return expression.String(strconv.FormatInt(v, 10)), nil
	case uint64:
		return expression.String(strconv.FormatUint(v, 10)), nil
	case float64:
		if c.kind == kindSingle {
			return expression.String(strconv.FormatFloat(v, 'f', -1, 32)), nil
		}
		return expression.String(strconv.FormatFloat(v, 'f', -1, 64)), nil
	case float32:
		return expression.String(strconv.FormatFloat(float64(v), 'f', -1, 32)), nil
	case bool:
		return expression.String(strconv.FormatBool(v)), nil
	case time.Time:
		return expression.String(c.share(c.time(v))), nil
	}
	return expression.Null, fmt.Errorf("found a value of type %s (%T), expected text, a number, a date or a truth value: let the query convert it", c.typ, v)
}

func (c *column) text(s string) expression.Value {
	switch c.kind {
	case kindArray:
		if items, ok := array(s); ok {
			return expression.List(items...)
		}
	case kindPadded:
		s = strings.TrimRight(s, " ")
	case kindLocal, kindUTC: // of MySQL, which sends times as text
		s = mysqlTime(s, c.kind == kindUTC)
	}
	if c.decode != nil {
		if decoded, err := c.decode.NewDecoder().String(s); err == nil {
			s = decoded
		}
	}
	return expression.String(c.share(s))
}

// bytes reads what a driver hands out as bytes: text, or binary data. Those that
// are no text are found by the Builder, which says in which row and column.
func (c *column) bytes(b []byte) (expression.Value, error) {
	switch c.kind {
	case kindGUID:
		var id mssql.UniqueIdentifier
		if err := id.Scan(b); err != nil {
			return expression.Null, err
		}
		return expression.String(id.String()), nil
	case kindBits:
		if len(b) > 8 {
			return expression.Null, fmt.Errorf("found %d bits, expected at most 64", 8*len(b))
		}
		var n uint64
		for _, one := range b {
			n = n<<8 | uint64(one)
		}
		return expression.String(strconv.FormatUint(n, 10)), nil
	case kindBinary: // has been reported, or nobody reads it
		return expression.Null, nil
	}
	return c.text(string(b)), nil
}

func (c *column) time(t time.Time) string {
	switch c.kind {
	case kindDate:
		return t.Format(time.DateOnly)
	case kindZoned:
		return t.Format(time.RFC3339Nano)
	case kindUTC:
		return t.UTC().Format(time.RFC3339Nano)
	case kindTime:
		return t.Format("15:04:05.999999999")
	}
	if _, offset := t.Zone(); c.kind != kindLocal && offset != 0 {
		return t.Format(time.RFC3339Nano)
	}
	return t.Format("2006-01-02T15:04:05.999999999")
}

// mysqlTime writes "2026-07-01 08:00:00" as RFC 3339 does. A zero date has no time.
func mysqlTime(s string, utc bool) string {
	date, clock, found := strings.Cut(s, " ")
	switch {
	case !found || date == "0000-00-00":
		return date
	case utc:
		return date + "T" + clock + "Z"
	}
	return date + "T" + clock
}

// array reads an array of PostgreSQL, such as {a,"b, c",NULL}. One of several
// dimensions is left as text.
func array(s string) ([]string, bool) {
	if strings.HasPrefix(s, "{{") {
		return nil, false
	}
	var elements []*string
	if err := pgtype.NewMap().Scan(pgtype.TextArrayOID, pgtype.TextFormatCode, []byte(s), &elements); err != nil {
		return nil, false
	}
	items := make([]string, 0, len(elements))
	for _, e := range elements {
		if e != nil {
			items = append(items, *e)
		}
	}
	return items, true
}

// decoder returns the code page of texts, nil for UTF-8.
func (c *Config) decoder() (*charmap.Charmap, error) {
	if c.Encoding == "" || strings.EqualFold(c.Encoding, "utf-8") {
		return nil, nil
	}
	for _, e := range charmap.All {
		page, ok := e.(*charmap.Charmap)
		name := strings.ReplaceAll(fmt.Sprint(e), " ", "-")
		if ok && strings.EqualFold(strings.TrimPrefix(name, "IBM-"), c.Encoding) {
			return page, nil
		}
	}
	return nil, fmt.Errorf("encoding: found %q, expected UTF-8, Windows-1250 to Windows-1258, ISO-8859-1 to ISO-8859-16, or Code-Page-437 and the like", c.Encoding)
}
