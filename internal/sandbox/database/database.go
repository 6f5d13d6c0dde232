// SPDX-License-Identifier: MPL-2.0

// Package database starts real database servers for tests: PostgreSQL and
// MariaDB, as Debian packages them. Each test gets a server of its own, with
// TLS, an account that may read and nothing in it.
package database

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"

	"terraform-provider-workforce/internal/sandbox/daemon"
)

// Password is that of the account of a Server.
const Password = "Lesen-nur-lesen-77"

// Server is a running database server. Its database is called hr.
type Server struct {
	Port int
	// Socket is its Unix socket: the directory of PostgreSQL, the path of MariaDB.
	Socket string
	// CAFile is the authority that issued its certificate, which is for localhost and 127.0.0.1.
	CAFile string
	// Username may read everything in hr, and write nothing.
	Username string

	admin *sql.DB
}

// Exec runs statements as the administrator, in the database hr.
func (s *Server) Exec(t testing.TB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := s.admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// Admin returns the administrator's connections.
func (s *Server) Admin() *sql.DB { return s.admin }

// connect opens the administrator's connections, and returns what tells whether the server answers.
func (s *Server) connect(t testing.TB, driver, dsn string) (ready func() error) {
	t.Helper()
	var err error
	if s.admin, err = sql.Open(driver, dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.admin.Close() })
	return func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		return s.admin.PingContext(ctx)
	}
}

// StartPostgreSQL starts a PostgreSQL server for the test. It needs the Debian
// package postgresql.
func StartPostgreSQL(t testing.TB) *Server {
	t.Helper()
	newest := func(name string) string {
		return daemon.Program(t, "postgresql", name, "/usr/lib/postgresql/*/bin/"+name)
	}
	dir := daemon.Dir(t)
	data, certificate := filepath.Join(dir, "data"), daemon.NewCertificate(t, dir)
	daemon.Run(t, dir, newest("initdb"), "--pgdata="+data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
	daemon.WriteFile(t, filepath.Join(data, "pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
	s := &Server{Port: daemon.Port(t), Socket: dir, CAFile: certificate.CA, Username: "reader"}
	ready := s.connect(t, "pgx", fmt.Sprintf("host=%s port=%d user=postgres dbname=postgres sslmode=disable", dir, s.Port))
	daemon.Start(t, dir, syscall.SIGQUIT, ready, newest("postgres"), "-D", data, "-k", dir, "-p", strconv.Itoa(s.Port), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
		"-c", "timezone=America/New_York", "-c", "ssl=on", "-c", "ssl_cert_file="+certificate.Cert, "-c", "ssl_key_file="+certificate.Key)
	s.Exec(t, "CREATE DATABASE hr")
	s.admin.Close()
	s.connect(t, "pgx", fmt.Sprintf("host=%s port=%d user=postgres dbname=hr sslmode=disable", dir, s.Port))
	s.Exec(t, "CREATE ROLE reader LOGIN PASSWORD '"+Password+"'", "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO reader")
	return s
}

// StartMariaDB starts a MariaDB server for the test. It needs the Debian package
// mariadb-server.
func StartMariaDB(t testing.TB) *Server {
	t.Helper()
	dir := daemon.Dir(t)
	data, temporary, certificate := filepath.Join(dir, "data"), filepath.Join(dir, "tmp"), daemon.NewCertificate(t, dir)
	daemon.Run(t, dir, "/bin/mkdir", data, temporary)
	daemon.Run(t, dir, daemon.Program(t, "mariadb-server", "mariadb-install-db"), "--no-defaults", "--datadir="+data, "--tmpdir="+temporary,
		"--auth-root-authentication-method=normal", "--skip-test-db", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0")
	s := &Server{Port: daemon.Port(t), Socket: filepath.Join(dir, "s"), CAFile: certificate.CA, Username: "reader"}
	ready := s.connect(t, "mysql", "root@unix("+s.Socket+")/")
	daemon.Start(t, dir, syscall.SIGKILL, ready, daemon.Program(t, "mariadb-server", "mariadbd"), "--no-defaults", "--datadir="+data, "--tmpdir="+temporary,
		"--socket="+s.Socket, "--pid-file="+filepath.Join(dir, "pid"), "--port="+strconv.Itoa(s.Port), "--bind-address=127.0.0.1", "--skip-name-resolve",
		"--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--default-time-zone=-05:00", "--character-set-server=utf8mb4",
		"--ssl-ca="+certificate.CA, "--ssl-cert="+certificate.Cert, "--ssl-key="+certificate.Key)
	s.Exec(t, "CREATE DATABASE hr", "CREATE USER reader@'127.0.0.1' IDENTIFIED BY '"+Password+"'", "GRANT SELECT ON hr.* TO reader@'127.0.0.1'")
	s.admin.Close()
	s.connect(t, "mysql", "root@unix("+s.Socket+")/hr")
	return s
}
