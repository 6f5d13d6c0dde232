// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestDisturbances: whatever happens on the way, everybody is there in the end,
// once, and each password is delivered once.
func TestDisturbances(t *testing.T) {
	for name, tt := range map[string]struct {
		options graph.Options
		faults  []graph.Fault
	}{
		"nothing":                             {},
		"not found for half a minute":         {options: graph.Options{VisibleAfter: 30 * time.Second}},
		"not found by several reads":          {options: graph.Options{VisibleAfterReads: 5}},
		"batch lost after it was done":        {faults: []graph.Fault{{Path: `^/\$batch`, Body: "passwordProfile", DropAfter: true, Times: 2}}},
		"batch lost before it was done":       {faults: []graph.Fault{{Path: `^/\$batch`, Body: "passwordProfile", Drop: true, Times: 3}}},
		"lost, and not found for a while":     {graph.Options{VisibleAfter: 30 * time.Second}, []graph.Fault{{Path: `^/\$batch`, Body: "passwordProfile", DropAfter: true}}},
		"connection reset in mid-batch":       {faults: []graph.Fault{{Method: "POST", Path: "^/users$", Body: "w0005@", DropAfter: true, Times: 2}}},
		"503 for a while":                     {faults: []graph.Fault{{Method: "POST", Path: "^/users$", Status: 503, Times: 60}}},
		"whole batches 503":                   {faults: []graph.Fault{{Path: `^/\$batch`, Status: 503, Times: 9}}},
		"links lost after they were made":     {faults: []graph.Fault{{Method: "PUT", DropAfter: true, Times: 2}}},
		"a page of a proxy":                   {faults: []graph.Fault{{Path: `^/\$batch`, Garbage: true, Body: "passwordProfile"}}},
		"429 with a fraction":                 {faults: []graph.Fault{{Path: "^/users", Status: 429, RetryAfter: "2.128", Times: 150}}},
		"429 with a date":                     {faults: []graph.Fault{{Path: "^/users", Status: 429, RetryAfter: time.Now().Add(time.Minute).UTC().Format(time.RFC1123), Times: 100}}},
		"429 with a date in GMT":              {faults: []graph.Fault{{Path: "^/users", Status: 429, RetryAfter: time.Now().Add(time.Minute).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"), Times: 100}}},
		"429 without Retry-After":             {faults: []graph.Fault{{Path: "^/users", Status: 429, Times: 150}}},
		"429 of whole batches":                {faults: []graph.Fault{{Path: `^/\$batch`, Status: 429, RetryAfter: "7", Times: 20}}},
		"tokens that end within seconds":      {options: graph.Options{TokenLifetime: time.Second, VisibleAfter: 30 * time.Second}},
		"token refused for some of a batch":   {faults: []graph.Fault{{Method: "POST", Path: "^/users$", Status: 401, Skip: 5, Times: 7}}},
		"token refused for a batch":           {faults: []graph.Fault{{Path: `^/\$batch`, Status: 401, Skip: 1, Times: 1}}},
		"token refused for a link":            {faults: []graph.Fault{{Method: "PUT", Status: 401, Times: 3}}},
		"dates of the tenant when throttled":  {options: graph.Options{Throttle: true, Size: graph.Small, RetryAfter: graph.RetryAtDate}},
		"throttled and slow to show, unnamed": {options: graph.Options{Throttle: true, Size: graph.Small, RetryAfter: graph.RetryUnnamed, VisibleAfter: 20 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, tt.options)
			for _, f := range tt.faults {
				s.Fault(f)
			}
			var mu sync.Mutex
			delivered := map[string]int{}
			people := crowd(45)
			outcomes := tenant.Apply(t.Context(), people, directory.ApplyOptions{Deliver: func(_ context.Context, worker, _, password string) error {
				mu.Lock()
				defer mu.Unlock()
				if delivered[worker]++; len(password) != generatedLength {
					t.Errorf("worker %s: a password of %d characters", worker, len(password))
				}
				return nil
			}})
			allRight(t, s, people, outcomes)
			if len(delivered) != len(people) || slices.Max(slices.Collect(maps.Values(delivered))) != 1 {
				t.Errorf("delivered %v", delivered)
			}
		})
	}
}

// TestThrottled: more writes than the tenant allows at once, whatever way it says how long to wait.
func TestThrottled(t *testing.T) {
	for _, form := range []graph.RetryAfter{graph.RetryInSeconds, graph.RetryInFraction, graph.RetryAtDate, graph.RetryUnnamed} {
		t.Run("named by "+string(form), func(t *testing.T) {
			tenant, s, _ := open(t, graph.Options{Throttle: true, Size: graph.Small, RetryAfter: form, TokenLifetime: 24 * time.Hour})
			people := crowd(1600) // 3,200 writes
			allRight(t, s, people, tenant.Apply(t.Context(), people, directory.ApplyOptions{}))
			if s.Stats().Throttled == 0 {
				t.Error("nothing was throttled")
			}
		})
	}
}

// TestLostForGood: when Graph does not come back, each person fails with what was
// said, and the next run finishes.
func TestLostForGood(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Status: 503, Message: "Out of order.", Times: -1})
	people := crowd(3)
	for _, o := range tenant.Apply(t.Context(), people, directory.ApplyOptions{}) {
		if wants(t, o.Err, nil, "Out of order", "run again"); o.ID != "" {
			t.Errorf("%+v", o)
		}
	}
	s.ClearFaults()
	allRight(t, s, people, again(t, s, clock).Apply(t.Context(), people, directory.ApplyOptions{}))
}

// TestCancelledAfterLoss: a run that is stopped while it does not know what became
// of its creations finds out, so that no user exists that nobody knows of.
func TestCancelledAfterLoss(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	clock.slept = cancel
	s.Fault(graph.Fault{Path: `^/\$batch`, Body: "passwordProfile", DropAfter: true})
	people := []directory.Change{person("w1"), person("w2")}
	for _, o := range tenant.Apply(ctx, people, directory.ApplyOptions{}) {
		if o.ID == "" || o.ID != s.UserID(o.WorkerID+"@example.com") || !o.Created {
			t.Errorf("%+v", o)
		}
	}
}

// TestSomeFail: who is refused, and everybody who has nothing to do with them.
func TestSomeFail(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{ObjectQuota: 18})
	people := crowd(20)
	failed, quota := 0, 0
	for _, o := range tenant.Apply(t.Context(), people, directory.ApplyOptions{}) {
		if o.ID == "" {
			failed++
			wants(t, o.Err, nil, "Directory_QuotaExceeded", "ask Microsoft for a higher quota")
		} else if o.Err != nil { // managed by one of those
			quota++
			wants(t, o.Err, directory.ErrNoManager)
		}
	}
	if failed != 2 || quota > 2 || len(s.Users()) != 18 {
		t.Errorf("%d failed, %d without manager, %d users", failed, quota, len(s.Users()))
	}
}

// TestRefused: each refusal says which person, attribute and cause, and who is in the way.
func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		change directory.Change
		cause  error
		words  []string
	}{
		"unverified domain":        {person("p1", attrPrincipal, "p1@elsewhere.example"), directory.ErrInvalid, []string{`worker "p1"`, "verified domain"}},
		"name of a live user":      {person("p1", attrPrincipal, "Taken@Example.com"), directory.ErrNameTaken, []string{"userPrincipalName", "taken@example.com has it", `employeeId "taken"`}},
		"address of a live user":   {person("p1", attrMail, "box@example.com"), directory.ErrNameTaken, []string{"proxyAddresses", "boxed@example.com has it"}},
		"address of a group":       {person("p1", attrMail, "team@example.com"), directory.ErrNameTaken, []string{"group"}},
		"manager without user":     {person("p1", attrManager, "nobody"), directory.ErrNoManager, []string{attrManager, "nobody"}},
		"manager with two users":   {person("p1", attrManager, "twice"), directory.ErrAmbiguous, []string{"2 users", "twice@example.com", "again@example.com"}},
		"employee id of 17":        {person("p1", attrEmployeeID, "12345678901234567"), directory.ErrInvalid, []string{attrEmployeeID, "16"}},
		"no such object":           {directory.Change{WorkerID: "p1", ID: "00000000-0000-0000-0000-00000000dead", Want: person("p1").Want}, directory.ErrGone, []string{"deleted"}},
		"password too weak":        {func() directory.Change { c := person("p1"); c.Password = "weak-horse"; return c }(), directory.ErrPassword, []string{"complexity"}},
		"a value Graph refuses":    {person("p1", "preferredLanguage", "deutsch und english"), directory.ErrInvalid, []string{"preferredLanguage"}},
		"users that have no group": {person("p1", "departmint", "x"), directory.ErrInvalid, []string{"did you mean department"}},
	} {
		t.Run(name, func(t *testing.T) {
			tenant, s, _ := open(t, graph.Options{})
			live(s, "taken", nil)
			live(s, "boxed", map[string]any{"mail": "box@example.com", "proxyAddresses": []string{"SMTP:box@example.com"}})
			live(s, "twice", nil)
			live(s, "again", map[string]any{"employeeId": "twice"})
			s.AddGroup(map[string]any{"displayName": "Team", "mailNickname": "team", "mailEnabled": true, "groupTypes": []string{"Unified"}})
			outcomes := tenant.Apply(t.Context(), []directory.Change{tt.change, person("bystander", attrManager, "taken")}, directory.ApplyOptions{})
			wants(t, outcomes[0].Err, tt.cause, tt.words...)
			if outcomes[1].Err != nil || s.User("bystander@example.com")["manager"] != s.UserID("taken@example.com") {
				t.Errorf("somebody else: %v", outcomes[1].Err)
			}
		})
	}
}

// TestPlannedTwice: two people of one run who are to have one name.
func TestPlannedTwice(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{VisibleAfter: 30 * time.Second})
	outcomes := tenant.Apply(t.Context(), []directory.Change{person("p1"), person("p2", attrPrincipal, "P1@example.com")}, directory.ApplyOptions{})
	if outcomes[0].Err != nil {
		t.Fatal(outcomes[0].Err)
	}
	wants(t, outcomes[1].Err, directory.ErrNameTaken, "p1@example.com has it", `employeeId "p1"`)
	if n := len(s.Users()); n != 1 {
		t.Errorf("%d users", n)
	}
}

// TestOnePermissionMissing: nothing fails but what needs the permission, which is named.
func TestOnePermissionMissing(t *testing.T) {
	security := securityPrefix + "Staff/badge"
	for name, tt := range map[string]struct {
		lacks   string
		change  directory.Change
		present bool
	}{
		"leave date":         {"User-LifeCycleInfo.ReadWrite.All", person("p1", "department", "Sales", "employeeLeaveDateTime", "2027-01-31"), false},
		"security attribute": {"CustomSecAttributeAssignment.ReadWrite.All", person("p1", "department", "Sales", security, "7"), false},
		"password": {"User-PasswordProfile.ReadWrite.All", func() directory.Change {
			c := person("p1", "department", "Sales")
			c.Password = "Second-horse-8-battery"
			return c
		}(), true},
	} {
		t.Run(name, func(t *testing.T) {
			has := slices.DeleteFunc(slices.Clone(graph.DefaultPermissions), func(p string) bool { return p == tt.lacks })
			tenant, s, _ := open(t, graph.Options{Permissions: has})
			s.AddSecurityAttribute("Staff", "badge", "String")
			if tt.present {
				tt.change.ID = live(s, "p1", nil)
			}
			o := one(t, tenant, tt.change)
			wants(t, o.Err, directory.ErrDenied, tt.lacks)
			if u := s.User("p1@example.com"); u == nil || u["department"] != "Sales" || o.ID != u["id"] || u["accountEnabled"] != tt.change.Want.Enabled {
				t.Errorf("the rest was not written: %v", u)
			}
		})
	}
}

// TestReadPermissionMissing: the property that cannot be read is named with its permission.
func TestReadPermissionMissing(t *testing.T) {
	tenant, s, _ := open(t, graph.Options{Permissions: []string{"User.ReadWrite.All"}})
	id := live(s, "p1", nil)
	_, err := tenant.Read(t.Context(), map[string]string{"p1": id}, []string{"employeeLeaveDateTime"})
	wants(t, err, directory.ErrDenied, "User-LifeCycleInfo.Read.All (for employeeLeaveDateTime)", "out of the mapping")
}
