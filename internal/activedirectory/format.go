// SPDX-License-Identifier: MPL-2.0

// Package activedirectory manages the users of an Active Directory domain: it
// finds, reads, creates, changes, disables and deletes them over LDAP, in bulk
// and with every write verified.
//
// A [Domain] answers questions (it is a [directory.Directory]) and carries out
// changes. It knows nothing of Terraform. Package applytest holds it to the same cases
// as package entra.
package activedirectory

import "terraform-provider-workforce/internal/directory"

// Target is the name that mapping rules use for Active Directory.
const Target = "active_directory"

// Attributes with a meaning of their own to this package.
const (
	attrCN                = "cn"
	attrLogin             = "sAMAccountName"
	attrPrincipal         = "userPrincipalName"
	attrManager           = directory.ManagerAttribute
	attrMemberOf          = "memberOf"
	attrGUID              = "objectGUID"
	attrDN                = "distinguishedName"
	attrClass             = "objectClass"
	attrControl           = "userAccountControl"
	attrPasswordSet       = "pwdLastSet"
	attrLockout           = "lockoutTime"
	attrPassword          = "unicodePwd"
	attrCredentials       = "supplementalCredentials"
	attrExpires           = "accountExpires"
	attrAdminCount        = "adminCount"
	attrCritical          = "isCriticalSystemObject"
	attrLastParent        = "lastKnownParent"
	attrWhenChanged       = "whenChanged"
	attrDisplayName       = "displayName"
	attrMail              = "mail"
	attrProxyAddresses    = "proxyAddresses"
	attrPropertyMetaData  = "replPropertyMetaData"
	attrAttributeMetaData = "msDS-ReplAttributeMetaData"
)

// Format is the account document of Active Directory.
var Format = directory.Format{
	Target:       Target,
	HasContainer: true,
	Core: []directory.CoreKey{
		{Key: "common_name", Attribute: attrCN, Required: true, PerContainer: true},
		{Key: "sam_account_name", Attribute: attrLogin, Required: true},
		{Key: "user_principal_name", Attribute: attrPrincipal},
		{Key: "manager", Attribute: attrManager},
		{Key: "groups", Attribute: directory.GroupsAttribute, Shared: true},
	},
	Equal:         func(attribute string, a, b directory.Value) bool { return Equal(nil, attribute, a, b) },
	Check:         CheckValue,
	Contradiction: contradiction,
	Naming:        namingRules,
	Refused:       notByRules,
	CheckPath:     checkPath,
	CheckTime:     checkTime,
	Days:          []string{attrExpires},
	ID:            attrGUID,
	Login:         attrLogin,
}
