// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/mapping"
)

func mappingSchema() schema.Schema {
	return schema.Schema{
		MarkdownDescription: "Rules that turn each worker into the account they should have: how workers are matched, where every attribute comes from, where the account lives, and what follows from joining, moving, leaving and returning. " +
			"Everything is checked at plan: expressions are compiled, attribute names and lengths are compared with the standard schema of the target, and the examples are evaluated. " +
			"The rules take effect through `json`, which the accounts data source reads; pass it through a local value, so that a change of rules " +
			"shows its consequences in the same plan. " +
			"A mapping writes to no directory, and has no drift. The [glossary](../guides/glossary.md) has the words.",
		Attributes: map[string]schema.Attribute{
			"target": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Where the accounts are: `active_directory` is an Active Directory domain, `entra` a Microsoft Entra ID tenant.",
				Validators:          []validator.String{stringvalidator.OneOf(activeDirectoryTarget.format.Target, entraTarget.format.Target)},
			},
			"synchronised_only": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether the accounts are users of Microsoft Entra ID that are synchronised from Active Directory, and no others. " +
				"The rules then need not, and may not, name what Active Directory masters: user principal name, display name, `mailNickname` and most attributes; `usageLocation` is among the few that are left. " +
				"Nobody is created, disabled or deleted; workers without such a user are reported. The default is false: then synchronised users may " +
				"be among the others. What Active Directory masters is left alone for them, too, and the report says what the rules would change."},
			"match": matchSchema(),
			"attributes": attributeRulesSchema(true,
				"Rules by target attribute name, such as `givenName`. An attribute without a rule is not managed and never touched. Naming "+
					"attributes (`cn`, `sAMAccountName`, `userPrincipalName`) are always unique, and an existing account keeps its own unless `apply` "+
					"says otherwise."),
			"container": optionalText("Expression that gives the container of the account: in Active Directory the distinguished name of an organizational unit. A changed result moves the account in place. " +
				"A distinguished name may stand as it is, such as `OU=Staff,DC=corp,DC=example,DC=com`. Required for Active Directory."),
			"container_apply": optionalOneOf("When the container is applied: `always`, the default, moves accounts whose result changes; `on_create` only places new accounts.", mapping.ApplyAlways, mapping.ApplyOnCreate),
			"scope":           scopeSchema(),
			"on_out_of_scope": optionalOneOf("What happens to the existing account of a worker who is not in scope. `ignore`, the default, leaves "+
				"the worker out of the accounts: what happens to an account that was managed so far, `on_removal` of the population says; "+
				"`keep` leaves the account as it is; `disable` disables it; `leaver` treats the worker as one who has left this directory, for "+
				"example for another forest: the account is disabled; its groups, container, leaver attributes and retention follow "+
				"`worker_lifecycle`; it is enabled again when the worker comes back. "+
				"It concerns accounts in `owned_containers` or `owned_domains` of the accounts data source only. The retention begins when the "+
				"provider disables the account. Where populations share a directory, keep `ignore`: the population that the worker goes to takes "+
				"the account.",
				mapping.OutOfScopeIgnore, mapping.OutOfScopeKeep, mapping.OutOfScopeDisable, mapping.OutOfScopeLeaver),
			"worker_lifecycle": lifecycleSchema(),
			"tables":           schema.MapAttribute{Optional: true, ElementType: types.MapType{ElemType: types.StringType}, MarkdownDescription: "Tables for the function `Lookup`, by name: `Lookup([CountryCode], \"region\", \"EMEA\")` reads the key from the table `region`."},
			"expressions":      schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Named expressions that others use as `Use(\"name\")`, so that a rule is written once."},
			"extra_attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.List{listvalidator.NoNullValues()}, MarkdownDescription: "Target attributes that the standard schema does not have, because this directory's schema was extended. The accounts data source compares them with the live schema."},
			"manager_missing":  optionalOneOf("What the manager becomes when the worker's manager has no account: `keep`, the default, leaves the attribute alone; `clear` removes it; `next_level` takes the manager's manager.", mapping.ManagerKeep, mapping.ManagerClear, mapping.ManagerNextLevel),
			"default_domain":   optionalText("What the function `DefaultDomain()` returns, such as `corp.example.com`."),
			"dialect":          optionalOneOf("Dialect of the expressions, where functions of the same name differ: `provisioning`, the default, is that of Microsoft's HR provisioning; `cloud-sync` and `mim` are those of Entra Cloud Sync and Microsoft Identity Manager.", "provisioning", "cloud-sync", "mim"),
			"examples":         examplesSchema(),
			"json": schema.StringAttribute{Computed: true, Sensitive: true, // or each rule would stand twice in every plan
				MarkdownDescription: "The rules as one document, known at plan. Give it to an accounts data source through a local value. " +
					"It is sensitive only so that a plan shows each rule once, in the arguments: an output of the root module that holds it needs " +
					"`sensitive = true`, and `nonsensitive` shows it."},
			"source_attributes": schema.ListAttribute{Computed: true, ElementType: types.StringType,
				MarkdownDescription: "HR attributes that the rules read, sorted. Give them through a local value to `attributes` of the HR " +
					"data source, so that nothing else gets into the state."},
		},
	}
}

func optionalText(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description}
}

func optionalOneOf(description string, values ...string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: []validator.String{stringvalidator.OneOf(values...)}}
}

func optionalDays(description string) schema.Int64Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(0, 36500)}}
}

func optionalTexts(description string) schema.ListAttribute {
	return schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: description}
}

func matchSchema() schema.Attribute {
	source := optionalText("HR attribute, as `worker_id` or `[worker_id]`, or an expression over HR attributes.")
	target := optionalText("Target attribute that must equal the source value. The directory compares, so that case usually makes no " +
		"difference.")
	return schema.ListNestedAttribute{
		Required: true,
		MarkdownDescription: "How a worker is recognised among existing accounts, in order of precedence: the first rule that finds an account decides. A worker for whom a rule finds several accounts, and workers who find the same account, are set aside. " +
			"A rule whose source value is empty is passed over. " +
			"A rule that does not compare the attribute for worker ids, and is not marked with `identifies`, is a weak one: it takes over no account that carries another worker id and no guest, and takes access away from nobody.",
		Validators: []validator.List{listvalidator.SizeAtLeast(1)},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"source": source,
			"target": target,
			"identifies": schema.BoolAttribute{
				Optional: true,
				MarkdownDescription: "Whether what is compared belongs to one person only, such as a personnel number that stays the same when a contractor becomes an employee. " +
					"An account found by such a rule is the worker's even if it carries another worker id, and is disabled when they have left. Never mark a rule that compares names. The default is `false`.",
			},
			"all": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Several comparisons that must all hold. It takes the place of `source` and `target`.",
				NestedObject:        schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{"source": source, "target": target}},
			},
		}},
	}
}

func attributeRulesSchema(required bool, description string) schema.Attribute {
	return schema.MapNestedAttribute{
		Required:            required,
		Optional:            !required,
		MarkdownDescription: description,
		Validators:          []validator.Map{mapvalidator.SizeAtLeast(1)},
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"source": optionalText("HR attribute to copy. Set at most one of `source`, `constant` and `expression`. With none of them, " +
				"`default` is set when the account is created, and nothing afterwards."),
			"constant":   optionalText("The same value for everybody."),
			"expression": optionalText("Expression in the language of Microsoft's attribute mappings, such as `Join(\" \", [FirstName], [LastName])`."),
			"default":    optionalText("Value that a new account gets where the result is null. Unset: none."),
			"apply": optionalOneOf("When the rule applies. `always` keeps the attribute as the rule says, and repairs drift; `on_create` "+
				"sets it once and keeps what the account has ever after; `if_empty` sets it when the account has no value; "+
				"`add_values`, for attributes with several values such as `proxyAddresses`, keeps every value that the account has and adds "+
				"those it lacks: a value of the rule that somebody removes comes back, and one that the rule no longer gives stays. "+
				"The default is `always`, and `on_create` for naming attributes.", mapping.ApplyAlways, mapping.ApplyOnCreate,
				mapping.ApplyIfEmpty, mapping.ApplyAddValues),
			"when_null": optionalOneOf("What a null result means. `keep`, the default, leaves the attribute alone for this worker; `clear` "+
				"removes its value; `error` sets the worker aside.",
				mapping.NullKeep, mapping.NullClear, mapping.NullError),
			"unique": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether no other account may have the value. The default is false; naming attributes are always unique."},
			"redact": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether values are kept out of reports. The default is false. The plan and the state still hold them."},
		}},
	}
}

func scopeSchema() schema.Attribute {
	return schema.ListNestedAttribute{
		Optional: true,
		MarkdownDescription: "Groups of clauses that decide who is in scope: all clauses of a group must hold, and one group is enough. Without groups everybody is in scope. " +
			"Being out of scope is not the same as having left: see `on_out_of_scope`.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"clauses": schema.ListNestedAttribute{
				Required:            true,
				MarkdownDescription: "Clauses that must all hold.",
				Validators:          []validator.List{listvalidator.SizeAtLeast(1)},
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"attribute": optionalText("HR attribute that the operator looks at. A clause on an attribute without value does not hold, except with `IS NULL`."),
					"operator": optionalText("One of `EQUALS`, `NOT EQUALS`, `INCLUDES`, `ENDS_WITH`, `GREATER_THAN`, `GREATER_THAN_OR_EQUALS`, `IS NULL`, `IS NOT NULL`, `IS TRUE`, `IS FALSE`, `REGEX MATCH`, `NOT REGEX MATCH`, `&` and `!&`. " +
						"Comparisons respect case; the last two compare bits."),
					"value":      optionalText("What the attribute is compared with."),
					"expression": optionalText("Expression that gives `True` or `False`, instead of an attribute and an operator."),
				}},
			},
		}},
	}
}

func examplesSchema() schema.Attribute {
	return schema.ListNestedAttribute{
		Optional:            true,
		MarkdownDescription: "Tests of the rules: workers, and what they must become. They are evaluated at plan, and a difference stops it.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"name":     schema.StringAttribute{Required: true, MarkdownDescription: "What the example shows; errors name it."},
			"worker":   schema.MapAttribute{Required: true, ElementType: types.StringType, MarkdownDescription: "The worker: the canonical keys `worker_id`, `status`, `worker_type`, `hire_date`, `termination_date`, `last_day_of_work`, `on_leave`, `manager_id`, `time_zone`, and HR attributes by their names."},
			"as_of":    optionalText("The moment of the example, as RFC 3339. The default is noon UTC of the worker's hire date, or of 2000-01-01 without one."),
			"existing": optionalTexts("Values that other accounts already have, for unique attributes."),
			"expect": schema.MapAttribute{Required: true, ElementType: types.StringType, MarkdownDescription: "Expected values by target attribute, and `container`, `enabled` (`true` or `false`), `stage` (`future`, `prehire`, `active`, `leave`, `left`, `out_of_scope`; see the guide Lifecycle) and `groups` (`kept`, `removed`). " +
				"What is not named is not checked. `\"\"` expects no value; several values are written one a line, sorted."},
		}},
	}
}
