// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/reconcile"
)

// userDirectory is what resources need of a directory, whichever it is.
type userDirectory = reconcile.Directory

// target is one kind of directory that accounts are provisioned to.
type target struct {
	format directory.Format
	// prefix starts the names of its resources and data sources, such as "ad".
	prefix string
	title  string
	schema func() *directory.Schema
	valid  func(directory.Account, *directory.Schema) error
	// label is the attribute that names an account to people.
	label string
	// references are the ways to name one user.
	references string
	// restores says that an account in the recycle bin can be taken into use again.
	restores bool
	// purges says that deleting leaves something that can be deleted for good.
	purges bool
	// partOf reports whether an account belongs to one of the given containers or domains.
	partOf func(e *directory.Existing, part string) bool
	// workerIDAttribute and connect use the provider's configuration; the first without connecting.
	workerIDAttribute func(*providerData) string
	connect           func(*providerData) (userDirectory, error)
	gathering         func(*providerData) *reconcile.Gathering // of resources of one person
	groups            groupTerms
	home              identityHome
	// firstCredential is the argument that hands over credentials for a first sign-in.
	firstCredential string
	// commonPlace returns where all accounts of these documents are, "" where nothing holds them all.
	commonPlace func(accounts map[string]string) string
}

var activeDirectoryTarget = target{
	format: activedirectory.Format, prefix: "ad", title: "Active Directory",
	schema: activedirectory.StandardSchema, valid: activedirectory.CheckAccount, label: "cn", restores: true,
	references:        "worker id, objectGUID, user principal name, distinguished name, `sAMAccountName` (with or without `DOMAIN\\`), or `attribute=value`",
	partOf:            func(e *directory.Existing, container string) bool { return activedirectory.Below(e.Path, container) },
	workerIDAttribute: func(d *providerData) string { return d.activeDirectory.workerIDAttribute() },
	connect:           func(d *providerData) (userDirectory, error) { return connected(d.activeDirectory.Domain()) },
	gathering:         func(d *providerData) *reconcile.Gathering { return &d.inAD },
	groups:            adGroupTerms, home: adHome, firstCredential: argumentFirstPassword,
	commonPlace: func(accounts map[string]string) string {
		return activedirectory.CommonContainer(containersOf(accounts))
	},
}

var entraTarget = target{
	format: entra.Format, prefix: "entra", title: "Microsoft Entra ID",
	schema: entra.StandardSchema, valid: entra.CheckAccount, label: "displayName", restores: true, purges: true,
	references: "object id, user principal name or worker id",
	partOf: func(e *directory.Existing, domain string) bool {
		_, suffix, _ := strings.Cut(e.Account.Attributes["userPrincipalName"].Text(), "@")
		return strings.EqualFold(suffix, domain)
	},
	workerIDAttribute: func(d *providerData) string { return d.entra.workerIDAttribute() },
	connect:           func(d *providerData) (userDirectory, error) { return connected(d.entra.Tenant()) },
	gathering:         func(d *providerData) *reconcile.Gathering { return &d.inEntra },
	groups:            entraGroupTerms, home: entraHome, commonPlace: commonDomain, firstCredential: argumentFirstPass,
}

// containersOf returns the containers of account documents.
func containersOf(accounts map[string]string) []string {
	var out []string
	for _, doc := range accounts {
		if a, err := activedirectory.Format.Unmarshal(doc); err == nil {
			out = append(out, a.Container)
		}
	}
	return out
}

// commonDomain returns the domain that all user principal names are in, "" where they are in several.
func commonDomain(accounts map[string]string) string {
	common := ""
	for _, doc := range accounts {
		a, err := entra.Format.Unmarshal(doc)
		if err != nil {
			continue
		}
		_, domain, _ := strings.Cut(a.Attributes["userPrincipalName"].Text(), "@")
		if common != "" && !strings.EqualFold(common, domain) {
			return ""
		}
		common = strings.ToLower(domain)
	}
	return common
}

// open returns the directory, or reports how to configure it.
func (t target) open(data *providerData, diags *diag.Diagnostics) (userDirectory, bool) {
	return open(t.title, data, t.connect, diags)
}

// keys lists the keys of an account document for descriptions.
func (t target) keys() string {
	keys := []string{"`attributes`", "`enabled`"}
	if t.format.HasContainer {
		keys = append(keys, "`container`")
	}
	for _, c := range t.format.Core {
		keys = append(keys, "`"+c.Key+"`")
	}
	return strings.Join(keys, ", ")
}

// loginKey is what documents call the login attribute.
func (t target) loginKey() string { return t.terms().LoginKey() }

// connected makes a nil pointer a nil interface.
func connected[T userDirectory](u T, err error) (userDirectory, error) {
	if err != nil {
		return nil, err
	}
	return u, nil
}

func targetOf(name string) (target, error) {
	for _, t := range []target{activeDirectoryTarget, entraTarget} {
		if t.format.Target == name {
			return t, nil
		}
	}
	return target{}, fmt.Errorf("target: found %q, expected %q or %q", name, activedirectory.Format.Target, entra.Format.Target)
}
