// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/samba"
)

// sddl is the access list of an object as samba-tool says it: its entries, without what comes before them.
func (l *lab) sddl(t *testing.T, dn string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "samba-tool", "dsacl", "get", "--objectdn="+dn, "-H", "ldap://127.0.0.1",
		"-U", "Administrator%"+l.dc.AdminPassword(), "--configfile="+l.dc.Dir()+"/smb.conf")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("samba-tool dsacl: %v\n%s", err, out)
	}
	_, list, _ := strings.Cut(string(out), "D:")
	list, _, _ = strings.Cut(list, "S:")
	return regexp.MustCompile(`\([^)]*\)`).FindAllString(list, -1)
}

const (
	deniesChange = "(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;"
	grantsChange = "(OA;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;"
)

// changesOwnPassword tries what people do: the old password proves who they are, the new one takes its place.
func (l *lab) changesOwnPassword(t *testing.T, n int, from, to string) error {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(l.dc.CAPEM()))
	c, err := ldap.DialURL(l.dc.URL(), ldap.DialWithTLSConfig(&tls.Config{RootCAs: roots, ServerName: l.dc.ServerName()}))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Bind(l.id(n)+"@"+l.dc.Realm(), from); err != nil {
		t.Fatal(err)
	}
	req := ldap.NewModifyRequest(l.dn(n), nil)
	req.Delete(attrPassword, []string{encodePassword(from)})
	req.Add(attrPassword, []string{encodePassword(to)})
	return c.Modify(req)
}

// withoutMinAge lets passwords of the domain change at once, for the time of the test.
func (l *lab) withoutMinAge(t *testing.T) {
	t.Helper()
	found, err := l.dc.SearchBelow(t.Context(), l.dc.BaseDN(), "base", "(objectClass=*)", "minPwdAge")
	if err != nil || len(found) != 1 {
		t.Fatal(len(found), err)
	}
	set := func(age string) {
		ldif := "dn: " + l.dc.BaseDN() + "\nchangetype: modify\nreplace: minPwdAge\nminPwdAge: " + age + "\n"
		if err := l.dc.Modify(context.WithoutCancel(t.Context()), ldif); err != nil {
			t.Error(err)
		}
	}
	set("0")
	t.Cleanup(func() { set(found[0].Get("minPwdAge")) })
}

// TestCannotChangePassword: two denials come and go, nothing else of the access list moves, and the controller
// does what they say.
func TestCannotChangePassword(t *testing.T) {
	l := newLab(t, Options{})
	l.withoutMinAge(t)
	const first, second = "Sommer-2026-Größe!", "Winter-2027-Größe!"
	changes := []directory.Change{l.person(1, FlagCannotChangePassword, "TRUE"), l.person(2, FlagCannotChangePassword, "FALSE"), l.person(3)}
	for i := range changes {
		changes[i].Password = first
	}
	changes = l.must(t, changes...)
	changes[0].Password = ""
	usual := l.sddl(t, l.dn(3))
	if got := l.sddl(t, l.dn(2)); !slices.Equal(got, usual) {
		t.Errorf("an access list that says nothing of it was written:\n%s\n%s", got, usual)
	}
	want := append([]string{deniesChange + "WD)", deniesChange + "PS)"}, usual...)
	got := l.sddl(t, l.dn(1))
	slices.Sort(got[:2])
	slices.Sort(want[:2])
	if !slices.Equal(got, want) {
		t.Errorf("found    %s\nexpected %s", got, want)
	}
	if e := l.entry(t, l.id(1), attrPasswordSet); e.Get(attrPasswordSet) == "0" {
		t.Error("the password must be changed, and must not")
	}
	l.edit(t, l.dn(2), attrPasswordSet, "-1")
	if err := l.changesOwnPassword(t, 1, first, second); !ldap.IsErrorAnyOf(err, ldap.LDAPResultInsufficientAccessRights,
		ldap.LDAPResultConstraintViolation) {
		t.Errorf("changing what cannot be changed: %v", err)
	}
	if err := l.changesOwnPassword(t, 2, first, second); err != nil {
		t.Errorf("changing what can be changed: %v", err)
	}
	l.staysForbidden(t, changes[0])

	l.must(t, set(changes[0], FlagCannotChangePassword, "FALSE"))
	if got := l.sddl(t, l.dn(1)); !slices.Equal(got, usual) {
		t.Errorf("allowed again: found %s, expected %s", got, usual)
	}
	if err := l.changesOwnPassword(t, 1, first, second); err != nil {
		t.Errorf("allowed again: %v", err)
	}
	seen, err := l.Read(t.Context(), map[string]string{"1": changes[0].ID}, []string{FlagCannotChangePassword})
	if err != nil || seen["1"].Account.Attributes[FlagCannotChangePassword].Text() != "FALSE" {
		t.Errorf("%v, %v", seen["1"], err)
	}
}

// staysForbidden holds that a second run writes nothing, and that a denial that somebody takes away comes back.
func (l *lab) staysForbidden(t *testing.T, c directory.Change) {
	t.Helper()
	d, proxy := l.behind(t, Options{})
	proxy.Reset()
	if out := d.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{}); out[0].Err != nil || proxy.Count(samba.Modify) != 0 {
		t.Errorf("the second run: %v, %d writes", out[0].Err, proxy.Count(samba.Modify))
	}
	// Somebody gives the account the access list of another one. A snapshot of the whole domain sees it.
	other := l.entry(t, l.id(3), attrDescriptor).Get(attrDescriptor)
	l.modify(t, "dn: "+l.dn(1)+"\nchangetype: modify\nreplace: "+attrDescriptor+"\n"+attrDescriptor+":: "+
		base64.StdEncoding.EncodeToString([]byte(other))+"\n")
	whole := l.connect(t, l.conf, Options{BulkThreshold: 1})
	whole.Need(FlagCannotChangePassword)
	users, err := whole.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range map[int]string{1: "FALSE", 2: "FALSE"} {
		i := slices.IndexFunc(users, func(e *directory.Existing) bool { return sameDN(e.Path, l.dn(n)) })
		if i < 0 || users[i].Account.Attributes[FlagCannotChangePassword].Text() != want {
			t.Errorf("%d: %d, expected %s", n, i, want)
		}
	}
	if out := apply(t, whole, directory.ApplyOptions{}, c); len(out) != 1 {
		t.Fatal(out)
	}
	if got := l.sddl(t, l.dn(1)); !strings.HasPrefix(got[0], deniesChange) || !strings.HasPrefix(got[1], deniesChange) {
		t.Errorf("not repaired: %s", got)
	}
	// Who asks later than the snapshot was read gets the flag in a second read.
	late := l.connect(t, l.conf, Options{BulkThreshold: 1})
	if _, err := late.Users(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen, err := late.Read(t.Context(), map[string]string{"1": c.ID}, []string{FlagCannotChangePassword})
	if err != nil || seen["1"].Account.Attributes[FlagCannotChangePassword].Text() != "TRUE" {
		t.Errorf("a second read: %v, %v", seen["1"], err)
	}
}

// TestCannotChangePasswordRefused: who must change the password, whom Active Directory protects, and whose access
// list may not be written.
func TestCannotChangePasswordRefused(t *testing.T) {
	l := newLab(t, Options{ManagePrivileged: true})
	changes := l.must(t, l.person(1), l.person(2), l.person(3))
	l.edit(t, l.dn(2), attrAdminCount, "1")
	l.edit(t, l.dn(2), attrPasswordSet, "-1")
	l.edit(t, l.dn(3), attrPasswordSet, "-1")
	for n, says := range map[int]string{0: "could not sign in any more", 1: "adminCount is 1"} {
		c := set(changes[n], FlagCannotChangePassword, "TRUE")
		if err := l.Check(t.Context(), []directory.Change{c}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("at plan, %d: %v", n, err)
		}
		mustFail(t, l.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0], directory.ErrInvalid, says)
		if slices.ContainsFunc(l.sddl(t, l.dn(n+1)), func(e string) bool { return strings.HasPrefix(e, deniesChange) }) {
			t.Errorf("%d was forbidden all the same", n)
		}
	}
	c := set(changes[0], FlagCannotChangePassword, "TRUE", attrPasswordSet, "0")
	if err := CheckAccount(c.Want, nil); err == nil || !strings.Contains(err.Error(), "pwdLastSet 0 in the same document") {
		t.Errorf("both in one document: %v", err)
	}
	d := l.operator(t)
	l.dsaclOn(t, l.dn(3), "(A;;RPWP;;;"+l.sid(t, "op"+l.tag)+")")
	c = set(changes[2], FlagCannotChangePassword, "TRUE", "title", "Clerk")
	out := d.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0]
	mustFail(t, out, directory.ErrDenied, FlagCannotChangePassword, "modify permissions")
	if e := l.entry(t, l.id(3), "title"); e.Get("title") != "Clerk" {
		t.Errorf("the rest was not written: %v", e)
	}
}

// TestCannotChangePasswordWhileDisabled: the flag never locks somebody out who was disabled when it was written. They
// keep the password that they were to change; leavers and shared accounts are not refused the flag.
func TestCannotChangePasswordWhileDisabled(t *testing.T) {
	l := newLab(t, Options{ManagePrivileged: true})
	changes := l.must(t, l.person(1), l.person(2), l.person(3))
	apply := func(c directory.Change) directory.Outcome {
		return l.Apply(t.Context(), []directory.Change{c}, directory.ApplyOptions{})[0]
	}
	off := func(c directory.Change) directory.Change { c.Want.Enabled = false; return c }
	if out := apply(off(set(changes[0]))); out.Err != nil {
		t.Fatal(out.Err)
	}
	if out := apply(off(set(changes[0], FlagCannotChangePassword, "TRUE"))); out.Err != nil {
		t.Fatal(out.Err)
	}
	if e := l.entry(t, l.id(1), attrPasswordSet); e.Get(attrPasswordSet) != "0" {
		t.Fatalf("pwdLastSet is %s, want 0: the person was to change the password", e.Get(attrPasswordSet))
	}
	if out := apply(set(changes[0], FlagCannotChangePassword, "TRUE")); out.Err != nil {
		t.Fatal(out.Err)
	}
	if e := l.entry(t, l.id(1), attrPasswordSet); e.Get(attrPasswordSet) == "0" {
		t.Error("who must not change the password must change it, and cannot sign in")
	}
	by := l.person(4)
	by.Want.Enabled = false
	made := l.must(t, by)[0]
	const deny = "(OD;;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;;"
	l.dsaclOn(t, l.dn(4), deny+"WD)"+deny+"PS)")
	if made.Want.Enabled = true; apply(made).Err != nil {
		t.Fatal("who was forbidden by hand is not enabled")
	}
	if e := l.entry(t, l.id(4), attrPasswordSet); e.Get(attrPasswordSet) == "0" {
		t.Error("who may not change the password by hand must change it, and cannot sign in")
	}
	l.edit(t, l.dn(2), attrAdminCount, "1")
	if out := apply(off(set(changes[1], FlagCannotChangePassword, "TRUE"))); out.Err != nil {
		t.Errorf("a leaver who administered once: %v", out.Err)
	}
	shared := set(changes[2], FlagCannotChangePassword, "TRUE", FlagPasswordNeverExpires, "TRUE")
	if err := l.Check(t.Context(), []directory.Change{shared}); err != nil {
		t.Errorf("a shared account, at plan: %v", err)
	}
	if out := apply(shared); out.Err != nil {
		t.Errorf("a shared account: %v", out.Err)
	}
}

// entryOf makes an entry of an access list, and objectEntry one about the right to change the password.
func entryOf(kind, flags byte, mask uint32, more ...[]byte) []byte {
	e := binary.LittleEndian.AppendUint32([]byte{kind, flags, 0, 0}, mask)
	e = append(e, slices.Concat(more...)...)
	e[2] = byte(len(e))
	return e
}

func objectEntry(kind, flags byte, whom []byte) []byte {
	return entryOf(kind, flags, rightControl, []byte{hasObjectType, 0, 0, 0}, changePassword, whom)
}

// Entries are put where controllers look for them, and no other is touched.
func TestPasswordEntries(t *testing.T) {
	denied, granted := entryOf(denyEntry, 0, rightDelete|rightDeleteTree, everyone), entryOf(0, 0, 0xf01ff, self)
	other := entryOf(denyObjectEntry, 0, 0x10, []byte{hasObjectType, 0, 0, 0}, make([]byte, 16), everyone)
	above := objectEntry(denyObjectEntry, inherited, everyone)
	both := func(kind byte) [][]byte { return [][]byte{objectEntry(kind, 0, everyone), objectEntry(kind, 0, self)} }
	for name, c := range map[string]struct {
		before            [][]byte
		is                bool
		forbidden, allows [][]byte
	}{
		"nothing": {nil, false, both(denyObjectEntry), both(allowObjectEntry)},
		"between denials and grants": {[][]byte{denied, other, granted}, false,
			slices.Concat([][]byte{denied, other}, both(denyObjectEntry), [][]byte{granted}),
			slices.Concat([][]byte{denied, other}, both(allowObjectEntry), [][]byte{granted})},
		"from a container": {[][]byte{above}, true, slices.Concat(both(denyObjectEntry), [][]byte{above}),
			slices.Concat(both(allowObjectEntry), [][]byte{above})},
		"granted against a container": {slices.Concat(both(allowObjectEntry), [][]byte{above}), false,
			slices.Concat(both(denyObjectEntry), both(allowObjectEntry), [][]byte{above}), slices.Concat(both(allowObjectEntry), [][]byte{above})},
		"one of the two": {[][]byte{objectEntry(denyObjectEntry, 0, self), granted}, true,
			[][]byte{objectEntry(denyObjectEntry, 0, self), objectEntry(denyObjectEntry, 0, everyone), granted},
			slices.Concat(both(allowObjectEntry), [][]byte{granted})},
		"for what is below only": {[][]byte{objectEntry(denyObjectEntry, inheritOnly, everyone)}, false,
			slices.Concat([][]byte{objectEntry(denyObjectEntry, inheritOnly, everyone)}, both(denyObjectEntry)),
			slices.Concat([][]byte{objectEntry(denyObjectEntry, inheritOnly, everyone)}, both(allowObjectEntry))},
	} {
		list := func() *accessList { return &accessList{revision: 2, entries: slices.Clone(c.before)} }
		if l := list(); l.forbidsPasswordChange() != c.is {
			t.Errorf("%s: forbids is %t", name, !c.is)
		}
		l := list()
		l.forbidPasswordChange()
		sameEntries(t, name+", forbidden", l.entries, c.forbidden)
		if !l.forbidsPasswordChange() || l.revision != revisionWithObjects {
			t.Errorf("%s: not forbidden, or revision %d", name, l.revision)
		}
		l.permitPasswordChange()
		if l.forbidsPasswordChange() {
			t.Errorf("%s: not permitted again", name)
		}
		l = list()
		l.permitPasswordChange()
		sameEntries(t, name+", permitted", l.entries, c.allows)
		back, err := parseAccessList(l.bytes())
		if err != nil {
			t.Fatal(err)
		}
		sameEntries(t, name+", read again", back.entries, l.entries)
	}
}

func sameEntries(t *testing.T, name string, got, want [][]byte) {
	t.Helper()
	texts := func(entries [][]byte) (out []string) {
		for _, e := range entries {
			out = append(out, hex.EncodeToString(e))
		}
		return out
	}
	if g, w := texts(got), texts(want); !slices.Equal(g, w) {
		t.Errorf("%s:\nfound    %s\nexpected %s", name, strings.Join(g, "\n         "), strings.Join(w, "\n         "))
	}
}

// The access list is asked for by those who need it only.
func TestDescriptorIsAskedForWhereNeeded(t *testing.T) {
	plain := &ldap.SearchRequest{Attributes: []string{attrCN, attrControl}}
	if got := withDescriptor(plain); got != plain || len(got.Controls) != 0 {
		t.Errorf("%+v", got)
	}
	got := withDescriptor(&ldap.SearchRequest{Attributes: []string{attrCN, "CANNOTCHANGEPASSWORD"}})
	if !slices.Equal(got.Attributes, []string{attrCN, attrDescriptor}) || len(got.Controls) != 1 ||
		got.Controls[0].GetControlType() != sdFlags {
		t.Errorf("%+v", got)
	}
}
