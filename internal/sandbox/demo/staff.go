// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"strings"

	"terraform-provider-workforce/internal/sandbox/company"
)

const (
	// seed makes the same company every time.
	seed = 1
	// asOf is noon on the company's reference date, when it is the same day in every office; yesterday is over in all of them.
	asOf      = "2026-01-15T12:00:00Z"
	today     = "2026-01-15"
	yesterday = "2026-01-14"
	weeksAgo  = "2025-12-01"
)

// The joiner's name has everything that CSV, distinguished names, search filters and Terraform give a meaning to.
const (
	joinerFirst = `Zoë "Zed"`
	joinerLast  = `O'Brien, (Łódź) #1 + <x>=y; *\`
)

// cast is who plays which part, by worker id: late is a leaver of whom HR tells late, typo has a status word that nobody knows.
type cast struct{ mover, leaver, joiner, late, typo string }

// castFor chooses four contractors who lead nobody, so that nobody else's account depends on them.
func castFor(c *company.Company, accounts map[string]account) (cast, error) {
	leads := map[string]bool{}
	for _, w := range c.Workers {
		leads[w.ManagerID] = true
	}
	var free []string
	for _, w := range c.Workers {
		if a := accounts[w.ID]; a.Enabled && !leads[w.ID] && strings.EqualFold(a.Container, contractorsOU) {
			free = append(free, w.ID)
		}
	}
	if len(free) < 4 {
		return cast{}, fmt.Errorf("expected four contractors at work who lead nobody, found %d", len(free))
	}
	return cast{mover: free[0], leaver: free[1], late: free[2], typo: free[3]}, nil
}

// act changes the company as a day in HR does, and says what happened.
func (p *cast) act(c *company.Company) ([]string, error) {
	mover, leaver := c.Worker(p.mover), c.Worker(p.leaver)
	from := mover.Department
	mover.Type, mover.TerminationDate, mover.LastDayOfWork = "Employee", "", ""
	if err := c.Move(p.mover, "Customer Success"); err != nil {
		return nil, err
	}
	if err := c.Promote(p.mover, "Team Lead"); err != nil {
		return nil, err
	}
	if err := c.Leave(p.leaver, yesterday); err != nil {
		return nil, err
	}
	joiner, err := c.Join(joinerFirst, joinerLast, today, mover.ManagerID)
	if err != nil {
		return nil, err
	}
	p.joiner = joiner.ID
	return []string{
		fmt.Sprintf("%s %s (%s), contractor in %s, becomes an employee in Customer Success", mover.FirstName, mover.LastName, mover.ID, from),
		fmt.Sprintf("%s %s (%s) had the last day of work on %s", leaver.FirstName, leaver.LastName, leaver.ID, yesterday),
		fmt.Sprintf("%s %s (%s) joins today", joiner.FirstName, joiner.LastName, joiner.ID),
	}, nil
}
