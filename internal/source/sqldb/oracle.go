// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strconv"

	ora "github.com/sijms/go-ora/v2"
	"github.com/sijms/go-ora/v2/network"
)

var oracle = dialect{
	name: "oracle", title: "Oracle",
	syntax:    syntax{q: true},
	connector: oracleConnector,
	tx:        func(*Config) *sql.TxOptions { return nil },
	// A transaction that only reads sees one moment of the data:
	// https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/SET-TRANSACTION.html
	within: func(ctx context.Context, tx *sql.Tx, _ *Config) error {
		_, err := tx.ExecContext(ctx, "SET TRANSACTION READ ONLY")
		return err
	},
	// The names are those of the driver: NCHAR is VARCHAR2 and CHAR is padded.
	kinds: map[string]kind{"CHAR": kindPadded, "CHARZ": kindPadded, "DATE": kindLocal, "OCIDate": kindLocal, "TIMESTAMP": kindLocal, "TimeStampDTY": kindLocal,
		"TimeStampTZ": kindZoned, "TimeStampTZ_DTY": kindZoned, "TimeStampeLTZ": kindUTC, "TimeStampLTZ_DTY": kindUTC,
		"RAW": kindBinary, "VarRaw": kindBinary, "LongRaw": kindBinary, "LongVarRaw": kindBinary, "OCIBlobLocator": kindBinary, "OCIFileLocator": kindBinary},
	advise: oracleAdvice,
}

func oracleConnector(c *Config, _ access) (*Connector, error) {
	const example = "oracle://reader@db.example.com:2484/hr"
	dsn := c.DSN
	if dsn == "" {
		port := c.Port
		if port == 0 {
			if port = 2484; c.TLS.Mode == "disable" {
				port = 1521
			}
		}
		dsn = ora.BuildUrl(c.Host, port, c.Database, c.Username, c.Password, nil)
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "oracle" || ambiguous(c.DSN) {
		return nil, unreadable("Oracle", example)
	}
	password, _ := u.User.Password()
	if c.DSN != "" && (c.Username != "" || c.Password != "") {
		user := u.User.Username()
		if c.Username != "" {
			user = c.Username
		}
		if c.Password != "" {
			password = c.Password
		}
		u.User = url.UserPassword(user, password)
	}
	values := u.Query()
	set := func(name, value string) {
		if !says(u.RawQuery, name) && !says("?"+u.RawQuery, name) {
			values.Set(name, value)
		}
	}
	encrypted := !says("?"+u.RawQuery, "ssl", "wallet")
	config, err := c.tls(u.Hostname())
	if err != nil {
		return nil, err
	}
	if encrypted = encrypted && config != nil; encrypted {
		values.Set("SSL", "true")
		values.Set("SSL VERIFY", strconv.FormatBool(!config.InsecureSkipVerify))
	}
	set("CONNECTION TIMEOUT", strconv.Itoa(max(int(c.ConnectTimeout.Seconds()), 1)))
	set("PREFETCH_ROWS", "1000") // rows for each round trip; the driver's own choice is 25
	u.RawQuery = values.Encode()
	if _, err := ora.ParseConfig(u.String()); err != nil {
		return nil, unreadable("Oracle", example)
	}
	to := &Connector{ora.NewConnector(u.String()), u.Host, password}
	if tls, ok := to.Connector.(*ora.OracleConnector); ok && encrypted {
		tls.WithTLSConfig(config)
	}
	return to, nil
}

// https://docs.oracle.com/en/error-help/db/
var oracleCodes = map[int]string{
	1017: adviceSignIn, 28000: adviceSignIn, 28001: adviceSignIn, 1045: adviceRights, 12514: adviceDatabase, 12505: adviceDatabase, 942: adviceTable, 904: adviceColumn, 1031: adviceRights,
	1013: adviceTimeout, 54: adviceLock, 1456: adviceReadOnly, 20: adviceBusy, 12516: adviceBusy, 12520: adviceBusy, 1008: adviceParameters, 1036: adviceParameters,
	3113: adviceAgain, 3114: adviceAgain, 1089: adviceAgain,
	1555: "The table changed so much during the query that Oracle no longer has its state at the beginning. Run at a quieter time, or have UNDO_RETENTION raised.",
}

func oracleAdvice(err error, query string) advice {
	e, ok := errors.AsType[*network.OracleError](err)
	if !ok {
		return advice{}
	}
	a := advice{text: e.ErrMsg, code: "ORA-" + strconv.Itoa(e.ErrCode), next: oracleCodes[e.ErrCode]}
	if at := e.ErrPos(); at > 0 && at <= len(query) {
		a.line, a.column = place(query, at)
	}
	return a
}
