// SPDX-License-Identifier: MPL-2.0

package roster

import (
	"time"

	"terraform-provider-workforce/internal/worker"
)

// Role is a fact that everybody who reviews decisions asks for, whatever a target calls it.
type Role int

// The roles.
const (
	RoleTitle Role = iota
	RoleDepartment
	RolePlace // the city, or the office where there is none
	RoleCountry
	RoleCompany
	RoleTelephone
	RoleUsageLocation
	RoleManager // the worker id, or the path of an account that carries none
	RoleLogin
	Roles // how many there are
)

// Facts holds one value for each Role; empty where there is none, and where a rule redacts it.
type Facts [Roles]string

// Profile is who a decision is about: the person as a colleague knows them, before and
// after the run. What a rule redacts is in none of it.
type Profile struct {
	WorkerID string
	// Name is the display name after the run, Was the one before, where there was another.
	Name, Was     string
	Given, Family string
	// InFeed is false for the account of somebody who is absent from the feed.
	InFeed bool
	// CouldSignIn and CanSignIn tell whether an enabled account exists before and after the run.
	CouldSignIn, CanSignIn bool
	// HadAccount and HasAccount tell whether any account exists before and after it.
	HadAccount, HasAccount bool
	// Before is what the account has, nil where After is the same or nothing was there.
	Before *Facts
	// After is what the account will have. Of somebody without one it is what the rules would give.
	After Facts
	// Status and Type are words of the HR system; Class is what Status was taken for.
	Status, Type, Class string
	// HireDate and EndDate are local dates of the HR record; EndDate is the later of
	// termination date and last day of work.
	HireDate, EndDate worker.Date
	// DisabledSince is the directory's record of an account that is disabled before the run.
	DisabledSince time.Time
	// Override says what somebody decided: "enabled", "disabled", "held" or "".
	Override string
	// Protected says why nothing may change the account.
	Protected string
	Removed   bool // the account leaves its groups in this run
	Restored  bool // the account comes back from the deleted ones
	// Elsewhere are other directories in which the worker has a name: a joiner comes from there.
	Elsewhere []string
	Adopted   bool // the account gets a worker id, or another one than it carries
}
