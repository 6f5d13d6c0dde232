// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/action"

	"terraform-provider-workforce/internal/directory"
)

// rulesOnEnabling says what rules make of an account that was enabled at once.
const rulesOnEnabling = "This is the way to enable an account that the rules keep disabled because somebody disabled it by hand, or because nothing in the worker's record explains why it is disabled. " +
	"Rules disable again whoever has left, is on leave or not there yet: state a `workforce_override` with `enabled = true` for those who are to sign in all the same."

// rulesOnDisabling says what rules make of an account that was disabled at once.
func rulesOnDisabling(prefix string) string {
	return "Rules do not enable the account again as long as HR has the worker active: the report names it until somebody enables it, with `workforce_" + prefix + "_enable_users` or a `workforce_override` with `enabled = true`. " +
		"A `workforce_override` with `enabled = false` gives it a reason and a last day."
}

// actions returns what can be done to people at once, in both targets.
func actions() []func() action.Action {
	var out []func() action.Action
	for _, v := range adVerbs {
		out = append(out, newAction(activeDirectoryTarget, v))
	}
	for _, v := range entraVerbs {
		out = append(out, newAction(entraTarget, v))
	}
	return append(out, func() action.Action { return &issuePasswordsAction{} }, func() action.Action { return &issuePassesAction{} })
}

var adVerbs = []verb{
	{
		operation: directory.OperationDisable, name: "disable_users", doing: "Disabling", done: "Disabled", already: "Was disabled already", rules: rulesOnDisabling("ad"),
		description: "Disables Active Directory accounts now (`userAccountControl`, ACCOUNTDISABLE). Active Directory itself records when, which is what retention counts from. " +
			"Kerberos tickets that are out already live on until they expire, ten hours at most by default.",
	},
	{
		operation: directory.OperationEnable, name: "enable_users", doing: "Enabling", done: "Enabled", already: "Was enabled already", rules: rulesOnEnabling,
		description: "Enables Active Directory accounts now. An account that never had a password is refused: the rules that enable it give it one. An account that has expired (`accountExpires`) stays closed.",
	},
	{
		operation: directory.OperationUnlock, name: "unlock_users", doing: "Unlocking", done: "Unlocked", already: "Was not locked",
		description: "Unlocks Active Directory accounts that were locked out after wrong passwords (`lockoutTime`). An account that is not locked is left alone, and so is one that is disabled: unlocking enables nobody.",
	},
	{
		operation: directory.OperationRequirePasswordChange, name: "require_password_change", doing: "Requiring a new password of", done: "Must change the password", already: "Had to change the password already",
		description: "Makes people change their Active Directory password at their next sign-in (`pwdLastSet` is set to 0). The present password stays valid for that one sign-in: disable the account first if somebody else knows it. " +
			"An account whose password never expires, or that signs in with a smart card only, is refused, because Active Directory would not ask, and so is one that must not change its password, because it could not sign in any more.",
	},
}

var entraVerbs = []verb{
	{
		operation: directory.OperationDisable, name: "disable_users", doing: "Disabling", done: "Disabled, sessions revoked", rules: rulesOnDisabling("entra"),
		description: "Disables Microsoft Entra ID users and revokes their sessions now, in one step. Sessions of a user that is disabled already are revoked, too. " +
			"`disabled_since_attribute` of the provider records when a user was disabled, which is what retention counts from. " +
			"A user that is synchronised from Active Directory is disabled here, too, which takes access before the next synchronisation; disable the account there as well, with `workforce_ad_disable_users`, because Active Directory masters it: a later synchronisation may enable the user again. If Microsoft Entra ID refuses, the sessions are revoked all the same, and the action fails. " +
			"The application needs the permission `User.ReadWrite.All`, or, where `disabled_since_attribute` is `\"\"`, `User.EnableDisableAccount.All` with `User.RevokeSessions.All` and `User.Read.All`; for users who hold administrator roles also a role such as User Administrator or Privileged Authentication Administrator.",
	},
	{
		operation: directory.OperationEnable, name: "enable_users", doing: "Enabling", done: "Enabled", already: "Was enabled already", rules: rulesOnEnabling,
		description: "Enables Microsoft Entra ID users now, and clears `disabled_since_attribute` of the provider. A user that is synchronised from Active Directory is refused: enable the account there. " +
			"The application needs the permission `User.ReadWrite.All`, or, where `disabled_since_attribute` is `\"\"`, `User.EnableDisableAccount.All` with `User.Read.All`; for users who hold administrator roles also a role.",
	},
	{
		operation: directory.OperationRevokeSessions, name: "revoke_sessions", doing: "Revoking the sessions of", done: "Sessions revoked",
		description: "Revokes all sessions and refresh tokens of Microsoft Entra ID users, so that they must sign in again everywhere. Users that are synchronised from Active Directory may be among them. " +
			"Access tokens that are out already stay valid until they expire, usually within an hour, except where continuous access evaluation cuts them off. " +
			"The application needs the permissions `User.RevokeSessions.All` and `User.Read.All`, or `User.ReadWrite.All`.",
	},
	{
		operation: directory.OperationRequirePasswordChange, name: "require_password_change", doing: "Requiring a new password of", done: "Must change the password", already: "Had to change the password already",
		description: "Makes people change their Microsoft Entra ID password at their next sign-in (`passwordProfile/forceChangePasswordNextSignIn`). The present password stays valid for that one sign-in, and sessions live on: use `workforce_entra_revoke_sessions`, too. " +
			"Users whose password is kept elsewhere are refused: those that are synchronised from Active Directory, those of federated domains, and guests. " +
			"The application needs the permissions `User-PasswordProfile.ReadWrite.All`, `User.Read.All` and `Domain.Read.All`; for users who hold administrator roles also a role.",
	},
}
