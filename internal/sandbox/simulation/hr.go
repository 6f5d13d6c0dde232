// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"encoding/csv"
	"strings"
	"time"
)

// line is a worker as the HR system tells of them today.
type line struct {
	ID, Status, Type   string
	Hire, End, LastDay string
	Leave              bool
	Manager            string
	First, Last        string
	Dept, Title        string
	Cost               string // an attribute that no rule reads
}

var columns = []string{"WorkerID", "WorkerStatus", "WorkerType", "HireDate", "TerminationDate", "LastDayOfWork", "OnLeave", "ManagerID", "FirstName", "LastName", "Department", "JobTitle"}

func (l line) cells() []string {
	leave := "false"
	if l.Leave {
		leave = "true"
	}
	return []string{l.ID, l.Status, l.Type, l.Hire, l.End, l.LastDay, leave, l.Manager, l.First, l.Last, l.Dept, l.Title}
}

// export is the file that the HR system writes. A column that is named in empty has no values.
func export(lines []line, empty ...string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	must(w.Write(columns))
	for _, l := range lines {
		cells := l.cells()
		for i, name := range columns {
			for _, e := range empty {
				if e == name {
					cells[i] = ""
				}
			}
		}
		must(w.Write(cells))
	}
	w.Flush()
	return b.String()
}

// source is the configuration of workforce_hr_csv for such a file.
func source(content string) object {
	return object{"content": content, "fields": map[string]string{
		"worker_id": "WorkerID", "status": "WorkerStatus", "worker_type": "WorkerType", "hire_date": "HireDate", "termination_date": "TerminationDate", "last_day_of_work": "LastDayOfWork",
		"on_leave": "OnLeave", "manager_id": "ManagerID",
	}, "attributes": []string{"FirstName", "LastName", "Department", "JobTitle"}}
}

// date writes a day as HR systems do.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }
