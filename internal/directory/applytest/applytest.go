// SPDX-License-Identifier: MPL-2.0

// Package applytest holds the engines that write accounts to one set of cases, so that the
// same changes come to the same end whatever the directory: who must not sign in cannot, who
// may can, nobody has two accounts, and what somebody else did is not undone.
//
// A package with an engine gives [Run] a [Target]: a directory with the engine in front of it,
// with hands that do what administrators do, and with troubles. Engines may differ only
// where the directories do; [Traits] is the list of those differences. The cases know accounts
// by their documents and never look into an engine.
package applytest

import (
	"context"
	"testing"

	"terraform-provider-workforce/internal/directory"
)

// Engine is what the cases ask of an engine.
type Engine interface {
	Find(ctx context.Context, attribute string, values []string) (map[string][]*directory.Existing, error)
	Read(ctx context.Context, ids map[string]string, attributes []string) (map[string]*directory.Existing, error)
	Render(want directory.Account, have *directory.Existing) directory.Account
	Check(ctx context.Context, changes []directory.Change) error
	Apply(ctx context.Context, changes []directory.Change, o directory.ApplyOptions) []directory.Outcome
	Remove(ctx context.Context, ids map[string]string, mode directory.Removal) []directory.Outcome
}

// Traits say what the cases must know of a directory: what it calls things, and where it
// differs from others.
type Traits struct {
	Format directory.Format
	// Tag begins every worker id and name of the target, so that several targets can be in
	// one directory: at most 8 lower-case letters and digits, the first a letter.
	Tag string
	// WorkerID, Login, Title and Department are attributes: the one that carries worker ids,
	// the one that [Target.Account] puts the name into as it is or before an @, and two that
	// anything may be written to.
	WorkerID, Login, Title, Department string
	// LoginKeepsCase says that a login is written as the rules spell it. It is not where
	// changing a login costs people something: in Microsoft 365 files and registrations
	// hang on it, so that one that differs only in case stays as it is.
	// https://learn.microsoft.com/entra/identity/hybrid/connect/howto-troubleshoot-upn-changes
	LoginKeepsCase bool
}

// User is an account as the directory itself holds it, seen by other eyes than the engine's.
type User struct {
	ID, Worker, Login, Title, Department string
	Manager                              string // object id
	Enabled                              bool
	// Live says that sessions from before the account was disabled still count.
	Live   bool
	Groups int // that it is a direct member of
}

// Target is a directory, or a part of one, that belongs to one case. Deleted accounts can be
// taken into use again: a domain has a recycle bin.
type Target interface {
	Traits() Traits
	// Engine returns the engine as a process has it that has just started. One that is made
	// while a connection is to be cut does not wait long for it to come back.
	Engine(t testing.TB) Engine
	// Account describes an enabled account of a worker who goes by a name.
	Account(worker, name string) directory.Account
	// Call gives the account another name, and Retire the place of people who have left,
	// where accounts have places.
	Call(a *directory.Account, name string)
	Retire(a *directory.Account)

	// Users returns the accounts of the target that are not deleted.
	Users(t testing.TB) []User
	// What somebody does by hand, by object id. An empty value clears.
	Set(t testing.TB, id, attribute, value string)
	Enable(t testing.TB, id string, enabled bool)
	Delete(t testing.TB, id string)
	// Join makes an account a member of a group, Protect of one that protects its members
	// from engines that are made afterwards.
	Join(t testing.TB, id string)
	Protect(t testing.TB, id string)

	// Inject makes writes of engines that are made afterwards fail, until Mend. What it
	// returns tells whether a write has come to that.
	Inject(t testing.TB, trouble Trouble) (met func() bool)
	Mend(t testing.TB)
	// Writes is how many writes engines have asked for so far, and were not kept from.
	Writes() int
}

// Trouble is what happens to writes.
type Trouble struct {
	Fate Fate
	// After is how many writes pass before.
	After int
	// Attribute, if not empty, is what a write must be about to count: an attribute, or [Sessions].
	Attribute string
}

// Sessions in [Trouble.Attribute] is the end of sessions, where that is a write.
const Sessions = "sessions"

// Fate is what happens to a write.
type Fate int

// The fates.
const (
	// Refuse: the directory refuses the write, and all that follow, for what they say.
	Refuse Fate = iota
	// LoseAnswer: the write is carried out, and the connection breaks before the answer. New ones work.
	LoseAnswer
	// CutBefore and CutAfter: the connection breaks before or after the write is carried
	// out, and no other works, as when the process is killed.
	CutBefore
	CutAfter
)

func (f Fate) String() string {
	return [...]string{"refused", "answer lost", "cut before", "cut after"}[f]
}

// Run runs every case, each at a target of its own.
func Run(t *testing.T, open func(t testing.TB) Target) {
	for _, group := range []struct {
		name  string
		cases map[string]func(*scene)
	}{
		{"keys", keyCases}, {"access", accessCases}, {"managers", managerCases}, {"names", nameCases}, {"take-over", takeOverCases},
		{"plan", planCases}, {"protection", protectionCases}, {"end", endCases}, {"return", returnCases}, {"trouble", troubleCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for name, run := range group.cases {
				t.Run(name, func(t *testing.T) { run(newScene(t, open)) })
			}
		})
	}
}
