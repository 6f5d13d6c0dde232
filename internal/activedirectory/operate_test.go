// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

const (
	disable = directory.OperationDisable
	enable  = directory.OperationEnable
	unlock  = directory.OperationUnlock
	require = directory.OperationRequirePasswordChange
)

// operate does something to accounts that must all be found, and returns the outcomes.
func operate(t *testing.T, d *Domain, op directory.Operation, refs ...string) []directory.Outcome {
	t.Helper()
	subjects, err := d.Subjects(t.Context(), op, refs)
	if err != nil || len(subjects) != len(refs) {
		t.Fatalf("%s: %d subjects of %d, %v", op, len(subjects), len(refs), err)
	}
	return d.Operate(t.Context(), op, subjects)
}

// does checks that an operation on person 0 succeeds, changes something or nothing, and leaves an attribute as it is to be.
func (l *lab) does(t *testing.T, op directory.Operation, changed bool, attribute, want string) {
	t.Helper()
	o := operate(t, l.Domain, op, l.id(0))[0]
	if have := l.entry(t, l.id(0), attribute).Get(attribute); o.Err != nil || o.Changed != changed || have != want {
		t.Errorf("%s: %v, changed %t, %s is %q; expected %t, %q", op, o.Err, o.Changed, attribute, have, changed, want)
	}
}

func (l *lab) modify(t *testing.T, ldif string) {
	t.Helper()
	if err := l.dc.Modify(t.Context(), ldif); err != nil {
		t.Fatal(err)
	}
}

// replace changes one attribute of person n by hand.
func (l *lab) replace(t *testing.T, n int, attribute, value string) {
	t.Helper()
	l.modify(t, fmt.Sprintf("dn: %s\nchangetype: modify\nreplace: %s\n%s: %s\n", l.entry(t, l.id(n)).DN, attribute, attribute, value))
}

// staff makes accounts 0 … n-1, enabled, with passwords that need not be changed.
func (l *lab) staff(t *testing.T, n int) []string {
	t.Helper()
	var changes []directory.Change
	var ids []string
	for i := range n {
		changes, ids = append(changes, l.person(i)), append(ids, l.id(i))
	}
	apply(t, l.Domain, directory.ApplyOptions{KeepPassword: true}, changes...)
	return ids
}

func TestOperations(t *testing.T) {
	l := newLab(t, Options{})
	l.staff(t, 1)
	began := time.Now().Add(-time.Second)
	l.does(t, disable, true, attrControl, "514")
	l.does(t, disable, false, attrControl, "514")
	id := l.entry(t, l.id(0))
	guid, err := formatGUID([]byte(id.Get("objectGUID")))
	if err != nil {
		t.Fatal(err)
	}
	// The clock of the leavers' ladder starts with it.
	since, err := l.DisabledSince(t.Context(), map[string]string{"x": guid})
	if err != nil || since["x"].Before(began.Truncate(time.Second)) {
		t.Errorf("disabled since %v, %v", since, err)
	}
	l.does(t, enable, true, attrControl, "512")
	l.does(t, enable, false, attrControl, "512")
	l.does(t, require, true, attrPasswordSet, "0")
	l.does(t, require, false, attrPasswordSet, "0")
	l.does(t, unlock, false, attrLockout, "")
}

// TestUnlock locks an account out with wrong passwords, under a policy of its own.
func TestUnlock(t *testing.T) {
	l := newLab(t, Options{})
	l.staff(t, 1)
	const password = "Right-Enough-2026!"
	dn := "CN=Locked " + l.tag + "," + l.ou
	if err := l.dc.CreateUser(t.Context(), dn, password, map[string][]string{"sAMAccountName": {"locked" + l.tag}}); err != nil {
		t.Fatal(err)
	}
	policy := "CN=lock-" + l.tag + ",CN=Password Settings Container,CN=System," + l.dc.BaseDN()
	l.modify(t, "dn: "+policy+"\nobjectClass: msDS-PasswordSettings\nmsDS-PasswordSettingsPrecedence: 10\nmsDS-PasswordReversibleEncryptionEnabled: FALSE\nmsDS-PasswordHistoryLength: 0\n"+
		"msDS-PasswordComplexityEnabled: FALSE\nmsDS-MinimumPasswordLength: 0\nmsDS-MinimumPasswordAge: 0\nmsDS-MaximumPasswordAge: -9223372036854775808\nmsDS-LockoutThreshold: 2\n"+
		"msDS-LockoutObservationWindow: -18000000000\nmsDS-LockoutDuration: -18000000000\nmsDS-PSOAppliesTo: "+dn+"\n")
	t.Cleanup(func() {
		if err := l.dc.Delete(context.WithoutCancel(t.Context()), policy); err != nil {
			t.Error(err)
		}
	})
	for range 3 {
		if l.dc.Bind(t.Context(), dn, "wrong") == nil {
			t.Fatal("a wrong password was accepted")
		}
	}
	if err := l.dc.Bind(t.Context(), dn, password); err == nil {
		t.Fatal("the account is not locked")
	}
	if o := operate(t, l.Domain, unlock, "locked"+l.tag)[0]; o.Err != nil || !o.Changed {
		t.Errorf("%+v", o)
	}
	if err := l.dc.Bind(t.Context(), dn, password); err != nil {
		t.Error("after unlocking: ", err)
	}
}

// TestOperationsRefused: what is refused before anything is written, and that the others are found all the same.
func TestOperationsRefused(t *testing.T) {
	l := newLab(t, Options{})
	l.staff(t, 9)
	l.replace(t, 1, attrControl, "66048")
	l.replace(t, 2, attrControl, "262656")
	l.replace(t, 3, attrAdminCount, "1")
	l.dsaclOn(t, l.entry(t, l.id(8)).DN, "(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;WD)")
	l.replace(t, 5, "employeeID", l.id(4))
	l.replace(t, 7, "employeeID", l.id(6)) // who is a login of another
	l.modify(t, "dn: CN=Group "+l.tag+","+l.ou+"\nobjectClass: group\nsAMAccountName: group"+l.tag+"\n")
	l.must(t, set(directory.Change{WorkerID: l.id(9), Want: func() directory.Account { c := l.person(9); c.Want.Enabled = false; return c.Want }()}))
	for name, tt := range map[string]struct {
		op    directory.Operation
		ref   string
		cause error
		words []string
	}{
		"nobody":                   {disable, "nobody-" + l.tag, nil, []string{"no account is", "nobody-" + l.tag, "expected an objectGUID"}},
		"nobody by GUID":           {disable, "12345678-1234-1234-1234-123456789012", nil, []string{"no account is", "12345678"}},
		"a worker id twice":        {disable, "employeeID=" + l.id(4), directory.ErrAmbiguous, []string{"2 accounts", "Person " + l.id(4), "Person " + l.id(5), "objectGUID"}},
		"a login and a worker id":  {disable, l.id(6), directory.ErrAmbiguous, []string{"2 accounts", "Person " + l.id(7)}},
		"a group":                  {disable, "group" + l.tag, nil, []string{"a group", "expected a user"}},
		"protected":                {disable, l.id(3), directory.ErrProtected, []string{l.id(3), "adminCount"}},
		"password never expires":   {require, l.id(1), nil, []string{"never expires", "0x10000"}},
		"smart card":               {require, l.id(2), nil, []string{"smart card", "0x40000"}},
		"password must not change": {require, l.id(8), nil, []string{"User cannot change password"}},
		"never had a password":     {enable, l.id(9), nil, []string{"never had a password"}},
		"sessions":                 {directory.OperationRevokeSessions, l.id(0), directory.ErrInvalid, []string{"no way to revoke sessions"}},
	} {
		t.Run(name, func(t *testing.T) {
			subjects, err := l.Subjects(t.Context(), tt.op, []string{tt.ref, l.id(0)})
			if len(subjects) > 1 || len(subjects) == 0 && tt.op != directory.OperationRevokeSessions {
				t.Errorf("subjects %+v", subjects)
			}
			mustFail(t, directory.Outcome{Err: err}, tt.cause, tt.words...)
		})
	}
	// Whatever way somebody is named, they count once.
	e := l.entry(t, l.id(0))
	guid, err := formatGUID([]byte(e.Get("objectGUID")))
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := l.Subjects(t.Context(), disable, []string{l.id(0), guid, e.DN, `CORP\` + l.id(0),
		strings.ToUpper(l.id(0)) + "@" + l.dc.Realm(), "employeeID=" + l.id(0)})
	if err != nil || len(subjects) != 1 || subjects[0].WorkerID != l.id(0) || subjects[0].Name != "Person "+l.id(0) {
		t.Errorf("%+v, %v", subjects, err)
	}
}

// TestOperateMeanwhile: what happened by hand between the plan and now.
func TestOperateMeanwhile(t *testing.T) {
	l := newLab(t, Options{})
	ids := l.staff(t, 5)
	subjects, err := l.Subjects(t.Context(), disable, ids)
	if err != nil {
		t.Fatal(err)
	}
	sub := "OU=Elsewhere," + l.ou
	if err := l.dc.CreateOU(t.Context(), sub); err != nil {
		t.Fatal(err)
	}
	l.modify(t, "dn: "+l.entry(t, ids[0]).DN+"\nchangetype: moddn\nnewrdn: CN=Renamed "+l.tag+"\ndeleteoldrdn: 1\nnewsuperior: "+sub+"\n")
	if err := l.dc.Delete(t.Context(), l.entry(t, ids[1]).DN); err != nil {
		t.Fatal(err)
	}
	l.replace(t, 2, attrAdminCount, "1")
	l.replace(t, 3, attrControl, "514")
	outcomes := l.Operate(t.Context(), disable, subjects)
	mustFail(t, outcomes[1], directory.ErrGone, ids[1])
	mustFail(t, outcomes[2], directory.ErrProtected, "adminCount")
	for _, i := range []int{0, 3, 4} {
		if have := l.entry(t, ids[i], attrControl).Get(attrControl); outcomes[i].Err != nil || outcomes[i].Changed == (i == 3) || have != "514" {
			t.Errorf("%d: %+v, %s", i, outcomes[i], have)
		}
	}
}

// TestOperateWithoutRights: one account may be written, the others may not.
func TestOperateWithoutRights(t *testing.T) {
	l := newLab(t, Options{})
	ids := l.staff(t, 3)
	d := l.operator(t)
	l.dsaclOn(t, l.entry(t, ids[1]).DN, "(A;;RPWP;;;"+l.sid(t, "op"+l.tag)+")")
	for _, op := range []directory.Operation{disable, require} {
		for i, o := range operate(t, d, op, ids...) {
			if i == 1 {
				if o.Err != nil || !o.Changed {
					t.Errorf("%s: %+v", op, o)
				}
				continue
			}
			mustFail(t, o, directory.ErrDenied, ids[i], string(op))
		}
	}
}

// TestOperateDisturbed: the connection is lost on the way, answers too; the next run does what is left, and nothing twice.
func TestOperateDisturbed(t *testing.T) {
	const people = 50
	for name, tt := range map[string]struct {
		fault samba.Fault
		all   bool
	}{
		"connection lost": {samba.Fault{Op: samba.Modify, After: 20}, false},
		"answer lost":     {samba.Fault{Op: samba.Modify, After: 20, Lose: true, Reconnect: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, Options{})
			ids := l.staff(t, people)
			l.conf.ConnectTimeout = time.Second
			d, proxy := l.behind(t, Options{})
			subjects, err := d.Subjects(t.Context(), disable, ids)
			if err != nil {
				t.Fatal(err)
			}
			proxy.Inject(tt.fault)
			failed := 0
			for _, o := range d.Operate(t.Context(), disable, subjects) {
				if o.Err != nil {
					failed++
				}
			}
			if tt.all != (failed == 0) {
				t.Errorf("%d failed", failed)
			}
			proxy.Mend()
			proxy.Reset()
			left, err := l.dc.SearchBelow(t.Context(), l.ou, "one", "(userAccountControl=512)", "cn")
			if err != nil {
				t.Fatal(err)
			}
			again := l.conf
			again.URLs = []string{proxy.URL()}
			for _, o := range operate(t, l.connect(t, again, Options{}), disable, ids...) {
				if o.Err != nil {
					t.Error(o.Err)
				}
			}
			if n := proxy.Count(samba.Modify); n != len(left) {
				t.Errorf("%d changes for the %d who were left", n, len(left))
			}
		})
	}
}

func TestOperateCancelled(t *testing.T) {
	l := newLab(t, Options{})
	ids := l.staff(t, 3)
	subjects, err := l.Subjects(t.Context(), disable, ids)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Subjects(ctx, disable, ids); !errors.Is(err, context.Canceled) {
		t.Errorf("subjects: %v", err)
	}
	outcomes := l.Operate(ctx, disable, subjects)
	if slices.ContainsFunc(outcomes, func(o directory.Outcome) bool { return !errors.Is(o.Err, context.Canceled) || o.Changed }) {
		t.Errorf("%+v", outcomes)
	}
}
