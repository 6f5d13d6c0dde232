// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"slices"
	"time"
)

// user is an account as the directory itself has it.
type user struct {
	ID       string // for the life of the object
	Worker   string // the worker id that it carries
	Login    string
	Path     string // where there are containers: the distinguished name
	Display  string
	Title    string
	Dept     string
	Manager  string // object id
	Enabled  bool
	Sessions time.Time // sessions that began before are over; only where sessions outlive the disabling
	Groups   []string  // names, sorted
}

func (u user) equal(v user) bool {
	return slices.Equal(u.Groups, v.Groups) && u.ID == v.ID && u.Worker == v.Worker && u.Login == v.Login && u.Path == v.Path && u.Display == v.Display && u.Title == v.Title && u.Dept == v.Dept &&
		u.Manager == v.Manager && u.Enabled == v.Enabled && u.Sessions.Equal(v.Sessions)
}

// target is a directory that a life is lived against.
type target interface {
	// name is "active_directory" or "entra"; prefix is that of resources and data sources.
	name() string
	prefix() string
	// provider is the configuration of the provider, mapping the rules.
	provider() object
	mapping() object
	// users returns every account that is not deleted, by object id.
	users() map[string]user

	// text returns the first value of an attribute of an account.
	text(id, attribute string) string

	// What somebody does by hand, by object id.
	setEnabled(id string, enabled bool)
	setTitle(id, title string)
	setWorker(id, worker string)
	setDisplay(id, name string)
	setLogin(id, login string)
	rename(id string)
	move(id, unit string)
	remove(id string)
	restore(id string) bool
	join(id, group string)
	leave(id, group string)
	// add makes an account that nobody asked for.
	add(a stranger) string

	// fail lets f decide about every write of the provider; nil ends that.
	fail(f func(write) verdict)
	// cut ends the connections of a process, and with true lets nobody in until it is called with false.
	cut(hang bool)
	close()
}

// stranger is an account that was not made by the provider.
type stranger struct {
	Worker, Login, First, Last string
	Unit                       string
	Enabled                    bool
	Guest                      bool
	Groups                     []string
}

// write is a write that the provider asks for.
type write struct {
	Op   string // "create", "change", "delete", "place" or "member"
	Name string // what names the object at the target
}

// verdict is what happens to it.
type verdict int

const (
	carryOut    verdict = iota
	refuse              // for good
	loseRequest         // the connection breaks before
	loseAnswer          // the connection breaks afterwards
)

// groups exist in every directory, units in those with containers.
var (
	groups = []string{"vpn", "sales", "research", "printers", "guarded"}
	units  = []string{"Staff", "Contractors", "Leavers", "Elsewhere"}
)
