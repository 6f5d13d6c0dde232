// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

// clientTimeout bounds each run of a command line client; a test may add or remove thousands of users in one.
const clientTimeout = 5 * time.Minute

// treeDelete is the control LDAP_SERVER_TREE_DELETE_OID ([MS-ADTS] 3.1.1.3.4.1.15).
const treeDelete = "!1.2.840.113556.1.4.805"

// Entry is one entry of the directory as ldapsearch shows it.
type Entry struct {
	DN string
	// Attributes holds the values under the names that the server returned, in their order.
	Attributes map[string][]string
}

// Values returns the values of an attribute, named in any case; nil when it is absent.
func (e Entry) Values(name string) []string {
	for n, values := range e.Attributes {
		if strings.EqualFold(n, name) {
			return values
		}
	}
	return nil
}

// Get returns the first value of an attribute, named in any case; "" when it is absent.
func (e Entry) Get(name string) string {
	if values := e.Values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Search returns the entries of the whole domain that match a filter (RFC 4515), read by ldapsearch through LDAPS as administrator.
// No attributes means all that are not operational.
func (d *Domain) Search(ctx context.Context, filter string, attributes ...string) ([]Entry, error) {
	return d.SearchBelow(ctx, d.BaseDN(), "sub", filter, attributes...)
}

// SearchBelow is Search below a base and with a scope of ldapsearch: base, one, sub or children. A base that does not exist is an error.
func (d *Domain) SearchBelow(ctx context.Context, base, scope, filter string, attributes ...string) ([]Entry, error) {
	args := append([]string{"-LLL", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt", "-b", base, "-s", scope, filter}, attributes...)
	out, err := d.client(ctx, "", "ldapsearch", args...)
	if err != nil {
		return nil, err
	}
	return parseLDIF(out)
}

// Lookup returns the one entry with a distinguished name, and false when there is none.
func (d *Domain) Lookup(ctx context.Context, dn string, attributes ...string) (Entry, bool, error) {
	entries, err := d.Search(ctx, "(distinguishedName="+escapeFilter(dn)+")", attributes...)
	if err != nil || len(entries) == 0 {
		return Entry{}, false, err
	}
	return entries[0], true, nil
}

// Modify carries out change records (RFC 2849) with ldapmodify: a record without changetype is added.
func (d *Domain) Modify(ctx context.Context, ldif string) error {
	_, err := d.client(ctx, ldif, "ldapmodify", "-a")
	return err
}

// Delete removes an entry and everything below it.
func (d *Domain) Delete(ctx context.Context, dn string) error {
	_, err := d.client(ctx, "", "ldapdelete", "-e", treeDelete, dn)
	return err
}

// Bind tries, with ldapsearch through LDAPS, a user principal name, DOMAIN\name or distinguished name with a password; the error says what the server answered.
func (d *Domain) Bind(ctx context.Context, user, password string) error {
	f, err := os.CreateTemp(d.dir, "samba.password")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(password)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	_, err = d.run(ctx, "ldapsearch", "-x", "-H", d.URL(), "-D", user, "-y", f.Name(), "-b", "", "-s", "base", "(objectClass=*)", "1.1")
	return err
}

// client runs a tool of OpenLDAP as administrator.
func (d *Domain) client(ctx context.Context, input, tool string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	connect := []string{"-x", "-H", d.URL(), "-D", d.AdminDN(), "-y", d.path("admin.password")}
	return d.runInput(ctx, input, tool, append(connect, args...)...)
}

// CreateOU makes an organizational unit.
func (d *Domain) CreateOU(ctx context.Context, dn string) error {
	return d.Modify(ctx, ldifLine("dn", dn)+"changetype: add\nobjectClass: organizationalUnit\n")
}

// CreateUser makes an enabled user with a password and further attributes, such as sAMAccountName.
func (d *Domain) CreateUser(ctx context.Context, dn, password string, attributes map[string][]string) error {
	var b strings.Builder
	b.WriteString(ldifLine("dn", dn) + "changetype: add\nobjectClass: user\nuserAccountControl: 512\n")
	b.WriteString(ldifLine("unicodePwd", unicodePassword(password)))
	for name, values := range attributes {
		for _, v := range values {
			b.WriteString(ldifLine(name, v))
		}
	}
	return d.Modify(ctx, b.String())
}

// SetPassword sets the password of a user, who need not change it at the next sign-in.
func (d *Domain) SetPassword(ctx context.Context, dn, password string) error {
	return d.Modify(ctx, ldifLine("dn", dn)+"changetype: modify\nreplace: unicodePwd\n"+ldifLine("unicodePwd", unicodePassword(password)))
}

// AddSuffix adds a suffix of user principal names to the forest.
func (d *Domain) AddSuffix(ctx context.Context, suffix string) error {
	return d.Modify(ctx, ldifLine("dn", "CN=Partitions,CN=Configuration,"+d.BaseDN())+"changetype: modify\nadd: uPNSuffixes\n"+
		ldifLine("uPNSuffixes", suffix))
}

// unicodePassword is the form of a password in unicodePwd: quoted, UTF-16 little endian ([MS-ADTS] 3.1.1.3.1.5.1).
func unicodePassword(password string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(`"` + password + `"`)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// Container makes an organizational unit for one test directly below the domain and returns its distinguished name; it goes with
// everything in it when the test ends, if the server then runs.
func (d *Domain) Container(t testing.TB) string {
	t.Helper()
	dn := "OU=test-" + randomName() + "," + d.BaseDN()
	if err := d.CreateOU(context.Background(), dn); err != nil {
		t.Fatalf("container of the test: %v", err)
	}
	t.Cleanup(func() {
		d.mu.Lock()
		up := d.server != nil
		d.mu.Unlock()
		if !up {
			return
		}
		if err := d.Delete(context.Background(), dn); err != nil {
			t.Errorf("removing the container of the test: %v", err)
		}
	})
	return dn
}

// ExportKeytab writes the Kerberos keys of a principal, such as Administrator or a user's sAMAccountName, to a keytab file.
func (d *Domain) ExportKeytab(ctx context.Context, principal, file string) error {
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	_, err := d.run(ctx, "samba-tool", "domain", "exportkeytab", file, "--principal="+principal, "--configfile="+d.path("smb.conf"))
	return err
}

// ldifLine writes one value in base64, which is right for every content (RFC 2849).
func ldifLine(name, value string) string {
	return name + ":: " + base64.StdEncoding.EncodeToString([]byte(value)) + "\n"
}

// parseLDIF reads the unwrapped output of ldapsearch -LLL.
func parseLDIF(text string) ([]Entry, error) {
	var entries []Entry
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil, fmt.Errorf("ldapsearch printed %q: expected name: value", line)
		}
		if encoded, isBase64 := strings.CutPrefix(value, ":"); isBase64 {
			decoded, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
			if err != nil {
				return nil, fmt.Errorf("ldapsearch printed %q: %w", line, err)
			}
			value = string(decoded)
		} else {
			value = strings.TrimPrefix(value, " ")
		}
		switch {
		case name == "dn":
			entries = append(entries, Entry{DN: value, Attributes: map[string][]string{}})
		case len(entries) > 0 && !isReferral(name):
			e := entries[len(entries)-1]
			e.Attributes[name] = append(e.Attributes[name], value)
		}
	}
	return entries, nil
}

// isReferral reports whether a line is one of the continuation references that a search of the whole domain gets.
func isReferral(name string) bool { return name == "ref" }

// escapeFilter escapes a value in a filter (RFC 4515 section 3).
func escapeFilter(s string) string {
	return strings.NewReplacer(`\`, `\5c`, `*`, `\2a`, `(`, `\28`, `)`, `\29`, "\x00", `\00`).Replace(s)
}
