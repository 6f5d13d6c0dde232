// SPDX-License-Identifier: MPL-2.0

// Command sandbox gives scripts the company, the Active Directory domain and the Microsoft Entra tenant of demo and tests.
//
//	sandbox company [-workers N] [-seed N] [-as-of DATE] [changes] > workers.csv
//	sandbox domain -dir DIR [-realm NAME]
//	sandbox graph -dir DIR [-users N] [-throttle] [-size S|M|L] [-latency TIME] [-visible-after TIME]
//
// The changes of company may be repeated and are made in their order: -move ID=DEPARTMENT, -promote ID=TITLE, -rename ID=LASTNAME, -report ID=MANAGERID,
// -leave ID=DATE, -return ID=DATE, -join FIRST/LAST/DATE[/MANAGERID], -shorten N, -mess.
//
// A domain has the first address of 127.0.0.1 to 127.0.0.9 whose ports are free, so that several run at once.
//
// Domain and graph run until they are interrupted or terminated and remove what they made. DIR/env appears when the domain or tenant is ready; a shell reads it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/samba"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "sandbox:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		switch args[0] {
		case "company":
			return runCompany(args[1:], stdout, stderr)
		case "domain":
			return runDomain(ctx, args[1:], stdout, stderr)
		case "graph":
			return runGraph(ctx, args[1:], stdout, stderr)
		}
	}
	return errors.New("usage: sandbox company|domain|graph [flags]; -h after any of them lists them")
}

// parse parses flags and refuses what is left over.
func parse(flags *flag.FlagSet, args []string, stderr io.Writer) error {
	flags.SetOutput(stderr)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s takes no argument %q", flags.Name(), flags.Arg(0))
	}
	return nil
}

func runCompany(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("company", flag.ContinueOnError)
	workers := flags.Int("workers", 1000, "number of workers")
	seed := flags.Uint64("seed", 1, "another number makes another company")
	asOf := flags.String("as-of", company.DefaultDate.Format(time.DateOnly), "the date that it is, YYYY-MM-DD")
	var changes []func(*company.Company) error
	pair := func(name, what string, change func(c *company.Company, id, value string) error) {
		flags.Func(name, "`ID="+what+"`", func(s string) error {
			id, value, ok := strings.Cut(s, "=")
			if !ok {
				return fmt.Errorf("expected ID=%s", what)
			}
			changes = append(changes, func(c *company.Company) error { return change(c, id, value) })
			return nil
		})
	}
	pair("move", "DEPARTMENT", (*company.Company).Move)
	pair("promote", "TITLE", (*company.Company).Promote)
	pair("rename", "LASTNAME", (*company.Company).Rename)
	pair("report", "MANAGERID", (*company.Company).Report)
	pair("leave", "DATE", (*company.Company).Leave)
	pair("return", "DATE", (*company.Company).Return)
	flags.Func("join", "`FIRST/LAST/DATE[/MANAGERID]`", func(s string) error {
		p := append(strings.Split(s, "/"), "")
		if len(p) < 4 || len(p) > 5 {
			return errors.New("expected FIRST/LAST/DATE or FIRST/LAST/DATE/MANAGERID")
		}
		changes = append(changes, func(c *company.Company) error {
			_, err := c.Join(p[0], p[1], p[2], p[3])
			return err
		})
		return nil
	})
	flags.Func("shorten", "keep the first `N` workers, as an export that broke off", func(s string) error {
		n, err := strconv.Atoi(s)
		changes = append(changes, func(c *company.Company) error { c.Shorten(n); return nil })
		return err
	})
	flags.BoolFunc("mess", "append records with faults", func(string) error {
		changes = append(changes, func(c *company.Company) error { c.Mess(); return nil })
		return nil
	})
	if err := parse(flags, args, stderr); err != nil {
		return err
	}
	date, err := time.Parse(time.DateOnly, *asOf)
	if err != nil {
		return fmt.Errorf("-as-of %q is not a date YYYY-MM-DD", *asOf)
	}
	c := company.NewAt(*seed, *workers, date)
	for _, change := range changes {
		if err := change(c); err != nil {
			return err
		}
	}
	return c.WriteCSV(stdout)
}

func runDomain(ctx context.Context, args []string, stdout, stderr io.Writer) (err error) {
	flags := flag.NewFlagSet("domain", flag.ContinueOnError)
	dir := flags.String("dir", "", "`directory` of the domain: absent, empty, or of an earlier run")
	realm := flags.String("realm", samba.DefaultRealm, "DNS `name` of the domain")
	if err := parse(flags, args, stderr); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("domain needs -dir DIR")
	}
	began := time.Now()
	domain, err := samba.Start(ctx, samba.Options{Dir: *dir, Realm: *realm, Beside: true, Progress: func(what string) {
		fmt.Fprintf(stderr, "%s (%d s)\n", what, int(time.Since(began).Seconds()))
	}})
	if err != nil {
		return err
	}
	env := filepath.Join(domain.Dir(), envFile)
	defer func() {
		err = errors.Join(err, removeIfThere(env), domain.Close())
	}()
	if err := writeVariables(env, domainVariables(domain)); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s is ready at %s; its variables: . %s\n", domain.Realm(), domain.URL(), env)
	select {
	case <-ctx.Done():
		return nil
	case <-domain.Done():
		return fmt.Errorf("the domain controller ended by itself; its last words: %s", domain.Log())
	}
}

func removeIfThere(file string) error {
	if err := os.Remove(file); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// domainVariables are those of the provider and of clients of LDAP and Kerberos.
func domainVariables(d *samba.Domain) [][2]string {
	return [][2]string{
		{"WORKFORCE_AD_URL", d.URL()},
		{"WORKFORCE_AD_CA_CERTIFICATE_FILE", d.CAFile()},
		{"WORKFORCE_AD_USERNAME", d.AdminUser()},
		{"WORKFORCE_AD_PASSWORD", d.AdminPassword()},
		{"BASE_DN", d.BaseDN()},
		{"LDAPTLS_CACERT", d.CAFile()},
		{"KRB5_CONFIG", d.Krb5Conf()},
	}
}

// writeVariables writes variables for a shell. The file appears complete, so that a script can wait for it.
func writeVariables(file string, variables [][2]string) error {
	var b strings.Builder
	for _, v := range variables {
		fmt.Fprintf(&b, "export %s='%s'\n", v[0], strings.ReplaceAll(v[1], "'", `'\''`))
	}
	if err := os.WriteFile(file+".new", []byte(b.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
