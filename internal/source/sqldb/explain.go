// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"terraform-provider-workforce/internal/source"
)

// advice is what an error means and what to do next.
type advice struct {
	text, code   string // what the database says
	next         string
	line, column int // in the query; 0 if it does not say
}

const (
	adviceSignIn     = "Check user name and password, and that the account may sign in from this machine."
	adviceDatabase   = "Check the name of the database."
	adviceTable      = "Check the name of the table or view, with its schema, and that the account may read it."
	adviceColumn     = "Check the name of the column."
	adviceRights     = "Grant the account SELECT on what the query reads."
	adviceTimeout    = "The query took longer than statement_timeout. Raise it, or make the query faster."
	adviceLock       = "Another program keeps the data locked for longer than lock_timeout. Raise it, or run at another time."
	adviceReadOnly   = "The source is only ever read: the query must change nothing, functions that it calls included."
	adviceBusy       = "The database takes no more connections. Run again later."
	adviceAgain      = "The database ended the connection. Run again."
	adviceParameters = "Check that there is a parameter for each placeholder of the query: $1 (PostgreSQL), ? (MySQL, SQLite), @p1 (SQL Server), :1 (Oracle)."
	adviceTLS        = `The server does not offer TLS. Have it turned on, or set tls_mode = "disable" for a connection that nobody else can listen to.`
)

// fault puts an error into words: where, what, and what to do. Problems of the
// data are left as they are.
func (r *run) fault(ctx context.Context, doing string, err error) error {
	if problems, ok := errors.AsType[*source.Problems](err); ok {
		return problems
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s on %s: %s", r.dialect.title, r.to.Server, doing)
	if r.rows > 0 {
		fmt.Fprintf(&b, ", after row %d", r.rows)
	}
	a := r.dialect.advise(err, r.config.Query)
	if doing == "query" && a.line > 0 {
		fmt.Fprintf(&b, ", line %d", a.line)
		if a.column > 0 {
			fmt.Fprintf(&b, ", column %d", a.column)
		}
	}
	switch {
	case errors.Is(context.Cause(ctx), errTimeout):
		a.text, a.next = fmt.Sprintf("no end after %s", r.config.StatementTimeout), adviceTimeout
	case doing == "connect" && errors.Is(ctx.Err(), context.DeadlineExceeded):
		a.text, a.next = fmt.Sprintf("no connection after %s", r.config.ConnectTimeout), "Check host and port, that a firewall lets the connection through, and connect_timeout."
	case ctx.Err() != nil:
		return ctx.Err()
	case a.text == "":
		a.text = err.Error()
	}
	fmt.Fprintf(&b, ": %s", r.to.Scrub(strings.TrimRight(a.text, ". \n")))
	if a.code != "" {
		fmt.Fprintf(&b, " (%s)", a.code)
	}
	if a.next == "" {
		a.next = r.network(err)
	}
	if a.next != "" {
		b.WriteString(". " + a.next)
	}
	if r.rows > 0 {
		b.WriteString(" Nothing of the incomplete result is used.")
	}
	return errors.New(b.String())
}

// network advises on what goes wrong without the database having said anything.
func (r *run) network(err error) string {
	message := err.Error()
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var dns *net.DNSError
	switch {
	case errors.As(err, &authority) || strings.Contains(message, "unknown authority"):
		return "Set ca_certificate_file to the authority that issued the server's certificate."
	case errors.As(err, &name) || strings.Contains(message, "certificate is valid for") || strings.Contains(message, "cannot validate certificate for"):
		return "Set tls_server_name to a name that is in the server's certificate, or host to that name."
	case strings.Contains(message, "refused TLS connection") || strings.Contains(message, "server does not support TLS") || strings.Contains(message, "Server does not support encryption"):
		return adviceTLS
	case strings.Contains(message, "argument"):
		return adviceParameters
	case errors.As(err, &dns):
		return "Check the name of the host."
	case strings.Contains(message, "connection refused"):
		return "Check host and port, and that the database runs."
	}
	return ""
}
