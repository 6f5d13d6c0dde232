// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"terraform-provider-workforce/internal/roster"
	"terraform-provider-workforce/internal/wording"
	"terraform-provider-workforce/internal/worker"
)

// wholeDocuments are the workers documents of a run that hold every column, by their fingerprints, because the HR data
// source has no attributes. What no rule reads of them is personal data that the state need not have. The zero value is
// ready for use, and nil knows none.
type wholeDocuments struct {
	mu           sync.Mutex
	fingerprints map[string]bool
}

func (w *wholeDocuments) note(fingerprint string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fingerprints == nil {
		w.fingerprints = map[string]bool{}
	}
	w.fingerprints[fingerprint] = true
}

// has reports that a document was read whole in this run.
func (w *wholeDocuments) has(document string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.fingerprints) == 0 {
		return false
	}
	sum := sha256.Sum256([]byte(document))
	return w.fingerprints[hex.EncodeToString(sum[:])]
}

// warnUnread warns about columns of a document that was read whole and that no rule reads: only the mapping knows
// which, and only the HR data source can leave them out.
func (w *wholeDocuments) warnUnread(document string, in roster.Input, diags *diag.Diagnostics) {
	if !w.has(document) {
		return
	}
	reads := slices.Concat(in.Mapping.SourceAttributes(), worker.Fields)
	unread := slices.DeleteFunc(in.Workers.Attributes(), func(name string) bool { return slices.Contains(reads, name) })
	if len(unread) == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("workers"), "The state keeps columns that no rule reads", fmt.Sprintf(
		"The HR data source has no attributes, so its json has %s that no rule of this mapping reads: %s. They stand in the state, "+
			"and so will every column that the HR system adds. Set attributes in the HR data source, through a local value: "+
			"attributes = local.reads, and locals { reads = workforce_mapping.NAME.source_attributes }; "+
			"where several mappings read it, distinct(concat(…)) of theirs.",
		wording.Count(len(unread), "column"), wording.Some(unread, 10)))
}
