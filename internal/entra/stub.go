// SPDX-License-Identifier: MPL-2.0

// Package entra is a placeholder until the real files are here: delete this
// file as soon as the package defines these names itself.
package entra

import (
	"context"
	"errors"
	"time"

	"terraform-provider-workforce/internal/directory"
)

var Format = directory.Format{Target: "entra"}

func StandardSchema() *directory.Schema { return directory.NewSchema() }

func CheckAccount(directory.Account, *directory.Schema) error { return nil }

type Tenant struct{ directory.Directory }

func (*Tenant) Need(...string)                   {}
func (*Tenant) WorkerIDAttribute() string        { return "employeeId" }
func (*Tenant) WithDeleted() directory.Directory { return nil }
func (*Tenant) Notes() []string                  { return nil }
func (*Tenant) Locate(context.Context, string) (*directory.Existing, error) {
	return nil, errors.New("not yet")
}
func (*Tenant) Read(context.Context, map[string]string, []string) (map[string]*directory.Existing, error) {
	return nil, errors.New("not yet")
}
func (*Tenant) Render(want directory.Account, _ *directory.Existing) directory.Account { return want }
func (*Tenant) Apply(context.Context, []directory.Change, directory.ApplyOptions) []directory.Outcome {
	return nil
}
func (*Tenant) Remove(context.Context, map[string]string, directory.Removal) []directory.Outcome {
	return nil
}
func (*Tenant) DisabledSince(context.Context, map[string]string) (map[string]time.Time, error) {
	return nil, errors.New("not yet")
}
