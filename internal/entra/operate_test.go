// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

const (
	disable = directory.OperationDisable
	enable  = directory.OperationEnable
	revoke  = directory.OperationRevokeSessions
	require = directory.OperationRequirePasswordChange
)

const since15 = "extensionAttribute15"

// operate does something to users that must all be found, and returns the outcomes.
func operate(t *testing.T, tenant *Tenant, op directory.Operation, refs ...string) []directory.Outcome {
	t.Helper()
	subjects, err := tenant.Subjects(t.Context(), op, refs)
	if err != nil || len(subjects) != len(refs) {
		t.Fatalf("%s: %d subjects of %d, %v", op, len(subjects), len(refs), err)
	}
	return tenant.Operate(t.Context(), op, subjects)
}

// forced says whether the tenant makes a user change the password.
func forced(s *graph.Server, user string) any {
	profile, _ := s.User(user)["passwordProfile"].(map[string]any)
	return profile["forceChangePasswordNextSignIn"]
}

func TestOperations(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	live(s, "p1", nil)
	later := func() { clock.at = clock.at.Add(time.Minute) }
	step := func(op directory.Operation, changed bool, path string, n int) {
		t.Helper()
		later()
		s.ResetStats()
		before := s.User("p1@example.com")[attrSessions]
		o := operate(t, tenant, op, "p1")[0]
		if o.Err != nil || o.Changed != changed || s.Stats().Calls(path) != n {
			t.Errorf("%s: %v, changed %t, %d calls of %s", op, o.Err, o.Changed, s.Stats().Calls(path), path)
		}
		if revoked := s.User("p1@example.com")[attrSessions] != before; revoked != (op == disable || op == revoke) {
			t.Errorf("%s: sessions revoked %t", op, revoked)
		}
	}
	const patch = "PATCH /users/{id}"
	recorded := func(want bool, enabled any) {
		t.Helper()
		attributes, _ := s.User("p1@example.com")["onPremisesExtensionAttributes"].(map[string]any)
		if at, _ := attributes[since15].(string); (at != "") != want || s.User("p1@example.com")["accountEnabled"] != enabled {
			t.Errorf("enabled %v, since %q", s.User("p1@example.com")["accountEnabled"], at)
		}
	}
	step(disable, true, patch, 1)
	recorded(true, false)
	since, err := tenant.DisabledSince(t.Context(), map[string]string{"p1": s.UserID("p1@example.com")})
	if err != nil || !since["p1"].Equal(clock.now().UTC().Truncate(time.Second)) {
		t.Errorf("disabled since %v, %v", since, err)
	}
	step(disable, true, patch, 0) // only the sessions, and the clock stays
	if again, _ := tenant.DisabledSince(t.Context(), map[string]string{"p1": s.UserID("p1@example.com")}); !again["p1"].Equal(since["p1"]) {
		t.Errorf("disabled since %v", again)
	}
	step(enable, true, patch, 1)
	recorded(false, true)
	step(enable, false, patch, 0)
	step(revoke, true, patch, 0)
	s.Update("p1@example.com", map[string]any{"passwordProfile": map[string]any{"forceChangePasswordNextSignIn": false}})
	step(require, true, patch, 1)
	if forced(s, "p1@example.com") != true {
		t.Error("the password need not be changed")
	}
	step(require, false, patch, 0)
}

// TestOperationsRefused: what is refused before anything is written, and that the others are found all the same.
func TestOperationsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		op    directory.Operation
		ref   string
		cause error
		words []string
	}{
		"nobody":                  {disable, "nobody", nil, []string{"no user has", "employeeId", "nobody"}},
		"nobody by id":            {disable, "12345678-1234-1234-1234-123456789012", nil, []string{"no user has", "12345678"}},
		"deleted":                 {disable, "deleted@example.com", nil, []string{"deleted users are not looked at"}},
		"a worker id twice":       {disable, "twice", directory.ErrAmbiguous, []string{"2 users", "twice@example.com", "again@example.com"}},
		"protected":               {revoke, "admin@example.com", directory.ErrProtected, []string{`worker "admin" (Person admin)`, "protect.users"}},
		"synchronised, password":  {require, "synced", directory.ErrProtected, []string{"Active Directory", "its password"}},
		"federated":               {require, "federated", nil, []string{"fed.example.com is federated"}},
		"guest":                   {require, "guest", nil, []string{"a guest"}},
		"lockout is of elsewhere": {directory.OperationUnlock, "bystander", directory.ErrInvalid, []string{"no way to unlock"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, graph.Options{Domains: []string{"example.com", "fed.example.com"}, FederatedDomains: []string{"fed.example.com"}})
			for _, id := range []string{"twice", "admin", "bystander", "deleted"} {
				live(s, id, nil)
			}
			live(s, "again", map[string]any{"employeeId": "twice"})
			live(s, "guest", map[string]any{"userPrincipalName": "guest_other.example#EXT#@example.com", "userType": "Guest"})
			live(s, "federated", map[string]any{"userPrincipalName": "federated@fed.example.com", "onPremisesImmutableId": "eA=="})
			s.SyncUser([16]byte{1}, "synced", map[string]any{"userPrincipalName": "synced@example.com", "displayName": "Synced", "mailNickname": "synced", "employeeId": "synced"})
			s.Delete(s.UserID("deleted@example.com"))
			tenant.o.Protect = Protect{Users: []string{"admin@example.com"}}
			s.Update("bystander@example.com", map[string]any{"passwordProfile": map[string]any{"forceChangePasswordNextSignIn": false}})
			subjects, err := tenant.Subjects(t.Context(), tt.op, []string{tt.ref, "bystander"})
			wants(t, err, tt.cause, tt.words...)
			if unlock := tt.op == directory.OperationUnlock; len(subjects) != 1 && !unlock || unlock && len(subjects) != 0 {
				t.Errorf("subjects %+v", subjects)
			}
		})
	}
}

// TestOperateOnSynced: what a user has in the cloud alone can be changed there.
func TestOperateOnSynced(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	id := s.SyncUser([16]byte{1}, "synced", map[string]any{"userPrincipalName": "synced@example.com", "displayName": "Synced", "mailNickname": "synced", "employeeId": "synced"})
	before := s.User(id)[attrSessions]
	clock.at = clock.at.Add(time.Minute)
	if o := operate(t, tenant, revoke, "synced")[0]; o.Err != nil || !o.Changed || s.User(id)[attrSessions] == before {
		t.Errorf("%+v", o)
	}
	defer func() {
		clock.at = clock.at.Add(time.Minute)
		was := s.User(id)[attrSessions]
		if o := operate(t, tenant, disable, "synced")[0]; o.Err != nil || !o.Changed || s.User(id)["accountEnabled"] != false || s.User(id)[attrSessions] == was {
			t.Errorf("disabling: %+v", o)
		}
		_, err := tenant.Subjects(t.Context(), enable, []string{"synced"})
		if err == nil || !strings.Contains(err.Error(), "workforce_ad_enable_users") || !strings.Contains(err.Error(), "if it is enabled there") {
			t.Errorf("enabling: %v, expected what to do in Active Directory, whatever the account there is", err)
		}
	}()
	// Whatever way somebody is named, they count once; who is enabled needs nothing.
	subjects, err := tenant.Subjects(t.Context(), enable, []string{"synced", id, "SYNCED@example.com"})
	if err != nil || len(subjects) != 1 || !subjects[0].Done || subjects[0].Ref != "synced" || subjects[0].WorkerID != "synced" || subjects[0].Name != "Synced" {
		t.Errorf("%+v, %v", subjects, err)
	}
}

// TestOperateMeanwhile: what happened by hand between the plan and now.
func TestOperateMeanwhile(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	var refs []string
	for i := range 4 {
		refs = append(refs, fmt.Sprintf("p%d", i))
		live(s, refs[i], nil)
	}
	subjects, err := tenant.Subjects(t.Context(), disable, refs)
	if err != nil {
		t.Fatal(err)
	}
	s.Delete(s.UserID("p0@example.com"))
	s.Update("p1@example.com", map[string]any{"onPremisesSyncEnabled": true})
	s.Fault(graph.Fault{Method: "PATCH", Path: s.UserID("p1@example.com"), Status: 400, Times: -1})
	s.Update("p2@example.com", map[string]any{"userPrincipalName": "other@example.com"})
	outcomes := tenant.Operate(t.Context(), disable, subjects)
	wants(t, outcomes[0].Err, directory.ErrGone, "p0")
	wants(t, outcomes[1].Err, directory.ErrInvalid, "p1", "Active Directory", "disable the account there")
	if s.Stats().Calls("POST /users/{id}/revokeSignInSessions") != 3 {
		t.Error("the sessions of a user who cannot be disabled here were not revoked")
	}
	for i, name := range map[int]string{2: "other@example.com", 3: "p3@example.com"} {
		if outcomes[i].Err != nil || s.User(name)["accountEnabled"] != false {
			t.Errorf("%s: %v", name, outcomes[i].Err)
		}
	}
}

// TestOperateWithoutPermission: the permission that is missing is named, and what needs none is done.
func TestOperateWithoutPermission(t *testing.T) {
	has := func(lacks ...string) []string {
		return slices.DeleteFunc(slices.Clone(graph.DefaultPermissions), func(p string) bool { return slices.Contains(lacks, p) })
	}
	for name, tt := range map[string]struct {
		op          directory.Operation
		permissions []string
		record      bool
		words       []string // nil: it is done
	}{
		"sessions":              {revoke, append(has("User.RevokeSessions.All", "User.ReadWrite.All"), "User.Read.All"), true, []string{"User.RevokeSessions.All"}},
		"password":              {require, has("User-PasswordProfile.ReadWrite.All"), true, []string{"User-PasswordProfile.ReadWrite.All"}},
		"disabling":             {disable, append(has("User.ReadWrite.All"), "User.Read.All"), true, []string{"the right to do this is missing"}},
		"disabling, the least":  {disable, []string{"User.EnableDisableAccount.All", "User.RevokeSessions.All", "User.Read.All"}, false, nil},
		"sessions, the least":   {revoke, []string{"User.RevokeSessions.All", "User.Read.All"}, false, nil},
		"password, the least":   {require, []string{"User-PasswordProfile.ReadWrite.All", "User.Read.All", "Domain.Read.All"}, false, nil},
		"password, no domains":  {require, []string{"User-PasswordProfile.ReadWrite.All", "User.Read.All"}, false, []string{"Domain.Read.All"}},
		"sessions but not read": {revoke, []string{"User.RevokeSessions.All"}, false, []string{"User.Read.All"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, graph.Options{Permissions: tt.permissions})
			if !tt.record {
				tenant = again(t, s, clock)
				tenant.o.DisabledSinceAttribute = ""
			}
			live(s, "p1", map[string]any{"passwordProfile": map[string]any{"forceChangePasswordNextSignIn": false}})
			subjects, err := tenant.Subjects(t.Context(), tt.op, []string{"p1"})
			if err == nil {
				err = tenant.Operate(t.Context(), tt.op, subjects)[0].Err
			}
			if tt.words == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wants(t, err, directory.ErrDenied, tt.words...)
		})
	}
}

// TestOperateDisturbed: everybody is disabled once and their sessions revoked, whatever happens on the way.
func TestOperateDisturbed(t *testing.T) {
	const people = 50
	for name, tt := range map[string]struct {
		options graph.Options
		faults  []graph.Fault
	}{
		"undisturbed":               {},
		"throttled":                 {faults: []graph.Fault{{Path: "revokeSignInSessions$", Status: 429, RetryAfter: "2.128", Times: 30}}},
		"throttled as a whole":      {faults: []graph.Fault{{Path: `^/\$batch`, Body: "accountEnabled", Status: 429, RetryAfter: "3", Times: 2}}},
		"a batch lost after it":     {faults: []graph.Fault{{Path: `^/\$batch`, Body: "revokeSignInSessions", DropAfter: true, Times: 2}}},
		"out of order for a while":  {faults: []graph.Fault{{Method: "PATCH", Status: 503, Times: 20}}},
		"a small tenant, a big run": {options: graph.Options{Throttle: true, Size: graph.Small}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, clock := open(t, tt.options)
			var refs []string
			for i := range people {
				refs = append(refs, fmt.Sprintf("p%02d", i))
				live(s, refs[i], nil)
			}
			clock.at = clock.at.Add(time.Minute)
			s.ResetStats()
			for _, f := range tt.faults {
				s.Fault(f)
			}
			for i, o := range operate(t, tenant, disable, refs...) {
				u := s.User(refs[i] + "@example.com")
				at, _ := u[attrSessions].(string)
				if revoked, err := directory.ParseMoment(at); o.Err != nil || !o.Changed || u["accountEnabled"] != false || err != nil || revoked.Before(u15(t, u)) {
					t.Errorf("%+v: %v", o, u)
				}
			}
			if n := s.Stats().Requests; name == "undisturbed" && n > 15 {
				t.Errorf("%d requests for %d people", n, people)
			}
		})
	}
}

// u15 is when a user was disabled, as it is recorded.
func u15(t *testing.T, u map[string]any) time.Time {
	t.Helper()
	attributes, _ := u["onPremisesExtensionAttributes"].(map[string]any)
	text, _ := attributes[since15].(string)
	at, err := directory.ParseMoment(text)
	if err != nil {
		t.Error(err)
	}
	return at
}

// TestOperateOneFails: who is refused is named with the cause, and once; everybody else is done.
func TestOperateOneFails(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	var refs []string
	for i := range 30 {
		refs = append(refs, fmt.Sprintf("p%02d", i))
		live(s, refs[i], nil)
	}
	s.Fault(graph.Fault{Method: "PATCH", Path: s.UserID("p07@example.com"), Status: 400, Message: "It is not to be.", Times: -1})
	s.Fault(graph.Fault{Method: "POST", Path: s.UserID("p08@example.com"), Status: 403, Times: -1})
	for i, o := range operate(t, tenant, disable, refs...) {
		u := s.User(refs[i] + "@example.com")
		switch i {
		case 7:
			wants(t, o.Err, directory.ErrInvalid, "p07", "It is not to be")
			if u["accountEnabled"] != true || strings.Contains(o.Err.Error(), "revoke") {
				t.Error(u)
			}
		case 8:
			wants(t, o.Err, directory.ErrDenied, "p08", "revoke sessions", "User.RevokeSessions.All")
			if u["accountEnabled"] != false {
				t.Error(u)
			}
		default:
			if o.Err != nil || u["accountEnabled"] != false {
				t.Errorf("%s: %v", refs[i], o.Err)
			}
		}
	}
}

// TestOperateOnNew: whom this process has created may not show yet, and is waited for.
func TestOperateOnNew(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	id := live(s, "p1", nil)
	tenant.noteMade(id, kindUser)
	s.Delete(id)
	clock.slept = sync.OnceFunc(func() { s.Restore(id) })
	if o := operate(t, tenant, disable, id)[0]; o.Err != nil || s.User(id)["accountEnabled"] != false {
		t.Error(o.Err)
	}
}

// TestOperateInVain: what was accepted and does not show is no success.
func TestOperateInVain(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	live(s, "p1", nil)
	clock.slept = func() { s.Update("p1@example.com", map[string]any{"accountEnabled": true}) }
	s.Fault(graph.Fault{Method: "GET", Path: "^/users/" + s.UserID("p1@example.com"), Skip: 1, Status: 404})
	o := operate(t, tenant, disable, "p1")[0]
	wants(t, o.Err, directory.ErrNotAsWritten, "p1", "accepted")
}

func TestOperateCancelled(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{})
	live(s, "p1", nil)
	subjects, err := tenant.Subjects(t.Context(), disable, []string{"p1"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tenant.Subjects(ctx, disable, []string{"p1"}); !errors.Is(err, context.Canceled) {
		t.Errorf("subjects: %v", err)
	}
	if o := tenant.Operate(ctx, disable, subjects)[0]; !errors.Is(o.Err, context.Canceled) || o.Changed || s.User("p1@example.com")["accountEnabled"] != true || !strings.Contains(o.Err.Error(), "p1") {
		t.Errorf("%+v", o)
	}
}
