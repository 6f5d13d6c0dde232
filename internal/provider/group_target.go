// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/membership"
)

// groupTerms is what a target calls groups and their members.
type groupTerms struct {
	// refs are the kinds of references to a group, memberRefs to a member.
	refs, memberRefs []string
	naming           membership.Naming
	// Descriptions of the resource for members and of its arguments.
	summary, nested, foreign, privileged string
}

var adGroupTerms = groupTerms{
	refs:       []string{"objectGUID", "distinguished name", "sAMAccountName"},
	memberRefs: []string{"worker id", "objectGUID", "distinguished name", "user principal name"},
	naming:     membership.Naming{Key: activedirectory.RefKey, ByPath: func(directory.Member) bool { return true }, Hidden: func(ref string) bool { return strings.Contains(ref, "@") }},
	summary: "Only differences are written, a thousand a request, and one member that is refused does not stop the others. " +
		"Members by primary group (`primaryGroupID`) count where `members` names them, and no write takes those out: the account needs another primary group first.",
	nested: "objectGUID or distinguished name", foreign: "distinguished name",
	privileged: ": those that Active Directory protects (`adminCount` is 1), those that administer the domain, such as Domain Admins and Account Operators, and groups nested into them.",
}

var entraGroupTerms = groupTerms{
	refs:       []string{"object id", "mail nickname", "display name"},
	memberRefs: []string{"worker id", "object id", "user principal name"},
	// A group's path is its display name, which others may have too.
	naming: membership.Naming{Key: directory.Fold, ByPath: func(m directory.Member) bool { return m.Class == "user" }, Hidden: func(string) bool { return false }},
	summary: "They are read 999 a page and twenty pages a request, only differences are written, twenty members a change and twenty changes a request, and one member that is refused does not stop the others. " +
		"Groups whose membership is dynamic, that are synchronised from Active Directory or managed by Exchange are refused at plan. " +
		"The application needs the permissions `GroupMember.ReadWrite.All` and `User.Read.All`; for groups that roles can be assigned to, `RoleManagement.ReadWrite.Directory` as well, and for those with hidden membership `Member.Read.Hidden`.",
	nested: "object id", foreign: "user principal name or object id",
	privileged: ": those that roles can be assigned to (`assignable_to_role`).",
}
