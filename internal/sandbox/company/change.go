// SPDX-License-Identifier: MPL-2.0

package company

import (
	"fmt"
	"strings"
	"time"
)

// Move puts a worker into another department.
func (c *Company) Move(id, department string) error {
	return c.change(id, func(w *Worker) error {
		w.Department = department
		return nil
	})
}

// Promote gives a worker another job title.
func (c *Company) Promote(id, title string) error {
	return c.change(id, func(w *Worker) error {
		w.JobTitle = title
		return nil
	})
}

// Rename gives a worker another last name, as after a marriage.
func (c *Company) Rename(id, lastName string) error {
	return c.change(id, func(w *Worker) error {
		w.LastName = lastName
		return nil
	})
}

// Report gives a worker another manager; a manager who would then report to themselves, directly or through others, is refused.
func (c *Company) Report(id, managerID string) error {
	return c.change(id, func(w *Worker) error {
		for m, i := managerID, 0; m != "" && i <= len(c.Workers); i++ {
			if m == id {
				return fmt.Errorf("worker %s cannot report to %s, who reports to %s", id, managerID, id)
			}
			manager := c.Worker(m)
			if manager == nil {
				return fmt.Errorf("there is no worker %s to be the manager of %s", m, id)
			}
			m = manager.ManagerID
		}
		w.ManagerID = managerID
		return nil
	})
}

// Leave ends the work of a worker on a date; the record is inactive when that is over at the company's date.
func (c *Company) Leave(id, lastDay string) error {
	return c.change(id, func(w *Worker) error {
		day, err := time.Parse(time.DateOnly, lastDay)
		if err != nil {
			return fmt.Errorf("last day of work of %s: %q is not a date YYYY-MM-DD", id, lastDay)
		}
		w.TerminationDate, w.LastDayOfWork, w.OnLeave = lastDay, lastDay, false
		w.Status = "Active"
		if day.Before(c.AsOf) {
			w.Status = "Inactive"
		}
		return nil
	})
}

// Return employs a worker who has left again, from a date.
func (c *Company) Return(id, hireDate string) error {
	return c.change(id, func(w *Worker) error {
		if _, err := time.Parse(time.DateOnly, hireDate); err != nil {
			return fmt.Errorf("hire date of %s: %q is not a date YYYY-MM-DD", id, hireDate)
		}
		w.HireDate, w.Status, w.TerminationDate, w.LastDayOfWork = hireDate, "Active", "", ""
		return nil
	})
}

// Join adds a worker under the next free id, in the team of the manager, and returns the record, to be changed further. An empty manager id
// means the head of the company.
func (c *Company) Join(firstName, lastName, hireDate, managerID string) (*Worker, error) {
	if _, err := time.Parse(time.DateOnly, hireDate); err != nil {
		return nil, fmt.Errorf("hire date of %s %s: %q is not a date YYYY-MM-DD", firstName, lastName, hireDate)
	}
	if managerID == "" && len(c.Workers) > 0 {
		managerID = c.Workers[0].ID
	}
	if managerID != "" && c.Worker(managerID) == nil {
		return nil, fmt.Errorf("there is no worker %s to be the manager of %s %s", managerID, firstName, lastName)
	}
	i := len(c.Workers)
	for c.Worker(workerID(i)) != nil {
		i++
	}
	w := c.generate(i)
	w.FirstName, w.LastName, w.PreferredName = firstName, lastName, ""
	w.HireDate, w.ManagerID = hireDate, managerID
	w.Status, w.Type, w.OnLeave, w.TerminationDate, w.LastDayOfWork = "Active", "Employee", false, "", ""
	if manager := c.Worker(managerID); manager != nil {
		w.Department, w.Division, w.CostCenter = manager.Department, manager.Division, manager.CostCenter
	}
	c.add(w)
	return w, nil
}

// Shorten keeps the first n workers only, as an export that broke off; their managers are all among them.
func (c *Company) Shorten(n int) {
	n = min(max(n, 0), len(c.Workers))
	for _, w := range c.Workers[n:] {
		delete(c.byID, w.ID)
	}
	c.Workers = c.Workers[:n]
}

// Mess appends records as HR systems export them on bad days, each with one fault: what it is stands in the job title.
func (c *Company) Mess() {
	next := len(c.Workers)
	for i, m := range []struct {
		fault string
		spoil func(*Worker)
	}{
		{"no worker id", func(w *Worker) { w.ID = "" }},
		{"worker id of another", func(w *Worker) { w.ID = workerID(0) }},
		{"worker id with spaces around", func(w *Worker) { w.ID = " " + w.ID + " " }},
		{"worker id without its leading zeros", func(w *Worker) { w.ID = strings.TrimLeft(w.ID, "0") }},
		{"manager who does not exist", func(w *Worker) { w.ManagerID = "999999x" }},
		{"manager of themselves", func(w *Worker) { w.ManagerID = w.ID }},
		{"hire date that does not exist", func(w *Worker) { w.HireDate = "2026-02-30" }},
		{"hire date in another format", func(w *Worker) { w.HireDate = "31.12.2025" }},
		{"hire date in two readings", func(w *Worker) { w.HireDate = "03/04/2025" }},
		{"end before the hire date", func(w *Worker) { w.HireDate, w.TerminationDate = "2025-06-01", "2024-06-01" }},
		{"active after the end", func(w *Worker) { w.Status, w.TerminationDate, w.LastDayOfWork = "Active", "2020-01-01", "2020-01-01" }},
		{"no name", func(w *Worker) { w.FirstName, w.LastName, w.PreferredName = "", "", "" }},
		{"name of spaces", func(w *Worker) { w.LastName = " \u00a0\u200b " }},
		{"name with a control character", func(w *Worker) { w.LastName = "Tab\tNul\x00" }},
		{"name with a line break", func(w *Worker) { w.LastName = "Two\nLines" }},
		{"name in bytes that are not UTF-8", func(w *Worker) { w.LastName = "M\xfcller" }},
		{"unknown status", func(w *Worker) { w.Status = "A" }},
		{"unknown country", func(w *Worker) { w.CountryCode = "UK" }},
		{"unknown time zone", func(w *Worker) { w.TimeZone = "CET/Somewhere" }},
	} {
		w := c.generate(next + i)
		w.ManagerID = workerID(0)
		m.spoil(w)
		w.JobTitle = m.fault
		c.Workers = append(c.Workers, w)
	}
}

func (c *Company) change(id string, f func(*Worker) error) error {
	w := c.Worker(id)
	if w == nil {
		return fmt.Errorf("there is no worker %q in this company of %d", id, len(c.Workers))
	}
	return f(w)
}
