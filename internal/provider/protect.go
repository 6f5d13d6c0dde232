// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/entra"
)

// adProtectModel names accounts of the domain that nothing may touch.
type adProtectModel struct {
	Filters    types.List `tfsdk:"filters"`
	Groups     types.List `tfsdk:"groups"`
	Containers types.List `tfsdk:"containers"`
	AdminCount types.Bool `tfsdk:"admin_count"`
}

// entraProtectModel names users of the tenant that nothing may touch.
type entraProtectModel struct {
	Users  types.List `tfsdk:"users"`
	Groups types.List `tfsdk:"groups"`
}

const protects = "that nothing in this provider changes, disables, moves, renames or deletes, such as those of administrators and services. " +
	"Where the rules of a mapping would change one, it stays as it is and the report names it; where its worker must lose access, the plan is an error, because only a person can take that access. " +
	"A resource or action that is told to change one is refused at plan. Each names the person and what protects the account, and the same is checked again right before anything is written. " +
	"What it names is looked up once a run, not once an account."

func protectedList(description string) schema.ListAttribute {
	return schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
}

func adProtectSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, MarkdownDescription: "Accounts " + protects + " Critical system objects of the domain are always protected.",
		Attributes: map[string]schema.Attribute{
			"filters": protectedList("LDAP filters, such as `(employeeType=Service)` or `(sAMAccountName=svc-*)`. Every account that fits one of them is protected."),
			"groups": protectedList("Groups by distinguished name, objectGUID or `sAMAccountName`, such as `Domain Admins`. Their members are protected, members of nested groups and those who have one of them as their primary group included. " +
				"A group that does not exist is an error."),
			"containers": protectedList("Distinguished names of organizational units and containers. Everything below them is protected. One that does not exist is an error."),
			"admin_count": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether accounts whose `adminCount` is 1 are protected: those that are or were members of a group that Active Directory protects (AdminSDHolder). The default is true. " +
				"Active Directory never takes the mark away by itself: clear it on accounts that are no administrators any more."},
		},
	}
}

func entraProtectSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true, MarkdownDescription: "Users " + protects,
		Attributes: map[string]schema.Attribute{
			"users": protectedList("Object ids and user principal names, such as those of emergency access accounts. One that does not exist is a warning."),
			"groups": protectedList("Groups by object id, display name or `mailNickname`. Their members are protected, members of nested groups included. A group that does not exist is an error. " +
				"The application needs the permission `GroupMember.Read.All`."),
		},
	}
}

// protection reads the settings, and whether adminCount counts.
func (m *adProtectModel) protection(s *settingReader) (p activedirectory.Protect, ignoreAdminCount bool) {
	if m == nil {
		return p, false
	}
	const root = "active_directory.protect."
	p = activedirectory.Protect{Filters: s.list(m.Filters, root+"filters"), Groups: s.list(m.Groups, root+"groups"), Containers: s.list(m.Containers, root+"containers")}
	return p, s.known(m.AdminCount, root+"admin_count") && !m.AdminCount.ValueBool()
}

func (m *entraProtectModel) protection(s *settingReader) entra.Protect {
	if m == nil {
		return entra.Protect{}
	}
	return entra.Protect{Users: s.list(m.Users, "entra.protect.users"), Groups: s.list(m.Groups, "entra.protect.groups")}
}
