// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/reconcile"
)

// report turns findings about a population into diagnostics, each where the
// configuration says what it is about. at returns where a worker's account stands.
func report(findings reconcile.Findings, at func(workerID string) path.Path, diags *diag.Diagnostics) {
	for _, f := range findings.Grouped() {
		where := path.Empty()
		switch {
		case f.Worker != "":
			where = at(f.Worker)
		case f.Argument != "":
			if where = path.Root(f.Argument); f.Key != "" {
				where = where.AtMapKey(f.Key)
			}
		}
		one := diag.Diagnostic(diag.NewWarningDiagnostic(f.Title, f.Text))
		if f.Severity == reconcile.Error {
			one = diag.NewErrorDiagnostic(f.Title, f.Text)
		}
		if !where.Equal(path.Empty()) {
			one = diag.WithPath(where, one)
		}
		diags.Append(one)
	}
}

// atAccounts is where a population has a worker's document.
func atAccounts(workerID string) path.Path { return path.Root("accounts").AtMapKey(workerID) }

// population returns a population of this target in the run of data.
func (t target) population(kind string, data *providerData) *reconcile.Population {
	return &reconcile.Population{
		Target: t.terms(), Kind: "workforce_" + t.prefix + "_" + kind, Before: map[string]string{}, Memory: reconcile.NewMemory(),
		Claims: &data.claims, Partial: data.verdicts.Partial(t.format.Target), Clock: data.clock, Progress: tellProgress,
		Carrier: t.workerIDAttribute(data),
		Recognised: func(workerID, document string) string {
			return data.verdicts.Recognised(t.format.Target, workerID, document)
		},
		Connect: func() (reconcile.Users, error) { return t.connect(data) },
	}
}

// terms is what reconcile needs to know of the target.
func (t target) terms() reconcile.Target {
	return reconcile.Target{
		Format: t.format, Title: t.title, Prefix: "workforce_" + t.prefix,
		Valid: t.valid, Label: t.label, Restores: t.restores, PartOf: t.partOf,
		GroupRefs: t.groups.refs, MemberRefs: t.groups.memberRefs, Naming: t.groups.naming,
	}
}

// marshal writes a document of an account whose core attributes are single-valued.
func (t target) marshal(a directory.Account) string { return t.terms().Marshal(a) }

// listed returns the first lines of many, and a count of the rest.
func listed(lines []string) string { return reconcile.Listed(lines) }

// removeRelease is a value of on_destroy: what is managed stays as it is.
const removeRelease = reconcile.Release
