// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/export"
)

// matrix says which whole paths are measured.
type matrix struct {
	people        []int
	runs          int
	sources       []string // "csv", "postgresql"
	targets       []target
	parts         bool
	bare          bool
	profiles      string // directory for profiles of the provider; empty for none
	withoutFloor  bool
	postgreSQLDSN string
}

func parseMatrix(args []string) (m matrix, err error) {
	set := flag.NewFlagSet("bench whole", flag.ContinueOnError)
	people := set.String("people", "1000,10000", "sizes of the population, separated by commas")
	sources := set.String("from", "csv", "HR sources: csv, postgresql, or both, separated by commas")
	targets := set.String("to", "ad,entra", "targets: ad, entra, or both, separated by commas")
	set.IntVar(&m.runs, "runs", 5, "how often everything is measured; the last table has the medians")
	set.BoolVar(&m.parts, "parts", false, fmt.Sprintf("divide the population into parts of about %d people", partSize))
	set.BoolVar(&m.bare, "bare", true, "write the same entries with a bare client too")
	set.BoolVar(&m.withoutFloor, "alone", false, "do not measure the provider that does nothing")
	set.StringVar(&m.profiles, "profiles", "", "directory for profiles of the provider, which then runs in this process, alone and once; "+
		"they hold the directory in memory as well")
	if err := set.Parse(args); err != nil {
		return m, err
	}
	if m.people, err = parseSizes(*people); err != nil {
		return m, err
	}
	for text := range strings.SplitSeq(*targets, ",") {
		at, ok := map[string]target{"ad": activeDirectory, "entra": entraID}[text]
		if !ok {
			return m, fmt.Errorf("-to: found %q, expected ad, entra, or both, separated by commas", text)
		}
		m.targets = append(m.targets, at)
	}
	for text := range strings.SplitSeq(*sources, ",") {
		if text != "csv" && text != "postgresql" {
			return m, fmt.Errorf("-from: found %q, expected csv, postgresql, or both, separated by commas", text)
		}
		m.sources = append(m.sources, text)
	}
	if m.runs < 1 {
		return m, fmt.Errorf("-runs: found %d, expected at least 1", m.runs)
	}
	return m, nil
}

// parseSizes reads sizes of populations, separated by commas.
func parseSizes(text string) ([]int, error) {
	var out []int
	for size := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("-people: found %q, expected numbers of at least 1, separated by commas", size)
		}
		out = append(out, n)
	}
	return out, nil
}

// whole measures whole paths, from an HR source to accounts, ours and the same strings in a resource that does
// nothing in turn.
func whole(ctx context.Context, t terraform, args []string) error {
	m, err := parseMatrix(args)
	if err != nil {
		return err
	}
	return m.measure(ctx, t)
}

func (m matrix) measure(ctx context.Context, t terraform) error {
	for _, source := range m.sources {
		each := func(dsn string) error {
			m.postgreSQLDSN = dsn
			for _, people := range m.people {
				for _, d := range m.targets {
					if err := m.cell(ctx, t, source, d, people); err != nil {
						return err
					}
				}
			}
			return nil
		}
		var err error
		if source == "postgresql" {
			err = withPostgreSQL(ctx, each)
		} else {
			err = each("")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// outcome is what one step took, with our provider and with the one that does nothing.
type outcome struct {
	name         string
	ours, theirs []usage
	asked        counts
	sizes        sizes
}

const header = "%-22s %8s %8s %6s  %15s %15s  %13s %13s  %s\n"

func printHeader() {
	fmt.Printf(header, "", "seconds", "nothing", "ratio", "CPU s: provider", "and Terraform", "peak MB: prov.", "and Terraform",
		"requests to the directory")
}

func (r outcome) print(ours, theirs usage) {
	pair := func(a, b string) string { return a + " (" + b + ")" }
	seconds := func(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }
	mega := func(n int64) string { return strconv.FormatInt(n>>20, 10) }
	ratio := "-"
	if theirs.wall > 0 {
		ratio = fmt.Sprintf("%.2f", ours.wall.Seconds()/theirs.wall.Seconds())
	}
	fmt.Printf(header, r.name, seconds(ours.wall), seconds(theirs.wall), ratio,
		pair(seconds(ours.provider.cpu), seconds(theirs.provider.cpu)), pair(seconds(ours.terraform.cpu), seconds(theirs.terraform.cpu)),
		pair(mega(ours.provider.peak), mega(theirs.provider.peak)), pair(mega(ours.terraform.peak), mega(theirs.terraform.peak)), r.asked)
}

// cell measures one source, target and size as often as was asked, and prints the medians.
func (m matrix) cell(ctx context.Context, t terraform, source string, d target, people int) error {
	parts := ""
	if m.parts {
		parts = fmt.Sprintf(", in parts of about %d", partSize)
	}
	fmt.Printf("## From %s over 20 rules to a population of %d%s, %s\n", source, people, parts, d.title)
	fmt.Println("In parentheses: what the provider that does nothing takes for the same strings.")
	printHeader()
	rows := []*outcome{}
	for run := range m.runs {
		dir, err := d.start()
		if err != nil {
			return err
		}
		c := course{matrix: m, source: source, target: d, people: people, dir: dir, rows: &rows}
		err = c.run(ctx, t, fmt.Sprintf("whole-%s-%s-%d-%d", source, d.prefix, people, run))
		dir.stop()
		if err != nil {
			return err
		}
	}
	if m.runs > 1 {
		fmt.Printf("Medians of %d:\n", m.runs)
		printHeader()
		for _, r := range rows {
			r.print(medianUsage(r.ours), medianUsage(r.theirs))
		}
	}
	for _, r := range rows {
		if s := r.sizes; s.file > 0 {
			const kilo = 1000
			fmt.Printf("%-22s plan file %d kB, JSON %d kB, text %d kB, state %d kB\n", r.name, s.file/kilo, s.json/kilo, s.text/kilo, s.state/kilo)
		}
	}
	fmt.Println()
	return nil
}

// course is one run of all steps.
type course struct {
	matrix
	source       string
	target       target
	people       int
	dir          *instance
	rows         *[]*outcome
	ours, theirs terraform
	accounts     map[string]string // documents of the first plan
}

// The steps of a course. Plans are written to a file, as pipelines do.
var (
	wholePlan  = step{"plan, all new", []string{"plan", "-input=false", "-no-color", "-lock=false", "-out=plan.bin"}}
	wholeApply = step{"apply, all new", []string{"apply", "-input=false", "-no-color", "-lock=false", "plan.bin"}}
	wholeSame  = step{"plan, unchanged", append(wholePlan.args[:5:5], "-detailed-exitcode")}
	wholeMove  = step{"plan, 1 % changed", wholePlan.args}
	wholeOne   = step{"apply, 1 % changed", wholeApply.args}
)

func (c *course) run(ctx context.Context, t terraform, name string) (err error) {
	p := wholePath{target: c.target, rules: c.target.rules(), parts: c.parts}
	if c.source == "postgresql" {
		p.dsn = c.postgreSQLDSN
	} else {
		p.file = filepath.Join(t.dir, name, "staff.csv")
	}
	reports := filepath.Join(t.dir, name, "reports")
	if err := os.MkdirAll(reports, 0o700); err != nil {
		return err
	}
	env := append(c.dir.env[:len(c.dir.env):len(c.dir.env)], "WORKFORCE_REPORT_DIRECTORY="+reports)
	if c.ours, err = t.workspace(name, p.config(), map[string]string{}, env...); err != nil {
		return err
	}
	if c.theirs, err = t.workspace(name+"-nothing", c.nothing(), map[string]string{}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(c.ours.dir), os.RemoveAll(c.theirs.dir)) }()
	for moved, steps := range [][]step{{wholePlan, wholeApply, wholeSame}, {wholeMove, wholeOne, wholeSame}} {
		if err := c.feed(ctx, moved == 1); err != nil {
			return err
		}
		for i, s := range steps {
			if err := c.step(ctx, 3*moved+i, s); err != nil {
				return err
			}
		}
	}
	if c.bare && c.profiles == "" {
		return c.writeBare(ctx)
	}
	return nil
}

// nothing is the configuration of the provider that does nothing.
func (c *course) nothing() string {
	if !c.parts {
		return noopConfig
	}
	return strings.Replace(noopConfig, "accounts = local.accounts", "\n  for_each = local.accounts\n  accounts = each.value\n", 1)
}

// feed writes what HR says.
func (c *course) feed(ctx context.Context, moved bool) error {
	if c.source == "postgresql" {
		statements := append([]string{"DROP TABLE IF EXISTS staff"}, export.SQL(staff(c.people, moved))...)
		return execute(ctx, "pgx", c.postgreSQLDSN, statements)
	}
	return writeStaff(c.ours, c.people, moved)
}

// step measures one step, ours first: what it plans is what the provider that does nothing gets.
func (c *course) step(ctx context.Context, at int, s step) error {
	if len(*c.rows) == at {
		*c.rows = append(*c.rows, &outcome{name: s.name})
	}
	r, before := (*c.rows)[at], c.dir.meter()
	if c.profiles != "" {
		return c.profile(ctx, at, s)
	}
	ours, err := c.ours.measure(ctx, s.args...)
	if err != nil {
		return err
	}
	r.asked = c.dir.meter().minus(before)
	theirs := usage{}
	if s.args[len(s.args)-1] == "-out=plan.bin" {
		if err := c.hand(ctx, r); err != nil {
			return err
		}
	}
	if !c.withoutFloor {
		if theirs, err = c.theirs.measure(ctx, s.args...); err != nil {
			return err
		}
	}
	r.ours, r.theirs = append(r.ours, ours), append(r.theirs, theirs)
	r.print(ours, theirs)
	return nil
}

// hand gives the planned documents to the provider that does nothing, and measures the sizes of the plan.
func (c *course) hand(ctx context.Context, r *outcome) error {
	s, plan, err := measureSizes(c.ours, func(args ...string) ([]byte, error) { return c.ours.output(ctx, "", args...) })
	if err != nil {
		return err
	}
	r.sizes = s
	accounts, err := plannedAccounts(plan)
	if err != nil {
		return err
	}
	if c.accounts == nil {
		c.accounts = map[string]string{}
		for _, part := range accounts {
			maps.Copy(c.accounts, part)
		}
	}
	var raw []byte
	if c.parts {
		raw, err = json.Marshal(accounts)
	} else {
		raw, err = json.Marshal(accounts[""])
	}
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.theirs.dir, "accounts.json"), raw, 0o600)
}
