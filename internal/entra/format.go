// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"strings"

	"terraform-provider-workforce/internal/directory"
)

// Attributes that the package itself deals with.
const (
	attrID          = "id"
	attrPrincipal   = "userPrincipalName"
	attrDisplayName = "displayName"
	attrNickname    = "mailNickname"
	attrMail        = "mail"
	attrEnabled     = "accountEnabled"
	attrEmployeeID  = "employeeId"
	attrSynced      = "onPremisesSyncEnabled"
	attrProxies     = "proxyAddresses"
	attrManager     = directory.ManagerAttribute
	attrSponsors    = "sponsors"
	attrUserType    = "userType"
	attrRestricted  = "isManagementRestricted"
	attrLicenses    = "assignedLicenses"

	attrCertificates = "authorizationInfo/certificateUserIds"
)

// Format is the account document of Microsoft Entra ID. The user principal name is unique in a
// tenant, mail among the mail addresses of all users, and so is the link to Active Directory.
var Format = directory.Format{
	Target:         "entra",
	ID:             attrID,
	Login:          attrPrincipal,
	Sessions:       true,
	HoldsAddresses: true,
	Core: []directory.CoreKey{
		{Key: "user_principal_name", Attribute: attrPrincipal, Required: true},
		{Key: "display_name", Attribute: attrDisplayName, Required: true, Shared: true},
		{Key: "mail_nickname", Attribute: attrNickname, Required: true, Shared: true},
		{Key: "manager", Attribute: attrManager, Shared: true},
		{Key: "groups", Attribute: directory.GroupsAttribute, Shared: true},
	},
	Equal:    equal,
	Mastered: mastered,
	Check:    CheckValue,
	Naming:   namingRules,
	Refused:  notByRules,
	Additive: func(attribute string) bool { return attribute == attrLicenses },
	Unique:   []string{attrMail, "onPremisesImmutableId"},
	// https://learn.microsoft.com/graph/api/resources/user#properties
	Unsupported: []string{
		"aboutMe", "assignedPlans", "authorizationInfo", "birthday",
		"certificateUserIds",
		"deviceEnrollmentLimit", "hireDate", "identities", "interests", "isResourceAccount",
		"legalAgeGroupClassification", "licenseAssignmentStates", "mailboxSettings", "mySite", "onPremisesProvisioningErrors",
		"passwordProfile", "pastProjects",
		"photo", "preferredName", "print", "provisionedPlans", "responsibilities", "schools", "serviceProvisioningErrors",
		"signInActivity", "skills",
	},
	Instead: map[string]string{
		"authorizationInfo":  "its part has a name of its own: write " + attrCertificates,
		"certificateUserIds": "as a part of authorizationInfo it has a longer name: write " + attrCertificates,
		// Graph keeps the sign-in name of the tenant among them, and replaces the whole list with what is written.
		"identities": "leave it out: the sign-in name of the tenant follows userPrincipalName, and those of other identity providers " +
			"(customers, federated guests) come from their sign-up or invitation",
	},
}

// mastered reports whether an attribute of a synchronised user belongs to Active
// Directory. Groups count as such: what was taken away is remembered at the user.
// https://learn.microsoft.com/entra/identity/hybrid/connect/concept-azure-ad-connect-sync-user-and-contacts
func mastered(attribute string) bool {
	p, _ := lookup(attribute)
	return !p.cloud && attribute != attrSponsors
}

// equal reports whether two values mean the same to Graph: names and addresses
// ignore case, and a date is a moment however it is written.
func equal(attribute string, a, b directory.Value) bool {
	if attribute == directory.GroupsAttribute {
		return directory.SameGroups(a, b)
	}
	if attribute == attrLicenses { // a is what somebody has, b what is wanted
		return holdsLicenses(a, b)
	}
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 {
		return true
	}
	t, _ := StandardSchema().Lookup(attribute)
	switch {
	case t.Name == attrPrincipal || t.Name == attrMail || t.Name == attrNickname:
		return strings.EqualFold(a.Text(), b.Text())
	case t.Syntax == directory.Boolean:
		return strings.EqualFold(a.Text(), b.Text())
	case t.Name == "usageLocation" || t.Name == attrSponsors || t.Name == "otherMails":
		return folded(a).Equal(folded(b))
	case isDate(t.Name):
		x, errX := directory.ParseMoment(a.Text())
		y, errY := directory.ParseMoment(b.Text())
		return errX == nil && errY == nil && x.Equal(y)
	}
	return a.Equal(b)
}

func folded(v directory.Value) directory.Value {
	out := make(directory.Value, len(v))
	for i, s := range v {
		out[i] = directory.Fold(s)
	}
	return out
}

func isDate(name string) bool { return dates[name] }

var dates = map[string]bool{"employeeHireDate": true, "employeeLeaveDateTime": true}
