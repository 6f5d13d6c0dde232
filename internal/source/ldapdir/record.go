// SPDX-License-Identifier: MPL-2.0

package ldapdir

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/dn"
	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

// binaryAttributes are those whose values are no text, even when their bytes
// happen to be some: photos, certificates, and the ids of Active Directory.
var binaryAttributes = []string{"jpegphoto", "photo", "thumbnailphoto", "thumbnaillogo", "audio", "usercertificate", "cacertificate", "usersmimecertificate", "userpkcs12",
	"objectguid", "objectsid", "sidhistory", "ms-ds-consistencyguid", "logonhours", "x500uniqueidentifier", "mxmsexchmailboxguid", "msexchmailboxguid"}

func binary(a *ldap.EntryAttribute) bool {
	name, options, _ := strings.Cut(strings.ToLower(a.Name), ";")
	if slices.Contains(binaryAttributes, name) || slices.Contains(strings.Split(options, ";"), "binary") {
		return true
	}
	return slices.ContainsFunc(a.Values, func(v string) bool { return !utf8.ValidString(v) || strings.IndexByte(v, 0) >= 0 })
}

// build makes workers of the entries.
func (r *reader) build() (*source.Result, error) {
	named := r.named()
	columns, left := make([]string, 0, len(r.columns)), []string{}
	for _, name := range r.columns {
		switch {
		case !r.binary[name] && (name != DN || named[DN]):
			columns = append(columns, name)
		case r.binary[name] && named[name]:
			columns = append(columns, name)
		case r.binary[name]:
			left = append(left, name)
		}
	}
	b, err := source.NewBuilder(r.spec, columns)
	if err != nil {
		return nil, err
	}
	for _, name := range columns {
		if r.binary[name] {
			b.Report(source.Problem{Column: name, Text: "found binary values, expected text: remove the attribute from the configuration"})
		}
	}
	for name := range named {
		if secretAttribute(name) {
			b.Report(source.Problem{Column: name, Text: "the attribute holds passwords or keys, which are never read: remove it from the configuration"})
		}
	}
	if slices.Sort(left); len(left) > 0 {
		b.Warn("left out as binary: %s", strings.Join(left, ", "))
	}
	dates := r.dateColumns()
	for i, e := range r.entries {
		b.Add(source.Quote(e.dn), func(column string) (expression.Value, bool) {
			if column == DN {
				return expression.String(e.dn), true
			}
			values := e.values[column]
			if dates[column] {
				values = generalizedTimes(values)
			}
			switch len(values) {
			case 0:
				return expression.Null, false
			case 1:
				return expression.String(values[0]), true
			}
			slices.Sort(values) // the values of an attribute are a set (RFC 4512 section 2.3)
			return expression.List(values...), true
		})
		r.entries[i].values = nil // what is kept is with the worker
	}
	return b.Finish()
}

// named are the columns that the configuration names.
func (r *reader) named() map[string]bool {
	names := map[string]bool{}
	for _, key := range worker.Fields {
		if name := r.spec.Fields[key]; name != "" {
			names[name] = true
		}
	}
	for _, name := range r.spec.Attributes {
		names[name] = true
	}
	for name := range r.spec.MinFilled {
		names[name] = true
	}
	for _, name := range []string{r.spec.ManagerReference, r.spec.PrimaryColumn} {
		if name != "" {
			names[name] = true
		}
	}
	return names
}

func (r *reader) field(key string) string {
	if name, ok := r.spec.Fields[key]; ok {
		return name
	}
	return r.names[key]
}

func (r *reader) dateColumns() map[string]bool {
	columns := map[string]bool{}
	for _, key := range []string{"hire_date", "termination_date", "last_day_of_work"} {
		columns[r.field(key)] = true
	}
	return columns
}

// generalizedTime is the syntax of RFC 4517 section 3.3.13: 20260701000000Z, in
// which minutes and seconds may be missing and the last part have a fraction.
var generalizedTime = regexp.MustCompile(`^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)?(\d\d)?([.,]\d+)?(Z|[+-]\d\d(\d\d)?)$`)

// generalizedTimes writes times as RFC 3339 does. Other texts stay as they are.
func generalizedTimes(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v
		m := generalizedTime.FindStringSubmatch(v)
		if m == nil {
			continue
		}
		part := func(i int) string {
			if m[i] == "" {
				return "00"
			}
			return m[i]
		}
		zone := m[8]
		if zone != "Z" {
			zone = zone[:3] + ":" + (zone + "00")[3:5]
		}
		text := fmt.Sprintf("%s-%s-%sT%s:%s:%s%s", m[1], m[2], m[3], m[4], part(5), part(6), zone)
		if _, err := time.Parse(time.RFC3339, text); err == nil {
			out[i] = text
		}
	}
	return out
}

// resolveManagers puts worker ids, or what else managers are named by, in the place of
// distinguished names: those of the entries that were read, and of others that the directory
// knows. A name of nobody stays; it is reported as a manager who is not among the workers.
func (r *reader) resolveManagers(ctx context.Context) error {
	manager, id := r.field("manager_id"), cmp.Or(r.spec.ManagerReference, r.field("worker_id"))
	if manager == "" || id == "" {
		return nil
	}
	known := make(map[string]string, len(r.entries))
	for _, e := range r.entries {
		if ids := e.values[id]; len(ids) == 1 || len(ids) > 0 && r.spec.ManagerReference != "" { // one of several names a manager too
			known[dn.Key(e.dn)] = ids[0]
		}
	}
	for _, e := range r.entries {
		values := e.values[manager]
		for i, name := range values {
			if !dn.Is(name) {
				continue // an id already
			}
			folded := dn.Key(name)
			found, ok := known[folded]
			if !ok {
				var err error
				if found, err = r.lookUp(ctx, name, id); err != nil {
					return fmt.Errorf("%s, column %q: %w", source.Quote(e.dn), manager, err)
				}
				known[folded] = found
			}
			if found != "" {
				values[i] = found
			}
		}
	}
	return nil
}

// lookUp returns the worker id of an entry outside of what was read, "" if there is none.
func (r *reader) lookUp(ctx context.Context, name, id string) (string, error) {
	found, err := r.client.Search(ctx, &ldap.SearchRequest{BaseDN: name, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{id}})
	switch {
	case ldapconn.IsNotFound(err):
		return "", nil
	case err != nil:
		return "", err
	case len(found) != 1:
		return "", nil
	}
	if ids := found[0].GetEqualFoldAttributeValues(id); len(ids) == 1 {
		return ids[0], nil
	}
	return "", nil
}
