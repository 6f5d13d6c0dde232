// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-workforce/internal/reconcile"
)

// Keys of private state, which Terraform keeps beside a resource and shows to nobody.
const (
	privateIDs        = "ids"        // object ids by worker id
	privateByHand     = "by_hand"    // attributes that somebody else changed since a run wrote them, by worker id
	privateCrossed    = "crossed"    // workers whose document was decided over another account than theirs at the last refresh
	privateUnwritten  = "unwritten"  // worker ids of documents of which the last run wrote nothing but the worker id
	privatePurging    = "purging"    // worker ids whose account is deleted, and still to be deleted for good
	privateUntouched  = "untouched"  // worker ids whose account was taken over and never changed
	privateMoved      = "moved"      // object ids of accounts that somebody moved to another domain of the forest, by worker id
	privateDirectory  = "directory"  // the domain or tenant that the accounts are in
	privateVerdicts   = "verdicts"   // why accounts have no document, by object id, as rules said at the last refresh
	privateIncomplete = "incomplete" // true while a first creation has failed in part
	privateTaken      = "taken"      // object ids of members that the plan of a take-over said to remove
	privateLabels     = "labels"     // what mappings say about attributes, for the audit record of the apply
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

// loadIDs returns object ids by what the resource calls the objects.
func loadIDs(ctx context.Context, from privateGetter, diags *diag.Diagnostics) map[string]string {
	ids := map[string]string{}
	loadPrivate(ctx, from, privateIDs, &ids, diags)
	return ids
}

// loadMemory returns what is known of a population beside its documents.
func loadMemory(ctx context.Context, from privateGetter, diags *diag.Diagnostics) reconcile.Memory {
	var known reconcile.Memory
	for key, v := range map[string]any{
		privateIDs: &known.IDs, privateUntouched: &known.Untouched, privatePurging: &known.Purging,
		privateDirectory: &known.Directory, privateVerdicts: &known.Verdicts, privateByHand: &known.ByHand, privateMoved: &known.Moved,
		privateCrossed: &known.Crossed, privateUnwritten: &known.Unwritten,
	} {
		loadPrivate(ctx, from, key, v, diags)
	}
	m := reconcile.NewMemory() // whose maps can be written to, whatever was recorded
	maps.Copy(m.IDs, known.IDs)
	maps.Copy(m.Untouched, known.Untouched)
	maps.Copy(m.Purging, known.Purging)
	maps.Copy(m.ByHand, known.ByHand)
	maps.Copy(m.Moved, known.Moved)
	maps.Copy(m.Crossed, known.Crossed)
	maps.Copy(m.Unwritten, known.Unwritten)
	m.Directory, m.Verdicts = known.Directory, known.Verdicts
	return m
}

// saveMemory records it. What never was needed is not written; from is what was recorded before, nil for nothing.
func saveMemory(ctx context.Context, to privateSetter, from privateGetter, m reconcile.Memory, diags *diag.Diagnostics) {
	savePrivate(ctx, to, privateIDs, m.IDs, diags)
	optional := func(key string, v any, empty bool) {
		if empty && from != nil {
			raw, d := from.GetKey(ctx, key)
			empty = len(raw) == 0 && !d.HasError()
		}
		if !empty {
			savePrivate(ctx, to, key, v, diags)
		}
	}
	optional(privateUntouched, m.Untouched, len(m.Untouched) == 0)
	optional(privatePurging, m.Purging, len(m.Purging) == 0)
	optional(privateByHand, m.ByHand, len(m.ByHand) == 0)
	optional(privateMoved, m.Moved, len(m.Moved) == 0)
	optional(privateCrossed, m.Crossed, len(m.Crossed) == 0)
	optional(privateUnwritten, m.Unwritten, len(m.Unwritten) == 0)
	optional(privateDirectory, m.Directory, m.Directory.ID == "")
	optional(privateVerdicts, m.Verdicts, m.Verdicts == nil)
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
