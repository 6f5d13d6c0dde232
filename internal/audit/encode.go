// SPDX-License-Identifier: MPL-2.0

package audit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// SchemaVersion is the version of the Open Cybersecurity Schema Framework that events
// follow. https://schema.ocsf.io/1.8.0/categories/iam
const SchemaVersion = "1.8.0"

// Product is what events say wrote them.
const Product = "terraform-provider-workforce"

// Stamp is what one line says beside its write.
type Stamp struct {
	Time time.Time
	// Event is the id of the line, Write that of both lines of a write, Run that of the run.
	Event, Write, Run string
	// Version is that of the product.
	Version string
}

// The classes of events.
// https://github.com/ocsf/ocsf-schema/tree/1.8.0/events/iam
const (
	accountChange    = 3001
	entityManagement = 3004
	groupManagement  = 3006
)

var classNames = map[int]string{accountChange: "Account Change", entityManagement: "Entity Management", groupManagement: "Group Management"}

// activity is how a class calls what is done: 99 is "other", which the name says.
type activity struct {
	id   int
	name string
}

var activities = map[int]map[Activity]activity{
	accountChange: {
		Create: {1, "Create"}, Enable: {2, "Enable"}, ResetPassword: {4, "Password Reset"}, Disable: {5, "Disable"}, Delete: {6, "Delete"}, Purge: {6, "Delete"},
		AddFactor: {10, "MFA Factor Enable"}, RemoveFactor: {11, "MFA Factor Disable"}, Unlock: {12, "Unlock"},
	},
	groupManagement: {
		AddMembers: {3, "Add User"}, RemoveMembers: {4, "Remove User"}, Delete: {5, "Delete"}, Purge: {5, "Delete"}, Create: {6, "Create"},
	},
	entityManagement: {
		Create: {1, "Create"}, Update: {3, "Update"}, Delete: {4, "Delete"}, Purge: {4, "Delete"}, Move: {5, "Move"}, Enable: {8, "Enable"}, Disable: {9, "Disable"},
	},
}

// words name every activity: where a class has none of its own, and in messages.
var words = map[Activity]string{
	Update: "Update", Create: "Create", Enable: "Enable", Disable: "Disable", ResetPassword: "Reset Password", Unlock: "Unlock", Delete: "Delete", Purge: "Delete For Good", Restore: "Restore",
	Move: "Move", RevokeSessions: "Revoke Sessions", AddFactor: "Add Sign-in Method", RemoveFactor: "Remove Sign-in Method",
	AddMembers: "Add Members", RemoveMembers: "Remove Members", AddOwners: "Add Owners", RemoveOwners: "Remove Owners",
}

var kindNames = map[Kind]string{Account: "account", Group: "group", Unit: "organizational unit", Record: "HR record", Object: "object"}

// classOf returns the class of events about a kind of object.
func classOf(k Kind) int {
	switch k {
	case Account:
		return accountChange
	case Group:
		return groupManagement
	}
	return entityManagement
}

type event struct {
	Time         int64      `json:"time"`
	ClassUID     int        `json:"class_uid"`
	ClassName    string     `json:"class_name"`
	CategoryUID  int        `json:"category_uid"`
	CategoryName string     `json:"category_name"`
	ActivityID   int        `json:"activity_id"`
	ActivityName string     `json:"activity_name"`
	TypeUID      int        `json:"type_uid"`
	TypeName     string     `json:"type_name"`
	SeverityID   int        `json:"severity_id"`
	Severity     string     `json:"severity"`
	StatusID     int        `json:"status_id"`
	Status       string     `json:"status"`
	StatusCode   string     `json:"status_code,omitempty"`
	StatusDetail string     `json:"status_detail,omitempty"`
	Message      string     `json:"message"`
	Metadata     metadata   `json:"metadata"`
	Actor        actor      `json:"actor"`
	User         *person    `json:"user,omitempty"`
	Group        *reference `json:"group,omitempty"`
	Entity       *entity    `json:"entity,omitempty"`
	Unmapped     unmapped   `json:"unmapped"`
}

type metadata struct {
	Version     string  `json:"version"`
	UID         string  `json:"uid"`
	Correlation string  `json:"correlation_uid"`
	LogName     string  `json:"log_name"`
	TenantUID   string  `json:"tenant_uid,omitempty"`
	Product     product `json:"product"`
}

type product struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	Version    string `json:"version,omitempty"`
}

type actor struct {
	AppName string     `json:"app_name"`
	User    *reference `json:"user,omitempty"`
}

type reference struct {
	UID  string `json:"uid,omitempty"`
	Name string `json:"name,omitempty"`
}

type person struct {
	UID      string      `json:"uid,omitempty"`
	Name     string      `json:"name,omitempty"`
	FullName string      `json:"full_name,omitempty"`
	LDAP     *ldapPerson `json:"ldap_person,omitempty"`
}

type ldapPerson struct {
	EmployeeUID string `json:"employee_uid"`
}

type entity struct {
	UID    string `json:"uid,omitempty"`
	Name   string `json:"name,omitempty"`
	TypeID int    `json:"type_id"`
	Type   string `json:"type"`
}

// unmapped is what the schema has no place for.
type unmapped struct {
	Phase     string   `json:"phase"`
	Write     string   `json:"write_uid"`
	Target    string   `json:"target"`
	Server    string   `json:"server,omitempty"`
	Operation string   `json:"operation"`
	Worker    string   `json:"worker_id,omitempty"`
	Cause     string   `json:"cause,omitempty"`
	Changes   []change `json:"changes,omitempty"`
	Members   []member `json:"members,omitempty"`
}

type change struct {
	Attribute string    `json:"attribute"`
	Old       *[]string `json:"old,omitempty"`
	New       *[]string `json:"new,omitempty"`
	Added     []string  `json:"added,omitempty"`
	Removed   []string  `json:"removed,omitempty"`
	Withheld  string    `json:"withheld,omitempty"`
	Rule      string    `json:"rule,omitempty"`
}

type member struct {
	UID    string `json:"uid"`
	Name   string `json:"name,omitempty"`
	Worker string `json:"worker_id,omitempty"`
}

// Encode writes one line, its end included. outcome is nil when the write is being sent.
// Values of attributes that redacted names, or that hold secrets by their name, are left
// out, and are taken out of everything else that the line says.
func Encode(w Write, outcome *Outcome, s Stamp, redacted []string) ([]byte, error) {
	w = w.withheld(redacted)
	class := classOf(w.Subject.Kind)
	act, known := activities[class][w.Activity]
	if !known {
		act = activity{99, words[w.Activity]}
	}
	e := event{
		Time: s.Time.UnixMilli(), ClassUID: class, ClassName: classNames[class], CategoryUID: 3, CategoryName: "Identity & Access Management",
		ActivityID: act.id, ActivityName: act.name, TypeUID: class*100 + act.id, TypeName: classNames[class] + ": " + act.name,
		SeverityID: 1, Severity: "Informational",
		Metadata: metadata{Version: SchemaVersion, UID: s.Event, Correlation: s.Run, LogName: "audit", TenantUID: w.Tenant, Product: product{Name: Product, VendorName: "workforce", Version: s.Version}},
		Actor:    actor{AppName: Product},
		Unmapped: unmapped{
			Phase: "sent", Write: s.Write, Target: w.Target, Server: w.Server, Operation: w.Operation, Worker: w.Subject.Worker, Cause: w.Subject.Cause,
			Changes: changesOf(w.Changes, redacted), Members: membersOf(w.Members),
		},
	}
	if w.Identity != "" {
		e.Actor.User = &reference{Name: w.Identity}
	}
	e.about(w, outcome)
	e.became(w, outcome, hiddenValues(w, redacted))
	var b bytes.Buffer
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	if err := j.Encode(e); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return b.Bytes(), nil
}

// withheld takes names out of a write that are values of redacted attributes.
func (w Write) withheld(redacted []string) Write {
	all := slices.Contains(redacted, Everything)
	if w.Subject.Kind == Account && (all || named(redacted, w.PathAttribute)) {
		w.Path = ""
	}
	if all || named(redacted, "displayName") {
		w.Subject.Name = ""
		w.Members = slices.Clone(w.Members)
		for i := range w.Members {
			w.Members[i].Name = ""
		}
	}
	return w
}

// hiddenValues returns the values that no text of the line may show.
func hiddenValues(w Write, redacted []string) (values []string) {
	for _, c := range w.Changes {
		if hidden(redacted, c) != "" {
			values = slices.Concat(values, c.Old, c.New, c.Gone)
		}
	}
	if w.Subject.Before != nil {
		for _, name := range redacted {
			old, _ := w.Subject.Before(name)
			values = append(values, old...)
		}
	}
	return values
}

// about names the object.
func (e *event) about(w Write, outcome *Outcome) {
	id := w.Subject.ID
	if id == "" && outcome != nil {
		id = outcome.ID
	}
	switch w.Subject.Kind {
	case Account:
		e.User = &person{UID: id, Name: w.Path, FullName: w.Subject.Name}
		if w.Subject.Worker != "" {
			e.User.LDAP = &ldapPerson{w.Subject.Worker}
		}
		if *e.User == (person{}) {
			e.User.Name = "unknown" // the class asks for one of its names
		}
	case Group:
		e.Group = &reference{UID: id, Name: cmp.Or(w.Path, w.Subject.Name)}
		if len(w.Members) == 1 {
			e.User = &person{UID: w.Members[0].ID, Name: w.Members[0].Name}
		}
	default:
		e.Entity = &entity{UID: cmp.Or(id, w.Subject.Worker), Name: cmp.Or(w.Path, w.Subject.Name), TypeID: 99, Type: kindNames[w.Subject.Kind]}
	}
}

// became says how the write ended, and sums it up.
func (e *event) became(w Write, outcome *Outcome, hide []string) {
	e.StatusID, e.Status = 99, "Sent"
	what := "sent"
	if outcome != nil {
		e.Unmapped.Phase = "answered"
		e.StatusCode, e.StatusDetail = outcome.Code, scrub(outcome.Detail, hide)
		switch outcome.Status {
		case Success:
			e.StatusID, e.Status, what = 1, "Success", "done"
		case Failure:
			e.StatusID, e.Status, what = 2, "Failure", "refused"
		default:
			e.StatusID, e.Status, what = 0, "Unknown", "not answered, so that it may have been done or not"
		}
	}
	who := ""
	if w.Subject.Worker != "" {
		who = fmt.Sprintf(" of worker %q", w.Subject.Worker)
	}
	if name := cmp.Or(w.Path, w.Subject.Name); name != "" {
		who += fmt.Sprintf(" %q", name)
	}
	e.Message = fmt.Sprintf("%s: %s%s at %s: %s", words[w.Activity], kindNames[w.Subject.Kind], who, w.Target, what)
}

func changesOf(changes []AttributeChange, redacted []string) []change {
	var out []change
	for _, c := range changes {
		one := change{Attribute: c.Attribute, Rule: c.Rule, Withheld: hidden(redacted, c)}
		if one.Withheld == "" {
			if c.Known {
				one.Old = listOf(c.Old)
			}
			if c.Part {
				one.Added, one.Removed = c.New, c.Gone
			} else {
				one.New = listOf(c.New)
			}
		} else if one.Withheld != "binary" {
			one.Rule = "" // it may name the value
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b change) int { return strings.Compare(a.Attribute, b.Attribute) })
	return out
}

// listOf makes no value an empty list, which says that there is none.
func listOf(values []string) *[]string {
	if values == nil {
		values = []string{}
	}
	return &values
}

func membersOf(members []Member) []member {
	var out []member
	for _, m := range members {
		out = append(out, member{UID: m.ID, Name: m.Name, Worker: m.Worker})
	}
	return out
}
