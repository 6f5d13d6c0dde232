// SPDX-License-Identifier: MPL-2.0

package activedirectory_test

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// flagged is the document of a user with further attributes.
func flagged(enabled bool, more map[string]directory.Value) directory.Account {
	a := directory.Account{Container: staff, Enabled: enabled, Attributes: map[string]directory.Value{
		"cn": {"Person zoe"}, "sAMAccountName": {"zoe"}, "employeeID": {"1001"}, "displayName": {"Person zoe"},
	}}
	if !enabled {
		a.DisabledFor = directory.ForLeft
	}
	maps.Copy(a.Attributes, more)
	return a
}

// control is the userAccountControl of an account.
func (c *company) control(t *testing.T, id string) int {
	t.Helper()
	for _, u := range c.Server.Users() {
		if u.ID == id {
			n, err := strconv.Atoi(u.First("userAccountControl"))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("no account %s", id)
	return 0
}

// apply carries out what an account is to be, and returns it.
func (c *company) apply(t *testing.T, id string, want directory.Account) directory.Outcome {
	t.Helper()
	return c.Apply(t.Context(), []directory.Change{{WorkerID: "1001", ID: id, Want: want}}, directory.ApplyOptions{})[0]
}

const (
	expiresNot, smartcard, trusted, notDelegated, disabled, normal = 0x10000, 0x40000, 0x80000, 0x100000, 2, 512
)

// Flags are written bit by bit: no other bit, and above all not ACCOUNTDISABLE, changes with them.
func TestFlags(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	out := c.apply(t, "", flagged(true, map[string]directory.Value{activedirectory.FlagPasswordNeverExpires: {"TRUE"}}))
	if out.Err != nil || c.control(t, out.ID) != normal|expiresNot {
		t.Fatalf("%v, %#x", out.Err, c.control(t, out.ID))
	}
	id := out.ID
	const foreign = 0x400000 // no preauthentication: somebody else's business
	c.Set(id, "userAccountControl", strconv.Itoa(normal|expiresNot|foreign|disabled))
	for _, step := range []struct {
		enabled bool
		flags   map[string]directory.Value
		want    int
	}{
		{false, map[string]directory.Value{"SMARTCARDLOGONREQUIRED": {"TRUE"}}, normal | expiresNot | foreign | smartcard | disabled},
		{true, map[string]directory.Value{"passwordNeverExpires": {}}, normal | foreign | smartcard},
		{true, map[string]directory.Value{"smartcardLogonRequired": {"FALSE"}, "accountNotDelegated": {"TRUE"},
			"trustedForDelegation": {"TRUE"}}, normal | foreign | notDelegated | trusted},
		{false, nil, normal | foreign | notDelegated | trusted | disabled},
		{true, map[string]directory.Value{"trustedForDelegation": {"FALSE"}}, normal | foreign | notDelegated},
		{true, map[string]directory.Value{"userAccountControl": {"66048"}, "passwordNeverExpires": {"TRUE"}}, normal | expiresNot},
	} {
		out := c.apply(t, id, flagged(step.enabled, step.flags))
		if out.Err != nil || c.control(t, id) != step.want {
			t.Errorf("%v: %v, %#x, expected %#x", step, out.Err, c.control(t, id), step.want)
		}
		before := c.Modifies.Load()
		if out := c.apply(t, id, flagged(step.enabled, step.flags)); out.Err != nil || c.Modifies.Load() != before {
			t.Errorf("%v: the second run writes: %v", step, out.Err)
		}
	}
	found, err := c.Read(t.Context(), map[string]string{"1001": id}, activedirectory.Flags)
	if err != nil {
		t.Fatal(err)
	}
	have := found["1001"].Account.Attributes
	if have["passwordNeverExpires"].Text() != "TRUE" || have["smartcardLogonRequired"].Text() != "FALSE" ||
		have["accountNotDelegated"].Text() != "FALSE" {
		t.Errorf("%v", have)
	}
}

func TestFlagsThatCannotBe(t *testing.T) {
	for says, more := range map[string]map[string]directory.Value{
		"userAccountControl in the same document, 512, says false": {"userAccountControl": {"512"}, "passwordNeverExpires": {"TRUE"}},
		"passwordNeverExpires":                {"passwordNeverExpires": {"yes"}},
		"did you mean smartcardLogonRequired": {"smartcardLogonRequred": {"TRUE"}},
	} {
		if err := activedirectory.CheckAccount(flagged(true, more), nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v", more, err)
		}
	}
	c := newCompany(t, activedirectory.Options{})
	if found, err := c.Find(t.Context(), "passwordNeverExpires", []string{"TRUE"}); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}

// A flag that the directory refuses keeps nobody in, and nobody out.
func TestRefusedFlags(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	out := c.apply(t, "", flagged(false, nil))
	if out.Err != nil {
		t.Fatal(out.Err)
	}
	c.Intercept(func(r memdir.Request) memdir.Verdict {
		for name, values := range r.Values {
			if n, _ := strconv.Atoi(strings.Join(values, "")); strings.EqualFold(name, "userAccountControl") && n&trusted != 0 {
				return memdir.Verdict{Code: 50, Undone: true}
			}
		}
		return memdir.Verdict{}
	})
	more := map[string]directory.Value{"trustedForDelegation": {"TRUE"}, "accountNotDelegated": {"TRUE"}}
	id := out.ID
	for _, enabled := range []bool{true, false} {
		got := c.apply(t, id, flagged(enabled, more))
		if got.Err == nil || !strings.Contains(got.Err.Error(), "trustedForDelegation") ||
			strings.Contains(got.Err.Error(), "accountNotDelegated") {
			t.Errorf("enabled %t: %v", enabled, got.Err)
		}
		if have := c.control(t, id); have&disabled == 0 != enabled || have&notDelegated == 0 {
			t.Errorf("%#x, expected enabled to be %t and the other flag to be set", have, enabled)
		}
	}
	more["passwordNeverExpires"] = directory.Value{"TRUE"}
	joiner := flagged(true, more)
	joiner.Attributes["cn"], joiner.Attributes["sAMAccountName"] = directory.Value{"Person ann"}, directory.Value{"ann"}
	joiner.Attributes["employeeID"] = directory.Value{"1002"}
	got := c.Apply(t.Context(), []directory.Change{{WorkerID: "1002", Want: joiner}}, directory.ApplyOptions{})[0]
	if !got.Created || got.Err == nil || strings.Count(got.Err.Error(), "worker") != 1 ||
		!strings.Contains(got.Err.Error(), "trustedForDelegation") {
		t.Fatalf("%+v", got)
	}
	if have := c.control(t, got.ID); have != normal|expiresNot|notDelegated {
		t.Errorf("the joiner has %#x", have)
	}
}

func TestFlagsOfTheSchema(t *testing.T) {
	c := newCompany(t, activedirectory.Options{})
	live, err := c.Schema(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []*directory.Schema{live, activedirectory.StandardSchema()} {
		for _, name := range activedirectory.Flags {
			if kind, ok := schema.Lookup(name); !ok || kind.Syntax != directory.Boolean || kind.ReadOnly {
				t.Errorf("%s: %+v, %t", name, kind, ok)
			}
		}
	}
	if !slices.IsSorted(activedirectory.Flags) {
		t.Error("not in order")
	}
}
