// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/memdir"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/location"
)

// rules are twenty attributes, most of them expressions.
func rules() mapping.Rules {
	expression := func(s string) mapping.AttributeRule { return mapping.AttributeRule{Expression: s} }
	login := `Replace(ToLower(Transliterate(Join(".", [FirstName], [LastName]))), , "[^a-z0-9.]", , "", , )`
	return mapping.Rules{
		Target: activedirectory.Format.Target,
		Match:  []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "worker_id", Target: "employeeID"}}}},
		Attributes: map[string]mapping.AttributeRule{
			"employeeID":                 {Source: "worker_id"},
			"cn":                         expression(`SelectUniqueValue(Left(Join(" ", [FirstName], [LastName]), 64), Join(" ", Left(Join(" ", [FirstName], [LastName]), 58), Counter()))`),
			"sAMAccountName":             expression(`SelectUniqueValue(Replace(Left(Use("login"), 20), , "[.]+$", , "", , ), Join("", Left(Use("login"), 14), Counter()))`),
			"userPrincipalName":          expression(`SelectUniqueValue(Join("@", Use("login"), "corp.example.com"), Join("", Use("login"), Counter(), "@corp.example.com"))`),
			"displayName":                expression(`Switch([CountryCode], Join(" ", [FirstName], [LastName]), "JP", Join(" ", [LastName], [FirstName]))`),
			"givenName":                  expression(`Left([FirstName], 64)`),
			"sn":                         expression(`Left([LastName], 64)`),
			"initials":                   expression(`Join("", Mid(NormalizeDiacritics([FirstName]), 1, 1), Mid(NormalizeDiacritics([LastName]), 1, 1))`),
			"title":                      expression(`PCase([JobTitle])`),
			"department":                 expression(`Left([Department], 64)`),
			"division":                   {Source: "Division"},
			"company":                    {Source: "Company"},
			"c":                          expression(`Country([CountryCode], "alpha2")`),
			"co":                         expression(`Country([CountryCode], "name")`),
			"countryCode":                expression(`Country([CountryCode], "numeric")`),
			"l":                          {Source: "City"},
			"employeeType":               expression(`IIF([worker_type] = "Contractor", "External", "Internal")`),
			"telephoneNumber":            expression(`Coalesce(E164([OfficePhone], [CountryCode]), [OfficePhone])`),
			"physicalDeliveryOfficeName": expression(`Join(", ", [Location], [City])`),
			"manager":                    {Source: "manager_id"},
		},
		Expressions: map[string]string{"login": login},
		Container:   `Switch([worker_type], "` + container + `", "Contractor", "CN=Users,` + memdir.Base + `")`,
	}
}

// decisions times the pipeline from a CSV file to decisions, in process, with
// an empty directory: everybody needs free names, the most expensive case.
func decisions(ctx context.Context, args []string) error {
	set := flag.NewFlagSet("bench decisions", flag.ContinueOnError)
	people := set.String("people", "10000,100000", "sizes of the population, separated by commas")
	profiles := set.String("profiles", "", "directory for profiles; empty for none")
	if err := set.Parse(args); err != nil {
		return err
	}
	all, err := parseSizes(*people)
	if err != nil {
		return err
	}
	fmt.Println("## From a CSV file to decisions, 20 attributes, everybody new (directory in memory over LDAPS)")
	fmt.Printf("%-10s %10s %10s %10s %10s %10s %10s %14s %12s\n", "workers", "read CSV",
		"compile", "decide", "total", "CPU", "allocated", "objects/worker", "heap after")
	for _, people := range all {
		if err := decide(ctx, people, *profiles); err != nil {
			return err
		}
	}
	fmt.Println()
	return nil
}

// processor is the processor time of this process, of user and system.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func decide(ctx context.Context, people int, profiles string) error {
	server, err := memdir.Start(container)
	if err != nil {
		return err
	}
	defer server.Close()
	client, err := ldapconn.New(ldapconn.Config{URLs: []string{server.URL()}, CACertificatePEM: server.CAPEM(), Username: "bench@corp.example.com", Password: "bench"})
	if err != nil {
		return err
	}
	defer client.Close()
	var file bytes.Buffer
	workforce := company.New(1, people)
	if err := workforce.WriteCSV(&file); err != nil {
		return err
	}
	stopProfile, err := startProfile(profiles, fmt.Sprintf("decisions-%d", people))
	if err != nil {
		return err
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start, cpu := time.Now(), processor()
	spec := source.Spec{Fields: source.Fields{"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType", "hire_date": "HireDate", "termination_date": "TerminationDate",
		"last_day_of_work": "LastDayOfWork", "on_leave": "OnLeave", "manager_id": "ManagerID", "time_zone": "TimeZone"}}
	read, err := csv.Read(ctx, csv.Config{Location: location.Config{Content: file.String()}}, spec, start)
	if err != nil {
		return err
	}
	csvDone := time.Now()
	compiled, err := mapping.Compile(rules(), activedirectory.StandardSchema(), activedirectory.Format)
	if err != nil {
		return err
	}
	compileDone := time.Now()
	domain := activedirectory.New(client, activedirectory.Options{})
	domain.Need(compiled.TargetAttributes()...)
	result, err := roster.Decide(ctx, roster.Input{Workers: read.Workers, Mapping: compiled, AsOf: workforce.AsOf, Directory: domain, Format: activedirectory.Format, WorkerIDAttribute: "employeeID"})
	if err != nil {
		return err
	}
	end, cpu := time.Now(), processor()-cpu
	runtime.ReadMemStats(&after)
	allocated, objects := after.TotalAlloc-before.TotalAlloc, after.Mallocs-before.Mallocs
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err := stopProfile(); err != nil {
		return err
	}
	round := func(d time.Duration) string { return d.Round(time.Millisecond).String() }
	mega := func(n uint64) string { return strconv.FormatUint(n>>20, 10) + " MB" }
	fmt.Printf("%-10d %10s %10s %10s %10s %10s %10s %14d %12s\n", people, round(csvDone.Sub(start)),
		round(compileDone.Sub(csvDone)), round(end.Sub(compileDone)),
		round(end.Sub(start)), round(cpu), mega(allocated), objects/uint64(people), mega(after.HeapAlloc))
	if len(result.Accounts) == 0 {
		fmt.Fprintln(os.Stderr, "no account was decided")
	}
	runtime.KeepAlive(read)
	runtime.KeepAlive(domain)
	return nil
}
