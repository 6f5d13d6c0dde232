// SPDX-License-Identifier: MPL-2.0

package mapping

import "terraform-provider-workforce/internal/worker"

// Rules is the mapping document: what the mapping resource writes and the
// accounts data sources read.
type Rules struct {
	// Target is "active_directory" or "entra".
	Target string `json:"target"`
	// SynchronisedOnly says that the accounts are synchronised from another directory, which
	// masters whether they are enabled, their names and more. No account is created, and
	// no rule for such an attribute is needed or allowed.
	SynchronisedOnly bool `json:"synchronised_only,omitempty"`
	// Match says how a worker is recognised among existing accounts, in order
	// of precedence: the first rule that finds an account decides.
	Match []MatchRule `json:"match"`
	// Attributes maps target attribute names to rules. ManagerAttribute takes
	// the manager's worker id.
	Attributes map[string]AttributeRule `json:"attributes"`
	// Container is an expression that gives the container, or a path as it is;
	// empty for targets without containers.
	Container string `json:"container,omitempty"`
	// ContainerApply is ApplyAlways (the default: a changed result moves the
	// account) or ApplyOnCreate.
	ContainerApply string `json:"container_apply,omitempty"`
	// Scope lists groups of clauses: all clauses of a group must hold, and one
	// group is enough. No group: everybody is in scope.
	Scope [][]Clause `json:"scope,omitempty"`
	// OnOutOfScope is what happens to the existing account of a worker who is
	// not in scope: OutOfScopeIgnore (the default), OutOfScopeKeep, OutOfScopeDisable or OutOfScopeLeaver.
	OnOutOfScope string    `json:"on_out_of_scope,omitempty"`
	Lifecycle    Lifecycle `json:"worker_lifecycle"`
	// Tables are what Lookup reads: table name → key → value.
	Tables map[string]map[string]string `json:"tables,omitempty"`
	// Expressions are named sub-expressions for Use("name").
	Expressions map[string]string `json:"expressions,omitempty"`
	// ExtraAttributes are target attributes that the standard schema lacks
	// (schema extensions); the live schema is asked about them later.
	ExtraAttributes []string `json:"extra_attributes,omitempty"`
	// ManagerMissing is what the manager becomes when the worker's manager has
	// no account: ManagerKeep (the default), ManagerClear or ManagerNextLevel.
	ManagerMissing string `json:"manager_missing,omitempty"`
	// DefaultDomain is what DefaultDomain() returns.
	DefaultDomain string `json:"default_domain,omitempty"`
	// Dialect of the expressions: "provisioning" (the default), "cloud-sync" or "mim".
	Dialect string `json:"dialect,omitempty"`
	// Examples are checked whenever the rules are compiled.
	Examples []Example `json:"examples,omitempty"`
}

// Values of MappingRule.Apply, Rules.ContainerApply.
const (
	ApplyAlways    = "always"
	ApplyOnCreate  = "on_create"  // kept from the existing account ever after
	ApplyIfEmpty   = "if_empty"   // written when the existing account has no value
	ApplyAddValues = "add_values" // of a multi-valued attribute: what the account has stays, what it lacks is added
)

// Values of AttributeRule.WhenNull.
const (
	NullKeep  = "keep"  // the attribute is not managed for this worker
	NullClear = "clear" // the attribute is removed
	NullError = "error" // the worker is reported as an HR data error and not provisioned
)

// Values of Rules.OnOutOfScope.
const (
	OutOfScopeIgnore  = "ignore"  // not in the accounts at all
	OutOfScopeKeep    = "keep"    // stays as it is
	OutOfScopeDisable = "disable" // disabled, otherwise as it is
	OutOfScopeLeaver  = "leaver"  // as if the worker had left, see Desired.Moved
)

// Values of Rules.ManagerMissing.
const (
	ManagerKeep      = "keep"
	ManagerClear     = "clear"
	ManagerNextLevel = "next_level"
)

// MatchRule is one way to recognise a worker's account. Several conditions
// form a composite: all must hold.
type MatchRule struct {
	All []MatchCondition `json:"all"`
	// Identifies says that what the rule compares belongs to one person only, such as a
	// personnel number, so that an account it finds is theirs even if it carries the
	// worker id of somebody else. Rules that compare the attribute for worker ids do
	// that by themselves.
	Identifies bool `json:"identifies,omitempty"`
}

// MatchCondition compares a source value with a target attribute.
type MatchCondition struct {
	// Source is an attribute name, or an expression if it contains [ ( or ".
	Source string `json:"source"`
	// Target is the attribute that must equal the source value.
	Target string `json:"target"`
}

// AttributeRule computes one attribute. Exactly one of Source, Constant and
// Expression is set; none means that only Default applies, at creation.
type AttributeRule struct {
	Source     string  `json:"source,omitempty"`
	Constant   *string `json:"constant,omitempty"`
	Expression string  `json:"expression,omitempty"`
	// Default is used when the result is null and the account is being created.
	Default *string `json:"default,omitempty"`
	// Apply is ApplyAlways (the default), ApplyOnCreate (the default of naming
	// attributes and of SelectUniqueValue), ApplyIfEmpty or ApplyAddValues.
	Apply string `json:"apply,omitempty"`
	// WhenNull is NullKeep (the default), NullClear or NullError.
	WhenNull string `json:"when_null,omitempty"`
	// Unique demands a value that no other account has, as names do; naming
	// attributes are always unique.
	Unique bool `json:"unique,omitempty"`
	// Redact keeps values out of reports.
	Redact bool `json:"redact,omitempty"`
}

// Clause is one condition of a scope group: an attribute with an operator, or
// an expression that gives True or False.
type Clause struct {
	Attribute  string `json:"attribute,omitempty"`
	Operator   string `json:"operator,omitempty"`
	Value      string `json:"value,omitempty"`
	Expression string `json:"expression,omitempty"`
}

// Lifecycle says what follows from a worker's dates and status.
type Lifecycle struct {
	// TimeZone is used for workers without one; "UTC" by default.
	TimeZone string `json:"time_zone,omitempty"`
	// PrehireDays is how many days before the hire date a disabled account is
	// created. Nil: as soon as the worker is in the feed.
	PrehireDays *int `json:"prehire_days,omitempty"`
	// EnableDays is how many days before the hire date the account is enabled; 0 by default.
	EnableDays int `json:"enable_days,omitempty"`
	// ActiveStatuses and the lists below sort the HR system's status words, ignoring
	// case, before the vocabulary of package status does. With ActiveStatuses given, a
	// word in none of the lists is unknown. InactiveStatuses are words of people who have
	// left, or never started.
	ActiveStatuses    []string `json:"active_statuses,omitempty"`
	InactiveStatuses  []string `json:"inactive_statuses,omitempty"`
	PrehireStatuses   []string `json:"prehire_statuses,omitempty"`
	LeaveStatuses     []string `json:"leave_statuses,omitempty"`
	SuspendedStatuses []string `json:"suspended_statuses,omitempty"`
	// OnLeave is "keep" (the default) or "disable".
	OnLeave string `json:"on_leave,omitempty"`
	// DisableAt is "last_day_of_work" (the default; the termination date where there is none) or
	// "termination_date": the account is disabled when that day ends at the worker's place.
	DisableAt string `json:"disable_at,omitempty"`
	// LeaverContainer is an expression for the container of leavers; empty: they stay where they are.
	LeaverContainer string `json:"leaver_container,omitempty"`
	// LeaverContainerDays is how many days after leaving the move happens; 0 by default.
	LeaverContainerDays int `json:"leaver_container_days,omitempty"`
	// LeaverAttributes replace the rules of the same names once a worker has left.
	LeaverAttributes map[string]AttributeRule `json:"leaver_attributes,omitempty"`
	// LeaverGroups is "keep" (the default: nobody touches the groups of leavers) or "remove".
	LeaverGroups string `json:"leaver_groups,omitempty"`
	// LeaverGroupsDays is how many days after leaving the groups are taken away; 0 by default.
	LeaverGroupsDays int `json:"leaver_groups_days,omitempty"`
	// RestoreGroups gives the groups back that were taken away, as soon as the rules see the worker as employed again.
	RestoreGroups bool `json:"restore_groups,omitempty"`
	// RetentionDays is how many days the account of a worker who has left must have been
	// disabled, by the directory's own record, before it is deleted. Nil: never. The
	// mapping does not know that record: whoever decides about the account counts.
	RetentionDays *int `json:"retention_days,omitempty"`
	// CreateLeavers makes accounts for workers who had left before they were ever seen; false by default.
	CreateLeavers bool `json:"create_leavers,omitempty"`
	// OnAbsent is what happens to the account of a worker who is no longer in the feed and not known
	// to have left: "keep" (the default), "disable" (after AbsentDays) or "release" (dropped from the accounts).
	OnAbsent string `json:"on_absent,omitempty"`
	// AbsentDays is the grace before OnAbsent acts. It needs RecordIn.
	AbsentDays int `json:"absent_days,omitempty"`
	// RecordIn names a target attribute that records since when a worker has left or been absent
	// ("left 2026-11-20", "absent 2026-11-20"), so that losing the state does not restart the clock.
	RecordIn string `json:"record_in,omitempty"`
	// FormerNamesIn names a target attribute that records the logins, principal names and addresses
	// that an account has given up ("2026-11-20 ann.lee;…"), which nobody else gets for FormerNamesDays.
	FormerNamesIn   string `json:"former_names_in,omitempty"`
	FormerNamesDays int    `json:"former_names_days,omitempty"`
	// Rehire is "reuse" (the default: the former account is enabled again) or "new_name" (reused, and
	// the create-only rules run again).
	Rehire string `json:"rehire,omitempty"`
}

// Example is a test of the rules: a worker, and what they must become.
type Example struct {
	Name   string        `json:"name"`
	Worker worker.Worker `json:"worker"`
	// AsOf is the instant of the example, RFC 3339; empty: noon UTC of the
	// worker's hire date, or of 2000-01-01 without one.
	AsOf string `json:"as_of,omitempty"`
	// Existing lists values already taken, for unique rules.
	Existing []string `json:"existing,omitempty"`
	// Expect holds expected attributes by target name; a missing name is not
	// checked, an empty list expects a cleared or unmanaged attribute.
	// "container", "enabled", "stage" and "groups" may be expected too.
	Expect map[string][]string `json:"expect"`
}
