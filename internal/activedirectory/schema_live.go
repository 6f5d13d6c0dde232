// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/directory"
)

// Schema implements [directory.Directory]: the attributes that the class user,
// its parents and its auxiliary classes may have in this forest, read once with
// one search.
func (d *Domain) Schema(ctx context.Context) (*directory.Schema, error) {
	return d.schema.get(ctx, d.readSchema)
}

var schemaAttributes = []string{
	"lDAPDisplayName", "attributeSyntax", "oMSyntax", "isSingleValued", "rangeLower", "rangeUpper", "systemOnly", "systemFlags", "linkID", "isDefunct",
	"subClassOf", "auxiliaryClass", "systemAuxiliaryClass", "mayContain", "mustContain", "systemMayContain", "systemMustContain",
}

func (d *Domain) readSchema(ctx context.Context) (*directory.Schema, error) {
	dse, err := d.client.RootDSE(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{
		BaseDN: dse.SchemaNamingContext, Scope: ldap.ScopeSingleLevel, Attributes: schemaAttributes,
		Filter: "(|(objectClass=attributeSchema)(objectClass=classSchema))",
	})
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	classes, attributes := map[string]*ldap.Entry{}, map[string]*ldap.Entry{}
	for _, e := range entries {
		name := directory.Fold(e.GetEqualFoldAttributeValue("lDAPDisplayName"))
		switch {
		case e.GetEqualFoldAttributeValue("isDefunct") == "TRUE":
		case e.GetEqualFoldAttributeValue("attributeSyntax") != "":
			attributes[name] = e
		default:
			classes[name] = e
		}
	}
	var types []directory.AttributeType
	for name := range attributesOf(classes, "user") {
		if e := attributes[name]; e != nil {
			t, err := attributeType(e)
			if err != nil {
				return nil, fmt.Errorf("schema: %s: %w", name, err)
			}
			types = append(types, t)
		}
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("the schema below %q shows no attribute of users: the account the provider signs in with needs the right to read it", dse.SchemaNamingContext)
	}
	return directory.NewSchema(append(types, flagTypes()...)...), nil
}

// attributesOf returns what the class may contain, itself or through its parents
// and auxiliary classes, by Fold(name).
func attributesOf(classes map[string]*ldap.Entry, class string) map[string]bool {
	out, seen := map[string]bool{}, map[string]bool{}
	for todo := []string{class}; len(todo) > 0; {
		name := directory.Fold(todo[0])
		todo = todo[1:]
		e := classes[name]
		if seen[name] || e == nil {
			continue
		}
		seen[name] = true
		for _, list := range []string{"mayContain", "mustContain", "systemMayContain", "systemMustContain"} {
			for _, a := range e.GetEqualFoldAttributeValues(list) {
				out[directory.Fold(a)] = true
			}
		}
		for _, list := range []string{"subClassOf", "auxiliaryClass", "systemAuxiliaryClass"} {
			todo = append(todo, e.GetEqualFoldAttributeValues(list)...)
		}
	}
	return out
}

// syntaxByOID: [MS-ADTS] 3.1.1.2.2.2.
var syntaxByOID = map[string]directory.Syntax{
	"2.5.5.1": directory.Path, "2.5.5.2": directory.ASCII, "2.5.5.3": directory.Text, "2.5.5.4": directory.Text, "2.5.5.5": directory.ASCII,
	"2.5.5.6": directory.ASCII, "2.5.5.7": directory.Path, "2.5.5.8": directory.Boolean, "2.5.5.9": directory.Integer, "2.5.5.10": directory.Binary,
	"2.5.5.11": directory.Time, "2.5.5.12": directory.Text, "2.5.5.13": directory.Text, "2.5.5.14": directory.Path, "2.5.5.15": directory.Binary,
	"2.5.5.16": directory.Large, "2.5.5.17": directory.Security,
}

func attributeType(e *ldap.Entry) (directory.AttributeType, error) {
	get := e.GetEqualFoldAttributeValue
	t := directory.AttributeType{Name: get("lDAPDisplayName"), Multi: get("isSingleValued") != "TRUE"}
	var ok bool
	if t.Syntax, ok = syntaxByOID[get("attributeSyntax")]; !ok {
		return t, fmt.Errorf("unknown attributeSyntax %q", get("attributeSyntax"))
	}
	if err := setBounds(&t, get("rangeLower"), get("rangeUpper")); err != nil {
		return t, err
	}
	const constructed = 0x4 // of systemFlags, [MS-ADTS] 2.2.10
	flags, _ := strconv.ParseInt(get("systemFlags"), 10, 64)
	link, _ := strconv.ParseInt(get("linkID"), 10, 64) // odd ones are back links, [MS-ADTS] 3.1.1.2.3
	t.ReadOnly = get("systemOnly") == "TRUE" || flags&constructed != 0 || link%2 == 1
	return adjust(t), nil
}

// adjust corrects the schema where the directory enforces something else for
// users, see [StandardSchema].
func adjust(t directory.AttributeType) directory.AttributeType {
	standard, known := StandardSchema().Lookup(t.Name)
	t.ReadOnly = t.ReadOnly || known && standard.ReadOnly
	switch strings.ToLower(t.Name) {
	case "samaccountname":
		t.Max, t.HasMax = 20, true
	case "description":
		t.Multi = false
	case "accountexpires":
		t.Syntax = directory.Time
	}
	return t
}

// Suffixes implements [directory.Directory]: the DNS names of the domains of the
// forest and the UPN suffixes that the forest adds to them.
func (d *Domain) Suffixes(ctx context.Context) ([]string, error) {
	return d.suffix.get(ctx, d.readSuffixes)
}

func (d *Domain) readSuffixes(ctx context.Context) ([]string, error) {
	entries, err := d.partitions(ctx, "(|(objectClass=crossRef)(objectClass=crossRefContainer))",
		[]string{"dnsRoot", "systemFlags", "uPNSuffixes"})
	if err != nil {
		return nil, fmt.Errorf("reading the UPN suffixes of the forest: %w", err)
	}
	var out []string
	for _, e := range entries {
		const domain = 0x2 // of systemFlags of a crossRef, [MS-ADTS] 2.2.10
		flags, _ := strconv.ParseInt(e.GetEqualFoldAttributeValue("systemFlags"), 10, 64)
		if flags&domain != 0 {
			out = append(out, e.GetEqualFoldAttributeValues("dnsRoot")...)
		}
		out = append(out, e.GetEqualFoldAttributeValues("uPNSuffixes")...)
	}
	for i, s := range out {
		out[i] = directory.Fold(s)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// partitions searches what the forest says about its domains and other partitions.
func (d *Domain) partitions(ctx context.Context, filter string, attributes []string) ([]*ldap.Entry, error) {
	dse, err := d.client.RootDSE(ctx)
	if err != nil {
		return nil, err
	}
	return d.search(ctx, "CN=Partitions,"+dse.ConfigurationNamingContext, filter, attributes)
}
