// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/memdir"
)

// domain is an Active Directory domain in memory.
type domain struct {
	server *memdir.Server
	groups map[string]string // object ids by name
}

func unit(name string) string { return "OU=" + name + "," + memdir.Base }

func newDomain(clock func() time.Time) *domain {
	var containers []string
	for _, name := range units {
		containers = append(containers, unit(name))
	}
	s, err := memdir.Start(containers...)
	must(err)
	s.SetClock(clock)
	s.EnableRecycleBin()
	d := &domain{server: s, groups: map[string]string{}}
	for _, g := range groups {
		d.groups[g] = s.PutGroup("CN="+g+",CN=Users,"+memdir.Base, g)
	}
	return d
}

func (d *domain) name() string   { return "active_directory" }
func (d *domain) prefix() string { return "ad" }
func (d *domain) close()         { d.server.Close() }

func (d *domain) provider() object {
	return object{"active_directory": object{"urls": []string{d.server.URL()}, "ca_certificate_pem": d.server.CAPEM(), "username": "admin", "password": "made up, opens nothing", "connections": 2,
		"protect": object{"groups": []string{"guarded"}}}}
}

func (d *domain) mapping() object {
	return object{
		"target": "active_directory",
		"match":  []object{{"source": "worker_id", "target": "employeeID"}},
		"expressions": object{
			"name":  `Join(" ", [FirstName], [LastName])`,
			"login": `Replace(ToLower(Transliterate(Join(".", [FirstName], [LastName]))), , "[^a-z0-9.]", , "", , )`,
		},
		"attributes": object{
			"employeeID": object{"source": "worker_id"}, "givenName": object{"source": "FirstName"}, "sn": object{"source": "LastName"}, "displayName": object{"expression": `Use("name")`},
			"cn":                object{"expression": `SelectUniqueValue(Use("name"), Join(" ", Use("name"), Counter()))`, "apply": "on_create"},
			"sAMAccountName":    object{"expression": `SelectUniqueValue(Left(Use("login"), 20), Join("", Left(Use("login"), 16), Counter()))`, "apply": "on_create"},
			"userPrincipalName": object{"expression": `SelectUniqueValue(Join("@", Use("login"), "corp.example.com"), Join("", Use("login"), Counter(), "@corp.example.com"))`, "apply": "on_create"},
			"title":             object{"source": "JobTitle", "when_null": "clear"},
			"department":        object{"source": "Department", "when_null": "clear"},
			"manager":           object{"source": "manager_id", "when_null": "clear"},
		},
		"container": `Switch([worker_type], "` + unit("Staff") + `", "Contractor", "` + unit("Contractors") + `")`,
		"worker_lifecycle": object{"prehire_days": windowDays, "leaver_groups": "remove", "leaver_container": `"` + unit("Leavers") + `"`,
			"retention_days": 30},
	}
}

func (d *domain) users() map[string]user {
	out := map[string]user{}
	for _, o := range d.server.Users() {
		u := user{ID: o.ID, Worker: o.First("employeeID"), Login: o.First("sAMAccountName"), Path: o.DN, Display: o.First("displayName"), Title: o.First("title"), Dept: o.First("department"),
			Manager: o.Manager, Enabled: !o.Disabled}
		u.Groups = append(u.Groups, o.Groups...)
		slices.Sort(u.Groups)
		out[u.ID] = u
	}
	return out
}

func (d *domain) text(id, attribute string) string {
	for _, o := range d.server.Users() {
		if o.ID == id {
			return o.First(attribute)
		}
	}
	return ""
}

func (d *domain) setEnabled(id string, enabled bool) { d.server.Enable(id, enabled) }

func (d *domain) setTitle(id, title string)   { d.server.Set(id, "title", title) }
func (d *domain) setWorker(id, worker string) { d.server.Set(id, "employeeID", worker) }
func (d *domain) setDisplay(id, name string)  { d.server.Set(id, "displayName", name) }
func (d *domain) setLogin(id, login string)   { d.server.Set(id, "sAMAccountName", login) }
func (d *domain) move(id, to string)          { d.server.Place(id, "", unit(to)) }
func (d *domain) remove(id string)            { d.server.Remove(id) }
func (d *domain) restore(id string) bool      { return d.server.Restore(id) }
func (d *domain) join(id, group string)       { d.server.Join(d.groups[group], id) }
func (d *domain) leave(id, group string)      { d.server.Leave(d.groups[group], id) }
func (d *domain) rename(id string)            { d.server.Place(id, "CN=By hand "+id[len(id)-4:], "") }

func (d *domain) add(a stranger) string {
	control := "514"
	if a.Enabled {
		control = "512"
	}
	attrs := map[string]string{"sAMAccountName": a.Login, "userPrincipalName": a.Login + "@corp.example.com", "displayName": a.First + " " + a.Last, "givenName": a.First, "sn": a.Last, "userAccountControl": control}
	if a.Worker != "" {
		attrs["employeeID"] = a.Worker
	}
	where := a.Unit
	if where == "" {
		where = "Staff"
	}
	id := d.server.PutUser("CN="+a.First+" "+a.Last+","+unit(where), attrs)
	for _, g := range a.Groups {
		d.join(id, g)
	}
	return id
}

func (d *domain) fail(f func(write) verdict) {
	if f == nil {
		d.server.Intercept(nil)
		return
	}
	ops := map[string]string{"add": "create", "modify": "change", "delete": "delete", "rename": "place"}
	d.server.Intercept(func(r memdir.Request) memdir.Verdict {
		w := write{Op: ops[r.Op], Name: r.DN}
		if slices.ContainsFunc(r.Attributes, func(a string) bool { return strings.EqualFold(a, "member") }) {
			w.Op = "member"
		}
		switch f(w) {
		case refuse:
			return memdir.Verdict{Code: 50, Undone: true} // insufficientAccessRights
		case loseRequest:
			return memdir.Verdict{Undone: true, Lost: true}
		case loseAnswer:
			return memdir.Verdict{Lost: true}
		}
		return memdir.Verdict{}
	})
}

func (d *domain) cut(hang bool) {
	d.server.Hang(hang)
	if !hang {
		d.server.Disconnect()
	}
}

// server is the directory behind an estate, for what only Active Directory has.
func (e *estate) server() *memdir.Server { return e.target.(*domain).server }
