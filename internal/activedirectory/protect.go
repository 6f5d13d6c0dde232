// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// Protect names accounts that nothing may change, whoever asks. What it names is
// looked up once a [Domain], with a few searches an entry, never one an account.
type Protect struct {
	// Filters are LDAP filters (RFC 4515); every user they find is protected.
	Filters []string
	// Groups are groups by distinguished name, objectGUID or sAMAccountName. Their
	// members are protected, those of nested groups and those who have one of
	// them as their primary group included.
	Groups []string
	// Containers are distinguished names; everything below them is protected.
	Containers []string
}

func (p Protect) empty() bool { return len(p.Filters)+len(p.Groups)+len(p.Containers) == 0 }

// CheckOptions says what is wrong with options without contacting anything.
func CheckOptions(o Options) error {
	errs := []error{checkRemembering(o.RemovedGroupsAttribute), checkChildClasses(o.DeleteChildrenOfClasses)}
	for _, f := range o.Protect.Filters {
		if _, err := ldap.CompileFilter(f); err != nil {
			errs = append(errs, fmt.Errorf("protect.filters: found %q, expected an LDAP filter such as (employeeType=Service): %w", f, err))
		}
	}
	for _, c := range o.Protect.Containers {
		if err := CheckContainer(c); err != nil {
			errs = append(errs, fmt.Errorf("protect.containers: %w", err))
		}
	}
	return errors.Join(errs...)
}

// guard makes sure that it is known who is protected before anybody is judged.
func (d *Domain) guard(ctx context.Context) error {
	if d.o.Protect.empty() {
		return nil
	}
	_, err := d.guarded.get(ctx, d.findProtected)
	if err != nil {
		return fmt.Errorf("finding out which accounts are protected: %w", err)
	}
	return nil
}

// inChain is the matching rule that follows nested groups, LDAP_MATCHING_RULE_IN_CHAIN
// ([MS-ADTS] 3.1.1.3.4.4.3).
const inChain = "1.2.840.113556.1.4.1941"

// findProtected returns what is protected. An entry that
// fits nothing it could ever fit is an error: it would protect nobody in silence.
func (d *Domain) findProtected(ctx context.Context) (guarded, error) {
	root, err := d.root(ctx)
	if err != nil {
		return guarded{}, err
	}
	reasons, groups := map[string]string{}, map[string]string{}
	for _, f := range d.o.Protect.Filters {
		if err := d.shield(ctx, root, f, "it fits the filter "+f+" of protect.filters", reasons); err != nil {
			return guarded{}, err
		}
	}
	for _, ref := range d.o.Protect.Groups {
		dn, filter, err := d.membersOf(ctx, root, ref, groups)
		if err != nil {
			return guarded{}, err
		}
		if err := d.shield(ctx, root, filter, "it is a member of "+dn+", a group of protect.groups", reasons); err != nil {
			return guarded{}, err
		}
	}
	missing, err := d.MissingContainers(ctx, d.o.Protect.Containers)
	if err == nil && len(missing) > 0 {
		err = fmt.Errorf("protect.containers: %q does not exist", missing[0])
	}
	return guarded{reasons, groups}, err
}

// guarded is what protect names, by objectGUID: why accounts are protected, and the
// groups that protect their members, nested ones included.
type guarded struct{ accounts, groups map[string]string }

// shield notes a reason for every user that a filter finds and that has none yet.
func (d *Domain) shield(ctx context.Context, root, filter, reason string, reasons map[string]string) error {
	entries, err := d.search(ctx, root, "(&(objectClass=user)"+filter+")", []string{attrGUID})
	if err != nil {
		return err
	}
	for _, e := range entries {
		id, err := formatGUID(e.GetEqualFoldRawAttributeValue(attrGUID))
		if err != nil {
			return fmt.Errorf("%q: %w", e.DN, err)
		}
		if reasons[id] == "" {
			reasons[id] = reason
		}
	}
	return nil
}

// membersOf returns the distinguished name of a group and a filter for its
// members, and notes which groups protect. Who has a group as their primary one has no
// memberOf for it.
func (d *Domain) membersOf(ctx context.Context, root, ref string, named map[string]string) (dn, filter string, err error) {
	attribute := attrLogin
	if _, err := parseGUID(ref); err == nil {
		attribute = attrGUID
	} else if isDN(ref) {
		attribute = attrDN
	}
	found, err := d.search(ctx, root, "(&(objectClass=group)("+attribute+"="+filterValue(attribute, ref)+"))", []string{attrGUID})
	if err != nil {
		return "", "", err
	}
	if len(found) != 1 {
		return "", "", fmt.Errorf("protect.groups: %d groups are %q, expected one: give a distinguished name, objectGUID or sAMAccountName", len(found), ref)
	}
	dn = found[0].DN
	member := "(memberOf:" + inChain + ":=" + ldap.EscapeFilter(dn) + ")"
	groups, err := d.search(ctx, root, "(&(objectClass=group)(|(distinguishedName="+ldap.EscapeFilter(dn)+")"+member+"))", []string{attrGUID, attrSID})
	if err != nil {
		return "", "", err
	}
	parts := []string{member}
	for _, g := range groups {
		id, err := entryID(g)
		if err != nil {
			return "", "", err
		}
		if named[id] = fmt.Sprintf("%q is named in protect.groups", dn); !sameDN(g.DN, dn) {
			named[id] = fmt.Sprintf("%q is in %q, which is named in protect.groups", g.DN, dn)
		}
		if id := relativeID(g.GetEqualFoldRawAttributeValue(attrSID)); id != "" {
			parts = append(parts, "("+attrPrimaryGroup+"="+id+")")
		}
	}
	return dn, "(|" + strings.Join(parts, "") + ")", nil
}

// protection says why the object must be left where and as it is. [Domain.guard]
// comes first.
func (d *Domain) protection(r *record) string {
	if strings.EqualFold(r.text(attrCritical), "TRUE") {
		return "it is a critical system object of the domain (isCriticalSystemObject is TRUE)"
	}
	if why := d.guarded.peek().accounts[r.id]; why != "" {
		return why
	}
	if named := d.guarded.peek().groups[r.id]; named != "" {
		return "it is a group whose members are protected: " + named
	}
	for _, c := range d.o.Protect.Containers {
		if Below(r.dn, c) {
			return "it lives below " + c + ", a container of protect.containers"
		}
	}
	if r.text(attrAdminCount) == "1" && !d.o.ManagePrivileged {
		return "it is or was a member of a group that Active Directory protects, such as Domain Admins (adminCount is 1)"
	}
	return ""
}

// Check says, by a [directory.PersonError] for each, which of the changes would touch
// a protected account, and which deletions the directory would refuse.
func (d *Domain) Check(ctx context.Context, changes []directory.Change) error {
	ids, attributes := map[string]string{}, map[string]bool{}
	for _, c := range changes {
		if c.ID != "" && !c.Want.Released {
			ids[c.WorkerID] = c.ID
		}
		for name := range c.Want.Attributes {
			attributes[name] = true
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names := make([]string, 0, len(attributes))
	for name := range attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	found, err := d.Read(ctx, ids, names)
	if err != nil {
		return err
	}
	problems := []error{d.checkDeletions(ctx, changes, found)}
	for _, c := range changes {
		e := found[c.WorkerID]
		problem := func(err error) {
			v, _ := lookup(c.Want.Attributes, attrDisplayName)
			problems = append(problems, &directory.PersonError{WorkerID: c.WorkerID, Name: v.Text(), Path: e.Path, Op: "modify", Err: err})
		}
		if e != nil && e.Protected != "" && !c.Want.Deleted && !c.Want.Released && !d.asWanted(c.Want, e) {
			problem(directory.Because(directory.ErrProtected, errors.New(e.Protected)))
		}
		// No plan fails for what else a change says that takes access.
		if e != nil && !c.Want.Deleted && !c.Want.Released && (c.Want.Enabled || !e.Account.Enabled) {
			if err := checkForbidding(c.Want, e.Account); err != nil {
				problem(directory.Because(directory.ErrInvalid, err))
			}
		}
	}
	return errors.Join(problems...)
}
