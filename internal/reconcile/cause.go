// SPDX-License-Identifier: MPL-2.0

package reconcile

import "terraform-provider-workforce/internal/directory"

// disabledFor says, for the audit record, why the rules disable an account.
var disabledFor = map[string]string{
	directory.ForLeft: "the worker has left", directory.ForPrehire: "the worker has not started yet",
	directory.ForLeave:  "the worker is on leave or suspended",
	directory.ForAbsent: "the worker is not in the feed", directory.ForOutOfScope: "the worker is out of scope of the rules", directory.ForMoved: "the worker has moved out of scope of the rules", directory.ForOverride: "an override decides it",
}

// causeOf says for the audit record why a run writes an account. id is the object id; it is empty for
// an account that does not exist yet.
func causeOf(want directory.Account, id string) string {
	switch {
	case want.Deleted:
		return "the document deletes the account: its retention is over"
	case !want.Enabled && disabledFor[want.DisabledFor] != "":
		return "the document has the account disabled: " + disabledFor[want.DisabledFor]
	case id == "":
		return "the worker has no account yet"
	}
	return "the document of the worker says so"
}
