// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"terraform-provider-workforce/internal/reconcile"
)

func (r *userResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	accounts := "workforce_" + r.target.prefix + "_accounts"
	resp.Schema = schema.Schema{
		MarkdownDescription: "One person's account in " + r.target.title + ", either as a document from `" + accounts + "` (`account`) or written by hand. For more than a few hundred people use `workforce_" + r.target.prefix + "_population`. " +
			"The account is renamed, moved, enabled and disabled in place, and never replaced. Drift in managed attributes is shown and repaired.",
		Attributes: map[string]schema.Attribute{
			"account": schema.StringAttribute{Optional: true, MarkdownDescription: "One account document, as `accounts` of `" + accounts + "` holds it. It excludes the arguments for accounts written by hand. It must be known at plan, unless `allow_unreviewed` is set."},
			"worker_id": schema.StringAttribute{Optional: true, MarkdownDescription: "Worker id, under which other accounts name this one as their manager. " +
				"Unset: the value of the provider's `worker_id_attribute` in this account, else its `" + r.target.loginKey() + "`."},
			"manager": coreArgument("Worker id of the manager. Unset: not managed. Managers may be created in the same apply, in any order."),
			"password_wo": schema.StringAttribute{Optional: true, WriteOnly: true, Sensitive: true, MarkdownDescription: "Password of the account. It is write-only: neither plan nor state holds it. Unset: a new account gets a random password that is not kept anywhere. " +
				"Needs Terraform 1.11."},
			"password_wo_version": schema.Int64Attribute{Optional: true, MarkdownDescription: "Any number; changing it sets `password_wo` on the existing account again.",
				Validators: []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("password_wo"))}},
			"change_password_at_next_logon": schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether the person must change a password set here when they next sign in. The default is true."},
			"adopt_existing": schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString(reconcile.AdoptMatched), Validators: []validator.String{oneOf(reconcile.AdoptNever, reconcile.AdoptMatched, reconcile.AdoptAlways)},
				MarkdownDescription: "Whether an account that exists already under the same `" + r.target.loginKey() + "` may be taken over: " +
					"`matched`, the default, if it carries the same worker id; `always` also if it carries none; `never`. " +
					"With `account`, one that carries the same worker id is taken over under whatever login it has; without it, that is refused, " +
					"because it may be the same person's everyday account."},
			"restore_deleted":  restoreAttribute(),
			"on_destroy":       r.target.removalAttribute("the account when the resource is destroyed or removed from the configuration", reconcile.Disable),
			"retention_days":   retentionAttribute(),
			"allow_unreviewed": allowUnreviewedAttribute("account"),
			argumentTimeouts:   timeoutsAttribute(limitsOfOne, leavesOne),
			"adopted": schema.StringAttribute{Computed: true, MarkdownDescription: "What the plan found out about an existing account that it takes over: object id, `enabled`, `disabled` or `deleted`, and a fingerprint of the managed attributes. " +
				"An apply that finds something else is refused. Empty where nothing is taken over, and after the next refresh."},
		},
	}
	own := entraUserArguments
	if r.target.format.Target == activeDirectoryTarget.format.Target {
		own = adUserArguments
	}
	maps.Copy(resp.Schema.Attributes, own())
}

// coreArgument is an argument for accounts written by hand.
func coreArgument(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{
		stringvalidator.LengthAtLeast(1), stringvalidator.ConflictsWith(path.MatchRoot("account")),
	}}
}

func idAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, MarkdownDescription: description, PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()}}
}

const enabledUnset = "Unset: a new account is enabled, and an existing one stays as it is: " +
	"one that somebody disables by hand stays disabled, without drift. " +
	"`true` enables such an account again, which the plan shows. With `account`, it is what the document says."

func adUserArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		argumentFirstPassword: firstPasswordSchema(),
		"container":           coreArgument("Distinguished name of the organizational unit or container that the account lives in. A change moves the account. Required without `account`."),
		"common_name":         coreArgument("The name (`cn`) of the account in its container, at most 64 characters, unescaped. A change renames the account. Required without `account`."),
		"sam_account_name":    coreArgument("The logon name (`sAMAccountName`), at most 20 characters, unique in the domain. Required without `account`."),
		"user_principal_name": coreArgument("The user principal name, such as `zoe@corp.example.com`, unique in the forest. Unset: not managed."),
		"enabled": schema.BoolAttribute{Optional: true, Computed: true,
			MarkdownDescription: "Whether people can sign in with the account. " + enabledUnset +
				" Other flags of `userAccountControl` are not touched, except those that have an argument here."},
		"password_never_expires": flagArgument("Whether the password never expires (`userAccountControl`, " +
			"DONT_EXPIRE_PASSWORD), whatever the password policy says."),
		"smart_card_required": flagArgument("Whether people must sign in with a smart card (SMARTCARD_REQUIRED). " +
			"Active Directory sets a random password when it becomes true, so that a new one is needed when it becomes false again."),
		"trusted_for_delegation": flagArgument("Whether services that run as the account may act as whoever signs in to them " +
			"(TRUSTED_FOR_DELEGATION, unconstrained delegation). " +
			"It needs a privilege of its own on the controller. Nobody's account needs it: `false` takes it away."),
		"account_not_delegated": flagArgument("Whether no service may act as this account (NOT_DELEGATED), which is advised for " +
			"administrators."),
		"cannot_change_password": flagArgument("Whether people may not change the password themselves " +
			"(\"User cannot change password\" of the consoles: two denials in the access list of the account, which takes the right to " +
			"modify its permissions). " +
			"A password that is set here need not be changed then."),
		"attributes": schema.DynamicAttribute{Optional: true, MarkdownDescription: "All other attributes by LDAP name, as an object: `{ givenName = \"Zoë\", proxyAddresses = [\"SMTP:zoe@example.com\"] }`. " +
			"An attribute that is absent or null is not managed; `\"\"` and `[]` clear it. A boolean may be written as `true` or " +
			"`false`, a number only in quotes. Times such as `accountExpires` may be written as RFC 3339 or `never`; for " +
			"`accountExpires` a date alone means the end of that day in UTC. " +
			"A value that stands in a list twice is refused."},
		"id":                 idAttribute("The account's objectGUID, which survives rename and move."),
		"sid":                idAttribute("The account's security identifier."),
		"distinguished_name": schema.StringAttribute{Computed: true, MarkdownDescription: "Where the account is now."},
	}
}

// flagArgument is an argument for a flag of accounts written by hand.
func flagArgument(description string) schema.BoolAttribute {
	return schema.BoolAttribute{Optional: true, MarkdownDescription: description +
		" Unset: not managed. A change by somebody else shows as drift.",
		Validators: []validator.Bool{boolvalidator.ConflictsWith(path.MatchRoot("account"))}}
}

func entraUserArguments() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		argumentFirstPass:     firstPassSchema(),
		"user_principal_name": coreArgument("The user principal name, such as `zoe@example.com`, in one of the tenant's verified domains and unique in the tenant; its case does not matter. A change renames the user in place. Required without `account`."),
		"display_name":        coreArgument("The name that address books show, at most 256 characters. Required without `account`."),
		"mail_nickname":       coreArgument("The mail alias, at most 64 ASCII characters. Required without `account`."),
		"enabled": schema.BoolAttribute{Optional: true, Computed: true,
			MarkdownDescription: "Whether the person can sign in (`accountEnabled`). " + enabledUnset + " Disabling also revokes the person's sessions."},
		"attributes": schema.DynamicAttribute{Optional: true, MarkdownDescription: "All other attributes by their name in Microsoft Graph, as an object: `{ department = \"Sales\", employeeId = \"1001\", businessPhones = [\"+61 2 5550 1234\"] }`. " +
			"Parts of complex properties are written with a slash: `\"employeeOrgData/costCenter\"`, `\"onPremisesExtensionAttributes/extensionAttribute1\"`, `\"customSecurityAttributes/Engineering/Project\"`; directory extensions by their full name; both have the type that the tenant defines, so that a Boolean takes `\"true\"` or `\"false\"`. " +
			"An attribute that is absent or null is not managed; `\"\"` and `[]` clear it. Dates such as `employeeHireDate` are written as RFC 3339 or YYYY-MM-DD. `sponsors` are worker ids or object ids."},
		"id": idAttribute("The user's object id, which survives renaming, deletion and restoring."),
	}
}
