// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"time"
)

// Credential is what one person first signs in with: a password or a temporary access pass.
type Credential struct {
	WorkerID string
	// Login is the name of the account in its directory (sAMAccountName), empty where there is none
	// but Principal, the user principal name.
	Login, Principal string
	// One of Password and AccessPass is the secret. It never appears in errors and logs.
	Password, AccessPass string
	// Created is when it was made. ValidFrom and Expires bound its use; zero for no bound.
	Created, ValidFrom, Expires time.Time
	// Once says that it can be used one time only.
	Once bool
	// Void says that what was kept before for the person is not in effect; there is no secret.
	Void bool
}

// Handover makes first passwords, and keeps credentials for those who hand them to people.
type Handover interface {
	// Password returns a new random password of at least minimum characters, in which none
	// of avoid stands, whatever their case.
	Password(minimum int, avoid []string) (string, error)
	// Ready says why nothing could be kept now, as far as that is known beforehand. Who makes
	// credentials that cannot be made again asks first.
	Ready() error
	// Keep puts credentials where only their recipients can read them. Where it returns nil they
	// outlast this process and a loss of power.
	Keep(ctx context.Context, credentials []Credential) error
	// Returners says that people who come back get a new one, too.
	Returners() bool
	// Passes says what kind of temporary access pass people get, where there are such.
	Passes() PassOptions
}

// PassOptions say what kind of temporary access pass is made. The zero value is what the policy of the tenant says, at once.
type PassOptions struct {
	Lifetime int   // minutes; 0: by policy
	Once     *bool // usable one time only; nil: by policy
	// FromHireDate makes it valid from the start of the day of the hire date of the account, where that is to come.
	FromHireDate bool
}
