// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"cmp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"terraform-provider-workforce/internal/directory"
)

// property is one property of users in Microsoft Graph.
// https://learn.microsoft.com/graph/api/resources/user
type property struct {
	kind directory.AttributeType
	get  func(models.Userable) directory.Value
	// list says that Graph takes a collection, even where one value is all it may hold.
	list bool
	// cloud says that it may be written although the user is synchronised from
	// Active Directory.
	cloud bool
	// fixed says that it can be changed but not cleared.
	fixed bool
	// annotation is the OData type that goes with a value in a body, where the
	// value does not show it.
	annotation string
	// permission is needed to read or write it, beyond that for users: the last
	// word of "<permission>.Read.All" is added.
	permission string
	// selects is what $select names in place of the property, where it is read from another.
	selects string
}

// select is the top-level property that $select and bodies name.
func (p property) top() string {
	name, _, _ := strings.Cut(cmp.Or(p.selects, p.kind.Name), "/")
	return name
}

func named(name string) property {
	return property{kind: directory.AttributeType{Name: name}}
}

func text(name string, most int64, get func(models.Userable) *string) property {
	p := named(name)
	p.kind.Max, p.kind.HasMax = most, most > 0
	p.get = func(u models.Userable) directory.Value { return fromPointer(get(u)) }
	return p
}

func fromPointer(s *string) directory.Value {
	if s == nil || *s == "" {
		return nil
	}
	return directory.Value{*s}
}

func boolean(name string, get func(models.Userable) *bool) property {
	p := named(name)
	p.kind.Syntax = directory.Boolean
	p.get = func(u models.Userable) directory.Value {
		if b := get(u); b != nil {
			return directory.Value{strings.ToUpper(strconv.FormatBool(*b))}
		}
		return nil
	}
	return p
}

func moment(name string, get func(models.Userable) *time.Time) property {
	p := named(name)
	p.get = func(u models.Userable) directory.Value {
		if at := get(u); at != nil {
			return directory.Value{at.UTC().Format(time.RFC3339)}
		}
		return nil
	}
	return p
}

func list(name string, most int64, get func(models.Userable) []string) property {
	p := named(name)
	p.list, p.kind.Multi, p.kind.Max, p.kind.HasMax = true, true, most, most > 0
	p.get = func(u models.Userable) directory.Value {
		if v := get(u); len(v) > 0 {
			return directory.Value(v)
		}
		return nil
	}
	return p
}

// licenses are the licenses of a user, which [Tenant.readLicenses] reads and [run.writeLicenses] writes.
func licenses() property {
	p := list(attrLicenses, 0, func(models.Userable) []string { return nil }).inCloud()
	p.selects = "licenseAssignmentStates"
	return p
}

func (p property) readOnly() property { p.kind.ReadOnly = true; return p }
func (p property) inCloud() property  { p.cloud = true; return p }
func (p property) unclearable() property {
	p.fixed = true
	return p
}
func (p property) needs(permission string) property { p.permission = permission; return p }
func (p property) single() property                 { p.kind.Multi = false; return p }

// standard are the properties that every tenant has.
var standard = sync.OnceValue(func() []property {
	all := []property{
		text(attrID, 0, models.Userable.GetId).readOnly(),
		boolean(attrEnabled, models.Userable.GetAccountEnabled),
		text("ageGroup", 0, models.Userable.GetAgeGroup).inCloud(),
		list("businessPhones", 64, models.Userable.GetBusinessPhones).single(),
		list(attrCertificates, 1024, func(u models.Userable) []string {
			if a := u.GetAuthorizationInfo(); a != nil {
				return a.GetCertificateUserIds()
			}
			return nil
		}),
		licenses(),
		text("city", 128, models.Userable.GetCity),
		text("companyName", 64, models.Userable.GetCompanyName),
		text("consentProvidedForMinor", 0, models.Userable.GetConsentProvidedForMinor).inCloud(),
		text("country", 128, models.Userable.GetCountry),
		text("creationType", 0, models.Userable.GetCreationType).readOnly(),
		text("externalUserState", 0, models.Userable.GetExternalUserState).readOnly(),
		moment("createdDateTime", models.Userable.GetCreatedDateTime).readOnly(),
		text("department", 64, models.Userable.GetDepartment),
		text(attrDisplayName, 256, models.Userable.GetDisplayName).unclearable(),
		moment("employeeHireDate", models.Userable.GetEmployeeHireDate),
		text(attrEmployeeID, 16, models.Userable.GetEmployeeId),
		moment("employeeLeaveDateTime", models.Userable.GetEmployeeLeaveDateTime).needs("User-LifeCycleInfo"),
		text("employeeOrgData/costCenter", 0, func(u models.Userable) *string {
			if o := u.GetEmployeeOrgData(); o != nil {
				return o.GetCostCenter()
			}
			return nil
		}),
		text("employeeOrgData/division", 0, func(u models.Userable) *string {
			if o := u.GetEmployeeOrgData(); o != nil {
				return o.GetDivision()
			}
			return nil
		}),
		text("employeeType", 1024, models.Userable.GetEmployeeType),
		text("faxNumber", 64, models.Userable.GetFaxNumber),
		text("givenName", 64, models.Userable.GetGivenName),
		list("imAddresses", 0, models.Userable.GetImAddresses).readOnly(),
		boolean(attrRestricted, models.Userable.GetIsManagementRestricted).readOnly(),
		text("jobTitle", 128, models.Userable.GetJobTitle),
		moment("lastPasswordChangeDateTime", models.Userable.GetLastPasswordChangeDateTime).readOnly(),
		text(attrMail, 256, models.Userable.GetMail),
		text(attrNickname, 64, models.Userable.GetMailNickname).unclearable(),
		text("mobilePhone", 64, models.Userable.GetMobilePhone),
		text("officeLocation", 128, models.Userable.GetOfficeLocation),
		text("onPremisesDistinguishedName", 0, models.Userable.GetOnPremisesDistinguishedName).readOnly(),
		text("onPremisesDomainName", 0, models.Userable.GetOnPremisesDomainName).readOnly(),
		text("onPremisesImmutableId", 256, models.Userable.GetOnPremisesImmutableId),
		moment("onPremisesLastSyncDateTime", models.Userable.GetOnPremisesLastSyncDateTime).readOnly(),
		text("onPremisesSamAccountName", 0, models.Userable.GetOnPremisesSamAccountName).readOnly(),
		text("onPremisesSecurityIdentifier", 0, models.Userable.GetOnPremisesSecurityIdentifier).readOnly(),
		boolean(attrSynced, models.Userable.GetOnPremisesSyncEnabled).readOnly(),
		text("onPremisesUserPrincipalName", 0, models.Userable.GetOnPremisesUserPrincipalName).readOnly(),
		list("otherMails", 250, models.Userable.GetOtherMails).inCloud(),
		text("passwordPolicies", 0, models.Userable.GetPasswordPolicies).inCloud(),
		text("postalCode", 40, models.Userable.GetPostalCode),
		text("preferredDataLocation", 3, models.Userable.GetPreferredDataLocation),
		text("preferredLanguage", 64, models.Userable.GetPreferredLanguage),
		list(attrProxies, 0, models.Userable.GetProxyAddresses).readOnly(),
		text("securityIdentifier", 0, models.Userable.GetSecurityIdentifier).readOnly(),
		boolean("showInAddressList", models.Userable.GetShowInAddressList),
		moment(attrSessions, models.Userable.GetSignInSessionsValidFromDateTime).readOnly(),
		text("state", 128, models.Userable.GetState),
		text("streetAddress", 1024, models.Userable.GetStreetAddress),
		text("surname", 64, models.Userable.GetSurname),
		text("usageLocation", 2, models.Userable.GetUsageLocation).inCloud().unclearable(),
		text(attrPrincipal, 1024, models.Userable.GetUserPrincipalName).unclearable(),
		text(attrUserType, 0, models.Userable.GetUserType).inCloud(),
	}
	return append(all, extensionAttributes()...)
})

// extensionAttributes are the fifteen attributes that Exchange brought.
func extensionAttributes() []property {
	type attributes = models.OnPremisesExtensionAttributesable
	getters := []func(attributes) *string{
		attributes.GetExtensionAttribute1, attributes.GetExtensionAttribute2, attributes.GetExtensionAttribute3, attributes.GetExtensionAttribute4, attributes.GetExtensionAttribute5,
		attributes.GetExtensionAttribute6, attributes.GetExtensionAttribute7, attributes.GetExtensionAttribute8, attributes.GetExtensionAttribute9, attributes.GetExtensionAttribute10,
		attributes.GetExtensionAttribute11, attributes.GetExtensionAttribute12, attributes.GetExtensionAttribute13, attributes.GetExtensionAttribute14, attributes.GetExtensionAttribute15,
	}
	out := make([]property, len(getters))
	for i, get := range getters {
		out[i] = text("onPremisesExtensionAttributes/extensionAttribute"+strconv.Itoa(i+1), 1024, func(u models.Userable) *string {
			if a := u.GetOnPremisesExtensionAttributes(); a != nil {
				return get(a)
			}
			return nil
		})
	}
	return out
}

var byName = sync.OnceValue(func() map[string]property {
	m := map[string]property{}
	for _, p := range standard() {
		m[directory.Fold(p.kind.Name)] = p
	}
	return m
})

var schema = sync.OnceValue(func() *directory.Schema {
	types := []directory.AttributeType{{Name: attrManager, Syntax: directory.Path}, {Name: attrSponsors, Syntax: directory.Path, Multi: true}}
	for _, p := range standard() {
		types = append(types, p.kind)
	}
	return directory.NewSchema(types...)
})

// StandardSchema returns the properties that users have in every tenant.
func StandardSchema() *directory.Schema { return schema() }

// Prefixes of attributes that differ from tenant to tenant.
const (
	extensionPrefix = "extension_"                // directory extensions: extension_<application>_<name>
	securityPrefix  = "customSecurityAttributes/" // custom security attributes: customSecurityAttributes/<set>/<name>
)

// lookup returns the property of that name, in any case; directory extensions
// and custom security attributes are taken for text: their types differ from
// tenant to tenant, see [Tenant.property].
func lookup(name string) (property, bool) {
	if p, ok := byName()[directory.Fold(name)]; ok {
		return p, true
	}
	if strings.HasPrefix(name, extensionPrefix) && strings.Count(name, "_") >= 2 {
		p := named(name)
		p.get = func(u models.Userable) directory.Value { return raw(u.GetAdditionalData()[name]) }
		return p, true
	}
	if rest, ok := strings.CutPrefix(name, securityPrefix); ok && strings.Count(rest, "/") == 1 {
		set, attribute, _ := strings.Cut(rest, "/")
		p := named(name).inCloud().needs("CustomSecAttributeAssignment")
		p.get = func(u models.Userable) directory.Value {
			if c := u.GetCustomSecurityAttributes(); c != nil {
				return raw(member(c.GetAdditionalData()[set], attribute))
			}
			return nil
		}
		return p, true
	}
	return property{}, false
}
