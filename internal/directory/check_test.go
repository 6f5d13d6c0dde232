// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// memory is a directory of a few objects that counts questions.
type memory struct {
	objects    []*Existing
	containers []string
	questions  int
}

func (m *memory) Find(_ context.Context, attribute string, values []string) (map[string][]*Existing, error) {
	m.questions++
	found := map[string][]*Existing{}
	for _, o := range m.objects {
		for _, v := range values {
			if Fold(o.Account.Attributes[attribute].Text()) == Fold(v) {
				found[Fold(v)] = append(found[Fold(v)], o)
			}
		}
	}
	return found, nil
}

func (m *memory) Owned(context.Context) ([]*Existing, error) { return nil, nil }

func (m *memory) MissingContainers(_ context.Context, containers []string) ([]string, error) {
	m.questions++
	var missing []string
	for _, c := range containers {
		if !strings.Contains(strings.Join(m.containers, "|"), c) {
			missing = append(missing, c)
		}
	}
	return missing, nil
}

func (m *memory) Schema(context.Context) (*Schema, error)    { m.questions++; return NewSchema(), nil }
func (m *memory) Suffixes(context.Context) ([]string, error) { return nil, nil }

func account(container, cn, login string) Account {
	return Account{Container: container, Enabled: true, Attributes: map[string]Value{"cn": {cn}, "uid": {login}}}
}

func gone(a Account) Account {
	a.Deleted, a.Enabled = true, false
	return a
}

func released(a Account) Account {
	a.Released = true
	return a
}

func TestProposal(t *testing.T) {
	held := func(id, container, cn, login string) *Existing {
		return &Existing{ID: id, Path: "CN=" + cn + "," + container, Class: "user", Account: account(container, cn, login)}
	}
	for name, c := range map[string]struct {
		accounts map[string]Account
		changed  []string
		ids      map[string]string
		want     []string // none: nothing is wrong
	}{
		"new":                               {map[string]Account{"1": account("OU=a", "Ann", "ann")}, []string{"1"}, nil, nil},
		"login taken":                       {map[string]Account{"1": account("OU=a", "Ann", "BOB")}, []string{"1"}, nil, []string{`worker "1": uid "BOB" is taken by user CN=Bob,OU=b`}},
		"its own login":                     {map[string]Account{"1": account("OU=b", "Bob", "bob")}, []string{"1"}, map[string]string{"1": "g-bob"}, nil},
		"cn taken elsewhere":                {map[string]Account{"1": account("OU=a", "Bob", "ann")}, []string{"1"}, nil, nil},
		"cn taken in the container":         {map[string]Account{"1": account("OU=B", "bob", "ann")}, []string{"1"}, nil, []string{`cn "bob" is taken`}},
		"the container in another spelling": {map[string]Account{"1": account(`ou=B\2bC, dc=x`, "ann", "ann")}, []string{"1"}, nil, []string{`cn "ann" is taken`}},
		"two of a cn, one spelling each":    {map[string]Account{"1": account(`OU=c\+d`, "A", "x"), "2": account(`OU=c\2Bd`, "a", "y")}, []string{"1", "2"}, nil, []string{`cn "A" would be shared`}},
		"two people, one login":             {map[string]Account{"1": account("OU=a", "A", "x"), "2": account("OU=a", "B", "X")}, []string{"1", "2"}, nil, []string{`uid "x" would be shared by the workers "1", "2"`}},
		"handed over in one run":            {map[string]Account{"1": account("OU=b", "Bob", "robert"), "2": account("OU=a", "New", "bob")}, []string{"1", "2"}, map[string]string{"1": "g-bob"}, nil},
		"not handed over":                   {map[string]Account{"1": account("OU=b", "Bob", "bob"), "2": account("OU=a", "New", "bob")}, []string{"2"}, map[string]string{"1": "g-bob"}, []string{`would be shared`}},
		"missing container":                 {map[string]Account{"1": account("OU=z", "A", "x"), "2": account("OU=z", "B", "y")}, []string{"1", "2"}, nil, []string{`container "OU=z" does not exist, and 2 accounts`}},
		"invalid":                           {map[string]Account{"1": account("OU=a", "invalid", "x")}, []string{"1"}, nil, []string{`worker "1": no good`}},
		"deleted and released":              {map[string]Account{"1": gone(account("OU=z", "invalid", "x")), "2": released(account("OU=z", "invalid", "y"))}, []string{"1", "2"}, nil, nil},
		"the name of one who is deleted":    {map[string]Account{"1": gone(account("OU=b", "Bob", "bob")), "2": account("OU=a", "New", "bob")}, []string{"1", "2"}, map[string]string{"1": "g-bob"}, nil},
		"nothing changed":                   {map[string]Account{"1": account("OU=z", "invalid", "bob")}, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := &memory{objects: []*Existing{held("g-bob", "OU=b", "Bob", "bob"), held("g-ann", `OU=B\+C,DC=x`, "Ann", "annie")}, containers: []string{"OU=a", "OU=b", "OU=B", `OU=c\+d`, `OU=c\2Bd`, `ou=B\2bC, dc=x`}}
			valid := func(a Account, _ *Schema) error {
				if a.Attributes["cn"].Text() == "invalid" {
					return errors.New("no good")
				}
				return nil
			}
			err := Proposal{Format: format, Valid: valid, Accounts: c.accounts, Changed: c.changed, IDs: c.ids}.Check(t.Context(), d)
			if (err == nil) != (len(c.want) == 0) {
				t.Fatalf("got %v, expected %q", err, c.want)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("error %q lacks %q", err, w)
				}
			}
			if d.questions > 4 {
				t.Errorf("%d questions for %d accounts", d.questions, len(c.accounts))
			}
		})
	}
}
