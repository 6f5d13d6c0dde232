// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
)

func lifecycleSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "What follows from a worker's dates and status. Dates are calendar days at the worker's place. The guide " +
			"[Lifecycle](../guides/lifecycle.md#at-a-glance) says in one table what each word and date means for the account.",
		Attributes: map[string]schema.Attribute{
			"time_zone": optionalText("IANA time zone of workers without one, such as `Europe/Berlin`. The default is `UTC`."),
			"prehire_days": optionalDays("Days before the hire date from which a worker has an account, disabled until `enable_days`. Unset: as soon as the worker is in the feed. " +
				"A hire that was taken back, by a status word or by an end on the day before the hire date, gets no account."),
			"enable_days": optionalDays("Days before the hire date on which the account is enabled. The default is 0: when the hire date begins."),
			"active_statuses": optionalTexts("Status words of workers who work here, ignoring case. Where it is set, only the lists count: a " +
				"worker whose word is in none of them is set aside, and so is one without a word. " +
				"Unset: the provider's own vocabulary decides about words that are in no list; it knows the words of the usual HR systems in several languages. A word that it does not know, such as a misspelt one or a single letter, never means active: the worker is set aside, unless an end date that is over says that they have left."),
			"inactive_statuses": optionalTexts("Status words of workers who have left, or never started, ignoring case. They come before the vocabulary, which knows `Terminated`, `Left`, `Retired`, `Inactive`, `Inaktiv` and many others. " +
				"Such a word disables the account at once, also where the end date is still to come, and where the worker is booked to return."),
			"prehire_statuses": optionalTexts("Status words of workers who are hired and have not started, ignoring case. They come before the vocabulary, which knows `Pending Hire`, `Onboarding` and others. " +
				"Without a hire date such a worker gets no account while `prehire_days` is set, and a disabled one otherwise; one that exists is disabled. When the hire date has come and the word has not changed, the worker is set aside."),
			"leave_statuses": optionalTexts("Status words of workers on leave, ignoring case, for workers whose record has no `on_leave`. " +
				"They come before the vocabulary, which knows `On leave`, `Parental leave` and others."),
			"suspended_statuses": optionalTexts("Status words of workers who are employed and must not sign in, ignoring case. Their account is " +
				"disabled, and no leaver ladder begins. They come before the vocabulary, which knows `Suspended`, `Furlough`, `Garden leave` and " +
				"others."),
			"on_leave": optionalOneOf("What leave of absence means: `keep`, the default, leaves the account enabled; `disable` disables "+
				"it for the time of the leave.", "keep", "disable"),
			"disable_at": optionalOneOf("Which day ends with the account disabled: `last_day_of_work`, the default (the termination date for workers without one), or `termination_date`. The account is disabled when that day is over at the worker's place.",
				"last_day_of_work", "termination_date"),
			"leaver_container":      optionalText("Expression for the container of leavers. Unset: their accounts stay where they are."),
			"leaver_container_days": optionalDays("Days after leaving on which the account moves to `leaver_container`. The default is 0. They count from the end date; where HR gives none, from the day on which the directory has the account disabled."),
			"leaver_attributes":     attributeRulesSchema(false, "Rules that replace those of the same names once a worker has left, for instance a `description`."),
			"leaver_groups": optionalOneOf("What happens to the groups of leavers: `keep`, the default, touches none; `remove` takes the account out of every group but its primary one, and remembers them at the account itself "+
				"(`removed_groups_attribute` of the provider), so that losing the state loses nothing. A leaver whom somebody puts into a group again shows as drift. In the plan it is `groups` of the account document.", "keep", "remove"),
			"leaver_groups_days": optionalDays("Days after leaving on which the groups are taken away. The default is 0. They count from the same " +
				"day as `leaver_container_days`."),
			"restore_groups": schema.BoolAttribute{Optional: true,
				MarkdownDescription: "Whether the groups that were taken away are given back when the worker returns, or when HR takes the leaving " +
					"back. The default is false: the groups stay remembered, and the account gets only those that rules give it. " +
					"Groups that were deleted meanwhile are forgotten."},
			"retention_days": optionalDays("Days for which the account of a worker who has left must have been disabled, by the directory's own record, before it is deleted. Unset: it is never deleted. " +
				"The account of somebody who is booked to return is kept until the hire date has come. " +
				"The deletion stands in the plan as a change of the account's document, and `max_delete` of the accounts data source limits it. An " +
				"account that was disabled late is deleted late. Where the directory has no record of the day, the days begin with the next run."),
			"create_leavers": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether workers who had left before they ever had an account get one, disabled. The default is false. A worker who never started gets none."},
			"on_absent": optionalOneOf("What happens to the account of a worker who is no longer in the feed. Missing is not left: `keep`, the default, leaves the account as it is and reports it; "+
				"`disable` disables it after `absent_days`; `release` stops managing it: its document says `released`, and the provider reads and "+
				"writes nothing of it any more.", "keep", "disable", "release"),
			"absent_days": optionalDays("Days a worker may be missing from the feed before `on_absent` acts. The default is 0; more needs `record_in`."),
			"record_in": optionalText("Target attribute that records since when a worker has left or been absent, such as `msDS-cloudExtensionAttribute20`. " +
				"It keeps the clock running when the HR system gives no date, and when the state is lost."),
			"former_names_days": optionalDays("Days for which a login, a user principal name or an address that somebody gives up, as after a change of name, goes to nobody else, so that neither mail nor access meant for them reaches a namesake. " +
				"Needs `former_names_in`. Unset: the name is free at once, even in the same run. People who exchange names in one run may do so either way. " +
				"An account that is disabled holds its names while it exists, and a deleted one until it is purged, whatever is set here; what was purged is not remembered."),
			"former_names_in": optionalText("Target attribute that records at each account the names it has given up, and when, such as `msDS-cloudExtensionAttribute19`. Nothing else may use it."),
			"rehire": optionalOneOf("What happens when a former worker returns: `reuse`, the default, enables the former account again, "+
				"with the names that it had; `new_name` also applies the rules with `apply = \"on_create\"` again, so that the account may get other "+
				"names.", "reuse", "new_name"),
		},
	}
}
