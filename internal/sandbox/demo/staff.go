// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The joiner's name has everything that CSV, distinguished names, search filters and Terraform give a meaning to.
const (
	joinerFirst = `Zoë "Zed"`
	joinerLast  = `O'Brien, (Łódź) #1 + <x>=y; *\`
)

// columns are what the story changes.
var columns = []string{"WorkerID", "FirstName", "LastName", "WorkerType", "WorkerStatus", "HireDate", "TerminationDate", "LastDayOfWork", "ManagerID", "Department", "JobTitle"}

// sheet is a table with a header, as HR systems export it.
type sheet struct {
	header []string
	rows   [][]string
}

func parseSheet(text string) (*sheet, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) < 2 {
		return nil, errors.New("the company has nobody")
	}
	for _, column := range columns {
		if !slices.Contains(records[0], column) {
			return nil, fmt.Errorf("the HR export has no column %s", column)
		}
	}
	return &sheet{header: records[0], rows: records[1:]}, nil
}

func (s *sheet) text() (string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	err := errors.Join(w.Write(s.header), w.WriteAll(s.rows))
	return b.String(), err
}

// head returns a sheet with the first rows.
func (s *sheet) head(n int) *sheet { return &sheet{header: s.header, rows: s.rows[:n]} }

// row returns the row of a worker.
func (s *sheet) row(worker string) []string {
	column := slices.Index(s.header, "WorkerID")
	for _, row := range s.rows {
		if row[column] == worker {
			return row
		}
	}
	return nil
}

func (s *sheet) get(row []string, column string) string { return row[slices.Index(s.header, column)] }

func (s *sheet) set(row []string, column, value string) { row[slices.Index(s.header, column)] = value }

// cast is who plays the mover, the leaver and the joiner, by worker id.
type cast struct {
	mover, leaver, joiner string
	lines                 []string
}

// castFor chooses two contractors who lead nobody, so that nobody else's account depends on them.
func castFor(s *sheet, accounts map[string]account) (cast, error) {
	leads := map[string]bool{}
	for _, row := range s.rows {
		leads[s.get(row, "ManagerID")] = true
	}
	var free []string
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		if a := accounts[id]; a.Enabled && !leads[id] && strings.EqualFold(a.Container, contractorsOU) {
			free = append(free, id)
		}
	}
	if len(free) < 2 {
		return cast{}, fmt.Errorf("expected two contractors at work who lead nobody, found %d", len(free))
	}
	return cast{mover: free[0], leaver: free[1], joiner: "900001"}, nil
}

// act changes the sheet as a day in HR does.
func (c *cast) act(s *sheet) {
	mover, leaver := s.row(c.mover), s.row(c.leaver)
	joiner := slices.Clone(mover)

	from := s.get(mover, "Department")
	s.set(mover, "WorkerType", "Employee")
	s.set(mover, "Department", "Customer Success")
	s.set(mover, "JobTitle", "Team Lead")

	s.set(leaver, "WorkerStatus", "Inactive")
	s.set(leaver, "TerminationDate", yesterday)
	s.set(leaver, "LastDayOfWork", yesterday)

	s.set(joiner, "WorkerID", c.joiner)
	s.set(joiner, "FirstName", joinerFirst)
	s.set(joiner, "LastName", joinerLast)
	s.set(joiner, "HireDate", yesterday)
	s.set(joiner, "TerminationDate", "")
	s.set(joiner, "LastDayOfWork", "")
	s.rows = append(s.rows, joiner)

	c.lines = []string{
		fmt.Sprintf("%s %s (%s), contractor in %s, becomes an employee in Customer Success", s.get(mover, "FirstName"), s.get(mover, "LastName"), c.mover, from),
		fmt.Sprintf("%s %s (%s) has left on %s", s.get(leaver, "FirstName"), s.get(leaver, "LastName"), c.leaver, yesterday),
		fmt.Sprintf("%s %s (%s) joins", joinerFirst, joinerLast, c.joiner),
	}
}
