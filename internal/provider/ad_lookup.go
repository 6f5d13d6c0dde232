// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

// adKey is an argument that objects of Active Directory are looked up by.
type adKey struct {
	argument, attribute string // no attribute: that of worker ids
	description         string
}

var (
	adUserKeys = []adKey{
		{"object_id", "objectGUID", "objectGUID of the account."},
		{"sid", "objectSid", "Security identifier of the account, such as `S-1-5-21-1-2-3-1104`."},
		{"distinguished_name", "distinguishedName", "Distinguished name of the account; its spelling does not matter."},
		{"user_principal_name", "userPrincipalName", "User principal name; its case does not matter. Null when the account has none."},
		{"sam_account_name", "sAMAccountName", "Logon name (`sAMAccountName`), without the domain; its case does not matter."},
		{"worker_id", "", "Worker id: the value of the provider's `worker_id_attribute`, by default `employeeID`. Null when the " +
			"account has none."},
	}
	adGroupKeys = []adKey{
		{"object_id", "objectGUID", "objectGUID of the group."},
		{"sid", "objectSid", "Security identifier of the group, such as `S-1-5-21-1-2-3-512`."},
		{"distinguished_name", "distinguishedName", "Distinguished name of the group; its spelling does not matter."},
		{"sam_account_name", "sAMAccountName", "Name of the group in access lists (`sAMAccountName`), without the domain; its " +
			"case does not matter."},
	}
)

// in returns the attribute of a key in a domain.
func (k adKey) in(domain *activedirectory.Domain) string {
	if k.attribute == "" {
		return domain.WorkerIDAttribute()
	}
	return k.attribute
}

// adDataSource is what the data sources of Active Directory have in common.
type adDataSource struct {
	data *providerData
}

func (d *adDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = configured(req.ProviderData, &resp.Diagnostics)
}

// keyArguments are the arguments of which exactly one names the object.
func keyArguments(keys []adKey) map[string]schema.Attribute {
	out := map[string]schema.Attribute{}
	for _, k := range keys {
		out[k.argument] = schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: k.description}
	}
	return out
}

// manyKeyArguments are the arguments of which at most one names the objects.
func manyKeyArguments(keys []adKey, noun string) map[string]schema.Attribute {
	out := map[string]schema.Attribute{}
	for _, k := range keys {
		out[k.argument+"s"] = schema.SetAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Looks up " + noun + " by these. " + strings.TrimSuffix(k.description, " Null when the account has none.")}
	}
	return out
}

// keyPaths are where keys stand; plural says that they stand in the plural.
func keyPaths(keys []adKey, plural string) []path.Expression {
	out := make([]path.Expression, len(keys))
	for i, k := range keys {
		out[i] = path.MatchRoot(k.argument + plural)
	}
	return out
}

// theKey returns the key that is given, and its value.
func theKey(keys []adKey, values ...types.String) (adKey, string) {
	for i, v := range values {
		if !v.IsNull() {
			return keys[i], v.ValueString()
		}
	}
	return adKey{}, ""
}

// theKeys returns the key that is given many times, and its values in order; false where none is.
func theKeys(keys []adKey, sets ...types.Set) (adKey, []string, bool) {
	for i, set := range sets {
		if set.IsNull() {
			continue
		}
		var values []string
		for _, v := range set.Elements() {
			if text, ok := v.(types.String); ok {
				values = append(values, text.ValueString())
			}
		}
		slices.Sort(values)
		return keys[i], values, true
	}
	return adKey{}, nil, false
}

// onlyOne reports a key that fits nobody, or several objects, whose distinguished names are paths.
func onlyOne(noun string, k adKey, value string, paths []string, diags *diag.Diagnostics) bool {
	switch len(paths) {
	case 0:
		diags.AddAttributeError(path.Root(k.argument), "No such "+noun, fmt.Sprintf("%s: no %s of the domain has %q. "+
			"Deleted ones, and those of other domains of the forest, are not looked at.", k.argument, noun, value))
	case 1:
		return true
	default:
		diags.AddAttributeError(path.Root(k.argument), "Several "+noun+"s", fmt.Sprintf("%s: %d %ss have %q, such as %s and %s: "+
			"look the %s up by another key.", k.argument, len(paths), noun, value, paths[0], paths[1], noun))
	}
	return false
}

// lookedUp sorts out what was found by keys.
type lookedUp[T any] struct {
	found   map[string]T
	missing []string
}

// lookedUpBy takes the one object of the domain for each key. Keys that fit several are errors, and so are those that fit nobody
// unless onMissing is "skip".
func lookedUpBy[T any](noun string, k adKey, keys []string, hits map[string][]T, pathOf func(T) string,
	onMissing types.String, diags *diag.Diagnostics) lookedUp[T] {
	return lookedUpIn("domain", "Deleted ones, and those of other domains of the forest,", noun, k, keys, hits, pathOf, onMissing, diags)
}

// lookedUpIn is lookedUpBy for objects that are somewhere, where others are not looked at.
func lookedUpIn[T any](where, others, noun string, k adKey, keys []string, hits map[string][]T, pathOf func(T) string,
	onMissing types.String, diags *diag.Diagnostics) lookedUp[T] {
	out := lookedUp[T]{found: map[string]T{}, missing: []string{}}
	for _, key := range keys {
		switch all := hits[key]; len(all) {
		case 0:
			out.missing = append(out.missing, key)
		case 1:
			out.found[key] = all[0]
		default:
			diags.AddAttributeError(path.Root(k.argument+"s"), "Several "+noun+"s", fmt.Sprintf("%d %ss have the %s %q, such as %s and %s: "+
				"look them up by another key.", len(all), noun, k.argument, key, pathOf(all[0]), pathOf(all[1])))
		}
	}
	if len(out.missing) > 0 && onMissing.ValueString() != skipMissing {
		diags.AddAttributeError(path.Root(k.argument+"s"), "No such "+noun+"s", fmt.Sprintf("%d of %d keys fit no %s of the %s:\n%s\n"+
			"%s are not looked at. Correct the keys, or set on_missing = \"skip\".",
			len(out.missing), len(keys), noun, where, listed(out.missing), others))
	}
	return out
}

const (
	failMissing = "fail"
	skipMissing = "skip"
)

// onMissingArgument says what happens with keys that fit nothing.
func onMissingArgument(noun string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf(failMissing, skipMissing)},
		MarkdownDescription: "What happens with keys that fit no " + noun + ": `fail`, the default, is an error that names " +
			"them; `skip` leaves them out and lists them in `missing`."}
}

// listingArguments are the arguments of data sources that list what is there.
func listingArguments(noun, more string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"container": schema.StringAttribute{Optional: true, MarkdownDescription: "Distinguished name of the container that the " +
			"" + noun + " are below of, directly or deeper. Unset: the whole domain."},
		"filter": schema.StringAttribute{Optional: true, MarkdownDescription: "LDAP filter (RFC 4515) that they match as " +
			"well, such as `(description=*)`. Unset: all of them." + more},
		"limit": schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
			MarkdownDescription: "The most " + noun + " that are accepted. More of them are an error: a part of them is never " +
				"returned. Unset: any number."},
	}
}

// adListing is the model of listingArguments.
type adListing struct {
	Container types.String `tfsdk:"container"`
	Filter    types.String `tfsdk:"filter"`
	Limit     types.Int64  `tfsdk:"limit"`
}

func (m adListing) listing() activedirectory.Listing {
	return activedirectory.Listing{Container: m.Container.ValueString(), Filter: m.Filter.ValueString(), Limit: int(m.Limit.ValueInt64())}
}

// moment is a time as documents write it; null for none.
func moment(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(momentText(t))
}

func momentText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// orNull is text, null where it is empty.
func orNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// blame says which argument an error is about, unless it says so itself.
func (k adKey) blame(err error) error {
	if strings.HasPrefix(err.Error(), "found ") {
		return fmt.Errorf("%s: %w", k.argument, err)
	}
	return err
}

// pathsOf returns the distinguished names of objects.
func pathsOf[T any](all []T, path func(T) string) []string {
	out := make([]string, len(all))
	for i, one := range all {
		out[i] = path(one)
	}
	return out
}

// blameMany is blame where the key stands in the plural.
func (k adKey) blameMany(err error) error {
	k.argument += "s"
	return k.blame(err)
}

// keysOrListing asks for at most one kind of key, and for nothing that narrows a listing beside it.
func keysOrListing(keys []adKey, more ...string) []datasource.ConfigValidator {
	var out []datasource.ConfigValidator
	kinds := keyPaths(keys, "s")
	out = append(out, datasourcevalidator.Conflicting(kinds...))
	for _, name := range append([]string{"container", "filter", "limit"}, more...) {
		for _, kind := range kinds {
			out = append(out, datasourcevalidator.Conflicting(kind, path.MatchRoot(name)))
		}
	}
	return out
}
