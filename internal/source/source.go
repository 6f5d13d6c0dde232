// SPDX-License-Identifier: MPL-2.0

// Package source turns the records of an HR system into workers. Every source
// shares it: which column fills which canonical key, which columns become
// attributes, what a date looks like, and what is not fit to decide over
// people's accounts. Bad input is refused as a whole, with the place and the
// cause of every problem.
package source

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/expression/spelling"
	"terraform-provider-workforce/internal/worker"
)

// Fields maps canonical keys (worker.Fields) to the columns that fill them. A
// key that is not mentioned is filled by the column of exactly its name, if
// there is one; a key mapped to "" is filled by none.
type Fields map[string]string

// Spec says how records are read. The zero value reads every column, for
// sources whose columns bear the names of the canonical keys.
type Spec struct {
	Fields Fields
	// Attributes lists the columns that become attributes of the worker. Nil:
	// all, but those that fill a canonical key and those that Sensitive knows.
	// A column named here is let in, whatever it is.
	Attributes []string
	// DateFormats are the formats of dates, as ParseDateFormat reads them;
	// DefaultDateFormats if none. A value that several formats read as
	// different dates is a problem.
	DateFormats []string
	// NoDate lists values that mean no date; DefaultNoDate if nil. A date with
	// a time counts by its date.
	NoDate []string
	// TrueValues and FalseValues are the words of booleans, in any case;
	// DefaultTrue and DefaultFalse if nil.
	TrueValues, FalseValues []string
	// NullValues lists texts that mean no value in every column, such as "NULL" or `\N`.
	NullValues []string
	// ManagerReference names the column that managers are named by in manager_id, where that is not the worker id
	// (ByWorkerID, or ""): the value in the record of the manager, such as an e-mail address or a name. Keys are
	// compared without case. Several workers with the key of a manager are a problem of the worker who names it.
	ManagerReference string
	// ReferenceIsID says that ManagerReference is the id of a record in the HR system: it is compared with case, and a
	// record that has that of another is a problem of the source.
	ReferenceIsID bool
	// NoManager lists values of manager_id that mean no manager, such as "NO_MANAGER".
	NoManager []string
	// SelfManaged reads a manager_id that is the worker's own id as no manager,
	// as some systems mark the head of the company. It is a problem otherwise.
	SelfManaged bool
	// Label returns what the source calls a column in front of people, "" where it does not say. A column
	// whose label is Sensitive is left out like one whose name is. Nil: no column has a label.
	Label func(column string) string
	// OwnKeys says that the source itself fills columns named as the canonical keys: that one
	// of them is empty says nothing about the data.
	OwnKeys bool
	// StatusWords translates the codes of a system into status words that package
	// status knows, such as the letters of a picklist; codes that are not in it stay as they are.
	StatusWords map[string]string
	// PrimaryColumn names the column that tells which of several records of one
	// worker counts: the one whose value is among PrimaryValues (DefaultTrue if nil), in any case.
	// The others are left out. Without it, a worker id that comes twice is a problem.
	PrimaryColumn string
	PrimaryValues []string
	// KeepSpace keeps white space at both ends of values. Values are trimmed otherwise.
	KeepSpace bool
	// TimeZone is the IANA name for workers whose record has none.
	TimeZone string
	// TimeZones translates other names of time zones, such as "W. Europe
	// Standard Time" or the code of a site, to IANA names.
	TimeZones map[string]string
	// Sparse says that records leave out what has no value, as JSON often does:
	// a column that no record has is then a warning, not a problem.
	Sparse bool

	// AllowEmpty accepts a source without any record. It is refused otherwise:
	// an empty extract would make everybody absent.
	AllowEmpty bool
	// MinRecords is the least number of records.
	MinRecords int
	// MinFilled is, by column, the least share (0 to 1) of records with a value in it.
	MinFilled map[string]float64
	// Sentinels are worker ids that must be among the records.
	Sentinels []string
	// MaxProblems is how many kinds of problems are listed; 20 if 0.
	MaxProblems int
}

// The defaults of a Spec.
var (
	DefaultDateFormats = []string{"yyyy-MM-dd", "yyyy-MM-ddzzz", "rfc3339"}
	DefaultNoDate      = []string{"9999-12-31", "0000-00-00"}
	DefaultTrue        = []string{"true", "yes", "y", "1", "t"}
	DefaultFalse       = []string{"false", "no", "n", "0", "f"}
)

const defaultMaxProblems = 20

// Result is what a source read.
type Result struct {
	Workers worker.Population
	// Records is how many records were read.
	Records int
	// Attributes are the names of the attributes every worker has, sorted.
	Attributes []string
	// LeftOut are the columns left out as sensitive, in the order of the source.
	LeftOut []string
	// Warnings say what looks wrong in data that is accepted all the same, such as managers who
	// are not among the workers.
	Warnings []string
}

// Document returns the canonical workers document and its SHA-256, in hex. Two populations
// have the same fingerprint exactly if they say the same.
func Document(p worker.Population) (doc, fingerprint string, err error) {
	if doc, err = p.Marshal(); err != nil {
		return "", "", err
	}
	sum := sha256.Sum256([]byte(doc))
	return doc, hex.EncodeToString(sum[:]), nil
}

// Fingerprint returns the fingerprint of [Document] alone.
func Fingerprint(p worker.Population) (string, error) {
	_, fingerprint, err := Document(p)
	return fingerprint, err
}

// CheckAge reports data that was last modified longer than limit before now. A
// limit of 0 permits any age.
func CheckAge(modified, now time.Time, limit time.Duration) error {
	age := now.Sub(modified)
	if limit <= 0 || age <= limit {
		return nil
	}
	return fmt.Errorf("last modified at %s, %s ago, expected at most %s (max_age_hours): has the export of the HR system failed?",
		modified.UTC().Format(time.RFC3339), age.Truncate(time.Minute), limit)
}

// Validate reports what is wrong with the Spec itself, before any record is read.
func (s Spec) Validate() error {
	var problems []string
	fail := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, key := range slices.Sorted(maps.Keys(s.Fields)) {
		if !slices.Contains(worker.Fields, key) {
			fail("fields: %q is no canonical key%s, expected one of %s", key, didYouMean(key, worker.Fields), strings.Join(worker.Fields, ", "))
		}
	}
	for _, format := range s.DateFormats {
		if _, err := ParseDateFormat(format); err != nil {
			fail("date_formats: %v", err)
		}
	}
	if s.TimeZone != "" {
		if _, err := worker.Location(s.TimeZone); err != nil {
			fail("time_zone: %v", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.TimeZones)) {
		if _, err := worker.Location(s.TimeZones[name]); err != nil {
			fail("time_zones: %q: %v", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.MinFilled)) {
		if share := s.MinFilled[name]; !(share >= 0 && share <= 1) {
			fail("min_filled: %q: found %v, expected a share from 0 to 1", name, share)
		}
	}
	for i, name := range s.Attributes {
		if slices.Contains(s.Attributes[:i], name) {
			fail("attributes: %q is listed twice", name)
		}
	}
	for _, word := range words(s.TrueValues, DefaultTrue) {
		if slices.ContainsFunc(words(s.FalseValues, DefaultFalse), func(w string) bool { return strings.EqualFold(w, word) }) {
			fail("true_values: %q means false as well", word)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(problems, "\n"))
}

// words returns the configured words, or the default ones.
func words(configured, otherwise []string) []string {
	if configured == nil {
		return otherwise
	}
	return configured
}

// didYouMean returns " (did you mean …?)" or nothing.
func didYouMean(name string, candidates []string) string {
	if near := spelling.Nearest(name, candidates); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
