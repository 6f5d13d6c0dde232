// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/msdsn"
)

var sqlserver = dialect{
	name: "sqlserver", title: "SQL Server",
	syntax:    syntax{brackets: true, nested: true},
	connector: sqlserverConnector,
	// SQL Server has no transaction that cannot write; that it is rolled back has to do.
	tx: func(c *Config) *sql.TxOptions {
		if c.Isolation == "serializable" {
			return &sql.TxOptions{Isolation: sql.LevelSerializable}
		}
		return &sql.TxOptions{Isolation: sql.LevelSnapshot}
	},
	before: func(ctx context.Context, conn *sql.Conn, c *Config) error {
		_, err := conn.ExecContext(ctx, fmt.Sprintf("SET LOCK_TIMEOUT %d", max(c.LockTimeout.Milliseconds(), 1)))
		return err
	},
	kinds: map[string]kind{"CHAR": kindPadded, "NCHAR": kindPadded, "DATE": kindDate, "TIME": kindTime, "REAL": kindSingle, "DATETIME": kindLocal, "DATETIME2": kindLocal, "SMALLDATETIME": kindLocal,
		"DATETIMEOFFSET": kindZoned, "UNIQUEIDENTIFIER": kindGUID, "BINARY": kindBinary, "VARBINARY": kindBinary, "IMAGE": kindBinary, "UDT": kindBinary},
	advise: sqlserverAdvice,
}

func sqlserverConnector(c *Config, _ access) (*Connector, error) {
	dsn := c.DSN
	if dsn == "" {
		dsn = sqlserverURL(c)
	}
	config, err := msdsn.Parse(dsn)
	if err != nil || ambiguous(c.DSN) {
		return nil, unreadable("SQL Server", "sqlserver://reader@db.example.com:1433?database=hr")
	}
	if c.Username != "" {
		config.User = c.Username
	}
	if c.Password != "" {
		config.Password = c.Password
	}
	if c.DSN == "" || !says(c.DSN, "encrypt") {
		tls, err := c.tls(config.Host)
		if err != nil {
			return nil, err
		}
		config.Encryption, config.TLSConfig = msdsn.EncryptionDisabled, nil
		if tls != nil {
			// The server expects one TCP segment for a packet, see msdsn.SetupTLS.
			tls.DynamicRecordSizingDisabled = true
			config.Encryption, config.TLSConfig, config.HostInCertificateProvided = msdsn.EncryptionRequired, tls, c.TLS.ServerName != ""
			config.TrustServerCertificate = tls.InsecureSkipVerify
		}
	}
	config.DialTimeout = c.ConnectTimeout
	config.ConnTimeout = c.StatementTimeout // of one read from the network, which must not wait for ever
	if config.AppName == "" || config.AppName == "go-mssqldb" {
		config.AppName = "terraform-provider-workforce"
	}
	server := config.Host
	if config.Port > 0 {
		server = net.JoinHostPort(config.Host, strconv.FormatUint(config.Port, 10))
	}
	return &Connector{mssql.NewConnectorConfig(config), server, config.Password}, nil
}

// sqlserverURL writes the arguments as a connection string, without the secret.
func sqlserverURL(c *Config) string {
	host, instance, _ := strings.Cut(c.Host, `\`)
	u := url.URL{Scheme: "sqlserver", Host: host, Path: instance}
	if strings.Contains(host, ":") {
		u.Host = "[" + host + "]"
	}
	if c.Port > 0 {
		u.Host = net.JoinHostPort(host, strconv.Itoa(c.Port))
	}
	values := url.Values{"encrypt": {"true"}}
	if c.Database != "" {
		values.Set("database", c.Database)
	}
	u.RawQuery = values.Encode()
	return u.String()
}

// https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
var sqlserverCodes = map[int32]string{
	18456: adviceSignIn, 18452: adviceSignIn, 4060: adviceDatabase, 208: adviceTable, 207: adviceColumn, 229: adviceRights, 230: adviceRights, 916: adviceRights,
	1222: adviceLock, 3906: adviceReadOnly, 1205: adviceAgain, 137: adviceParameters, 8178: adviceParameters,
	3952: `Let the administrator allow it (ALTER DATABASE … SET ALLOW_SNAPSHOT_ISOLATION ON), or set isolation = "serializable", which makes writers wait while the query runs.`,
	3951: `One of the databases does not allow snapshots: let the administrator allow it, or set isolation = "serializable".`,
	3958: "The table was changed in the same moment. Run again.",
}

func sqlserverAdvice(err error, _ string) advice {
	e, ok := errors.AsType[mssql.Error](err)
	if !ok {
		return advice{}
	}
	return advice{text: e.Message, code: strconv.Itoa(int(e.Number)), next: sqlserverCodes[e.Number], line: int(e.LineNo)}
}
