// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

var mysqlDialect = dialect{
	name: "mysql", title: "MySQL",
	syntax:    syntax{backslash: true, hash: true, hints: true},
	connector: mysqlConnector,
	tx: func(*Config) *sql.TxOptions {
		return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	},
	before: mysqlBefore,
	kinds: map[string]kind{"CHAR": kindPadded, "BIT": kindBits, "DATETIME": kindLocal, "TIMESTAMP": kindUTC,
		"BLOB": kindBinary, "TINYBLOB": kindBinary, "MEDIUMBLOB": kindBinary, "LONGBLOB": kindBinary, "GEOMETRY": kindBinary},
	advise: mysqlAdvice,
}

func mysqlConnector(c *Config, to access) (*Connector, error) {
	config := mysql.NewConfig()
	if c.DSN != "" {
		var err error
		if config, err = mysql.ParseDSN(c.DSN); err != nil {
			return nil, unreadable("MySQL", "reader@tcp(db.example.com:3306)/hr")
		}
	} else {
		config.Net, config.Addr = "tcp", net.JoinHostPort(c.Host, strconv.Itoa(max(c.Port, 0)))
		if c.Port == 0 {
			config.Addr = net.JoinHostPort(c.Host, "3306")
		}
		if strings.HasPrefix(c.Host, "/") {
			config.Net, config.Addr = "unix", c.Host
		}
		config.DBName = c.Database
	}
	if c.Username != "" {
		config.User = c.Username
	}
	if c.Password != "" {
		config.Passwd = c.Password
	}
	if config.TLSConfig == "" && config.Net != "unix" {
		host, _, err := net.SplitHostPort(config.Addr)
		if err != nil {
			host = config.Addr
		}
		if config.TLS, err = c.tls(host); err != nil {
			return nil, err
		}
	}
	config.Timeout = c.ConnectTimeout
	// Times stay as they are: 0000-00-00 is no time of Go. Statement and parameters travel apart, one statement at a time.
	config.ParseTime, config.InterpolateParams, config.MultiStatements, config.AllowAllFiles = false, false, false, false
	config.Logger = &mysql.NopLogger{}
	// The count of an UPDATE is then of the rows found, as in the other databases,
	// not of those that had another value before.
	config.ClientFoundRows = to == toWrite
	made, err := mysql.NewConnector(config)
	if err != nil {
		return nil, unreadable("MySQL", "reader@tcp(db.example.com:3306)/hr")
	}
	return &Connector{made, config.Addr, config.Passwd}, nil
}

// mysqlBefore sets limits. MySQL and MariaDB differ in name and unit of the first.
func mysqlBefore(ctx context.Context, conn *sql.Conn, c *Config) error {
	var version string
	if err := conn.QueryRowContext(ctx, "SELECT VERSION()").Scan(&version); err != nil {
		return err
	}
	statement := fmt.Sprintf("max_execution_time = %d", max(c.StatementTimeout.Milliseconds(), 1))
	if strings.Contains(version, "MariaDB") {
		statement = fmt.Sprintf("max_statement_time = %.3f", c.StatementTimeout.Seconds())
	}
	lock := max(int(c.LockTimeout.Seconds()), 1)
	_, err := conn.ExecContext(ctx, fmt.Sprintf("SET SESSION %s, SESSION lock_wait_timeout = %d, SESSION innodb_lock_wait_timeout = %d, SESSION time_zone = '+00:00'", statement, lock, lock))
	return err
}

// https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html and https://mariadb.com/kb/en/mariadb-error-code-reference/
var mysqlCodes = map[uint16]string{
	1045: adviceSignIn, 1044: adviceRights, 1049: adviceDatabase, 1146: adviceTable, 1054: adviceColumn, 1142: adviceRights, 1143: adviceRights,
	1969: adviceTimeout, 3024: adviceTimeout, 1205: adviceLock, 1792: adviceReadOnly, 1290: adviceReadOnly, 1040: adviceBusy, 1203: adviceBusy, 1053: adviceAgain, 1927: adviceAgain,
	1210: adviceParameters, 2031: adviceParameters, 1835: adviceParameters,
}

// atLine is where MySQL says a syntax error is.
var atLine = regexp.MustCompile(` at line (\d+)$`)

func mysqlAdvice(err error, _ string) advice {
	e, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		if errors.Is(err, mysql.ErrInvalidConn) {
			return advice{next: adviceAgain}
		}
		if errors.Is(err, mysql.ErrNoTLS) {
			return advice{next: adviceTLS}
		}
		return advice{}
	}
	a := advice{text: e.Message, code: strconv.Itoa(int(e.Number)), next: mysqlCodes[e.Number]}
	if e.Number == 1064 && strings.Contains(e.Message, "'?") { // sent as text, since there was no parameter at all
		a.next = adviceParameters
	}
	if m := atLine.FindStringSubmatch(e.Message); m != nil {
		a.line, _ = strconv.Atoi(m[1])
	}
	return a
}
