// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// tenant is a Microsoft Entra tenant in memory.
type tenant struct {
	server *graph.Server
	groups map[string]string // object ids by name
}

const record = "onPremisesExtensionAttributes/extensionAttribute15"

func newTenant(clock func() time.Time) *tenant {
	s, err := graph.Start(graph.Options{Clock: clock})
	must(err)
	t := &tenant{server: s, groups: map[string]string{}}
	for _, g := range groups {
		t.groups[g] = s.AddGroup(map[string]any{"displayName": g, "mailNickname": "group-" + g})
	}
	return t
}

func (t *tenant) name() string   { return "entra" }
func (t *tenant) prefix() string { return "entra" }
func (t *tenant) close()         { t.server.Close() }

func (t *tenant) provider() object {
	return object{"entra": object{"tenant_id": t.server.TenantID(), "client_id": t.server.ClientID(), "client_secret": t.server.ClientSecret(), "graph_endpoint": t.server.URL(), "authority_host": t.server.URL(),
		"ca_certificate_pem": string(t.server.CAPEM()), "disabled_since_attribute": record, "removed_groups_attributes": []string{"onPremisesExtensionAttributes/extensionAttribute14"},
		"connections": 2, "protect": object{"groups": []string{"guarded"}}}}
}

func (t *tenant) mapping() object {
	return object{
		"target": "entra",
		"match":  []object{{"source": "worker_id", "target": "employeeId"}},
		"expressions": object{
			"name":  `Join(" ", [FirstName], [LastName])`,
			"login": `Replace(ToLower(Transliterate(Join(".", [FirstName], [LastName]))), , "[^a-z0-9.]", , "", , )`,
		},
		"attributes": object{
			"employeeId": object{"source": "worker_id"}, "givenName": object{"source": "FirstName"}, "surname": object{"source": "LastName"}, "displayName": object{"expression": `Use("name")`},
			"userPrincipalName": object{"expression": `SelectUniqueValue(Join("@", Use("login"), "example.com"), Join("", Use("login"), Counter(), "@example.com"))`, "apply": "on_create"},
			"mailNickname":      object{"expression": `SelectUniqueValue(Use("login"), Join("", Use("login"), Counter()))`, "apply": "on_create"},
			"jobTitle":          object{"source": "JobTitle", "when_null": "clear"},
			"department":        object{"source": "Department", "when_null": "clear"},
			"manager":           object{"source": "manager_id", "when_null": "clear"},
		},
		"worker_lifecycle": object{"prehire_days": windowDays, "leaver_groups": "remove", "retention_days": 30},
	}
}

func (t *tenant) users() map[string]user {
	out := map[string]user{}
	for _, p := range t.server.Users() {
		text := func(name string) string { v, _ := p[name].(string); return v }
		u := user{ID: text("id"), Worker: text("employeeId"), Login: text("userPrincipalName"), Display: text("displayName"), Title: text("jobTitle"), Dept: text("department"), Manager: text("manager")}
		u.Enabled, _ = p["accountEnabled"].(bool)
		u.Sessions, _ = time.Parse(time.RFC3339, text("signInSessionsValidFromDateTime"))
		out[u.ID] = u
	}
	for name, id := range t.groups {
		members, _ := t.server.Group(id)["members"].([]string)
		for _, m := range members {
			if u, live := out[m]; live {
				u.Groups = append(u.Groups, name)
				slices.Sort(u.Groups)
				out[m] = u
			}
		}
	}
	return out
}

func (t *tenant) text(id, attribute string) string {
	switch v := t.server.User(id)[attribute].(type) {
	case string:
		return v
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}

func (t *tenant) set(id, name string, v any) {
	if v == "" {
		v = nil
	}
	t.server.Update(id, map[string]any{name: v})
}

func (t *tenant) setEnabled(id string, enabled bool) { t.set(id, "accountEnabled", enabled) }
func (t *tenant) setTitle(id, title string)          { t.set(id, "jobTitle", title) }
func (t *tenant) setWorker(id, worker string)        { t.set(id, "employeeId", worker) }
func (t *tenant) setDisplay(id, name string)         { t.set(id, "displayName", name) }
func (t *tenant) rename(id string)                   { t.set(id, "userPrincipalName", "by.hand."+id[:4]+"@example.com") }
func (t *tenant) setLogin(id, login string)          { t.set(id, "userPrincipalName", login+"@example.com") }
func (t *tenant) move(string, string)                {}
func (t *tenant) remove(id string)                   { t.server.Delete(id) }

func (t *tenant) restore(id string) bool {
	for _, u := range t.server.DeletedUsers() {
		if u["id"] == id {
			t.server.Restore(id)
			return true
		}
	}
	return false
}

func (t *tenant) join(id, group string) {
	if !slices.Contains(t.users()[id].Groups, group) {
		t.server.AddMembers(t.groups[group], id)
	}
}

func (t *tenant) leave(id, group string) { t.server.RemoveMembers(t.groups[group], id) }

func (t *tenant) add(a stranger) string {
	props := map[string]any{"userPrincipalName": a.Login + "@example.com", "mailNickname": a.Login, "displayName": a.First + " " + a.Last, "givenName": a.First, "surname": a.Last, "accountEnabled": a.Enabled,
		"signInSessionsValidFromDateTime": "2025-01-01T00:00:00Z"}
	if a.Worker != "" {
		props["employeeId"] = a.Worker
	}
	if a.Guest {
		props["userPrincipalName"], props["userType"] = a.Login+"_partner.example#EXT#@example.onmicrosoft.com", "Guest"
	}
	id := t.server.AddUser(props)
	for _, g := range a.Groups {
		t.join(id, g)
	}
	return id
}

func (t *tenant) fail(f func(write) verdict) {
	if f == nil {
		t.server.Intercept(nil)
		return
	}
	named := t.namesNow()
	t.server.Intercept(func(method, path string) graph.Fate {
		w := write{Op: "change", Name: named(path)}
		switch {
		case strings.Contains(path, "/members"):
			w.Op = "member"
		case method == "POST" && path == "/users":
			w.Op = "create"
		case method == "DELETE":
			w.Op = "delete"
		}
		return map[verdict]graph.Fate{carryOut: graph.CarryOut, refuse: graph.Refuse, loseRequest: graph.LoseRequest, loseAnswer: graph.LoseAnswer}[f(w)]
	})
}

// objectID is how Microsoft Graph writes the id of an object.
var objectID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// namesNow names the objects of a path as people do: groups by their names, users by worker id and login. Object
// ids are other ones in every life, and the same seed gives the same life. Users whom a run makes are named alike.
func (t *tenant) namesNow() func(path string) string {
	now := map[string]string{}
	for name, id := range t.groups {
		now[id] = name
	}
	for id, u := range t.users() {
		now[id] = u.Worker + u.Login
	}
	return func(path string) string {
		return objectID.ReplaceAllStringFunc(path, func(id string) string { return now[id] })
	}
}

func (t *tenant) cut(hang bool) { t.server.Hang(hang) }
