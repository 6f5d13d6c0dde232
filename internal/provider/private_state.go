// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Keys of private state, which Terraform keeps beside a resource and shows to nobody.
const (
	privateIDs        = "ids"        // object ids by worker id
	privatePurging    = "purging"    // worker ids whose account is deleted, and still to be deleted for good
	privateIncomplete = "incomplete" // true while a first creation has failed in part
	privateImport     = "import"     // the container that the next read takes accounts from
)

type privateGetter interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

type privateSetter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// loadPrivate reads one key into v, which stays as it is when the key is absent.
func loadPrivate(ctx context.Context, from privateGetter, key string, v any, diags *diag.Diagnostics) {
	raw, d := from.GetKey(ctx, key)
	diags.Append(d...)
	if len(raw) == 0 {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		diags.AddError("Invalid private state", "The key "+key+" cannot be read: "+err.Error()+". The state was written by another version of the provider.")
	}
}

func savePrivate(ctx context.Context, to privateSetter, key string, v any, diags *diag.Diagnostics) {
	raw, err := json.Marshal(v)
	if err != nil {
		diags.AddError("Invalid private state", err.Error())
		return
	}
	diags.Append(to.SetKey(ctx, key, raw)...)
}

func loadIDs(ctx context.Context, from privateGetter, diags *diag.Diagnostics) map[string]string {
	ids := map[string]string{}
	loadPrivate(ctx, from, privateIDs, &ids, diags)
	return ids
}

// loadPurging returns the workers whose purge is outstanding.
func loadPurging(ctx context.Context, from privateGetter, diags *diag.Diagnostics) map[string]bool {
	purging := map[string]bool{}
	loadPrivate(ctx, from, privatePurging, &purging, diags)
	return purging
}

// savePurging records them. What never was needed is not written.
func savePurging(ctx context.Context, to privateSetter, from privateGetter, purging map[string]bool, diags *diag.Diagnostics) {
	if raw, d := from.GetKey(ctx, privatePurging); len(raw) > 0 || d.HasError() || len(purging) > 0 {
		savePrivate(ctx, to, privatePurging, purging, diags)
	}
}

// incomplete reports whether the resource was created in part. Terraform then
// destroys it before it creates it again, which must not touch anybody.
func incomplete(ctx context.Context, from privateGetter, diags *diag.Diagnostics) bool {
	var is bool
	loadPrivate(ctx, from, privateIncomplete, &is, diags)
	return is
}

// forgetReplaced is for the plan of a creation. Terraform plans a replacement
// (of a tainted resource, or by -replace) as one, and gives the private state of
// that plan to the destruction that comes first, which must not touch anybody:
// the creation after it takes the accounts over again.
func forgetReplaced(ctx context.Context, to privateSetter, diags *diag.Diagnostics) {
	savePrivate(ctx, to, privateIncomplete, true, diags)
}
