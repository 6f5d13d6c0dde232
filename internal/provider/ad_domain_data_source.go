// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/activedirectory"
)

var (
	_ datasource.DataSource              = (*adDomainDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*adDomainDataSource)(nil)
)

func newADDomainDataSource() datasource.DataSource { return &adDomainDataSource{} }

// adDomainDataSource says what the domain of the provider is.
type adDomainDataSource struct{ adDataSource }

type adDomainModel struct {
	DNSName                   types.String           `tfsdk:"dns_name"`
	NetBIOSName               types.String           `tfsdk:"netbios_name"`
	DistinguishedName         types.String           `tfsdk:"distinguished_name"`
	SID                       types.String           `tfsdk:"sid"`
	ForestDNSName             types.String           `tfsdk:"forest_dns_name"`
	UserPrincipalNameSuffixes types.List             `tfsdk:"user_principal_name_suffixes"`
	DomainLevel               types.Int64            `tfsdk:"domain_functional_level"`
	ForestLevel               types.Int64            `tfsdk:"forest_functional_level"`
	ControllerLevel           types.Int64            `tfsdk:"controller_functional_level"`
	Controller                types.String           `tfsdk:"controller"`
	Controllers               types.List             `tfsdk:"controllers"`
	ReadOnlyControllers       types.List             `tfsdk:"read_only_controllers"`
	WhoAmI                    types.String           `tfsdk:"who_am_i"`
	RecycleBin                types.Bool             `tfsdk:"recycle_bin"`
	SignInLagDays             types.Int64            `tfsdk:"sign_in_lag_days"`
	MachineAccountQuota       types.Int64            `tfsdk:"machine_account_quota"`
	PasswordPolicy            *adPasswordPolicyModel `tfsdk:"password_policy"`
}

type adPasswordPolicyModel struct {
	MinLength              types.Int64 `tfsdk:"min_length"`
	HistoryLength          types.Int64 `tfsdk:"history_length"`
	Complexity             types.Bool  `tfsdk:"complexity"`
	ReversibleEncryption   types.Bool  `tfsdk:"reversible_encryption"`
	MaxAgeDays             types.Int64 `tfsdk:"max_age_days"`
	MinAgeDays             types.Int64 `tfsdk:"min_age_days"`
	LockoutThreshold       types.Int64 `tfsdk:"lockout_threshold"`
	LockoutWindowMinutes   types.Int64 `tfsdk:"lockout_window_minutes"`
	LockoutDurationMinutes types.Int64 `tfsdk:"lockout_duration_minutes"`
}

func (d *adDomainDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_ad_domain"
}

func (d *adDomainDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	texts := func(description string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: description}
	}
	number := func(description string) schema.Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	const levels = " 7 is Windows Server 2016, 10 is Windows Server 2025. Null where the controller does not say."
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says which Active Directory domain the provider is connected to, as whom and through which " +
			"controller, and what holds there for everybody. " +
			"Preconditions on it keep a configuration from the wrong domain.",
		Attributes: map[string]schema.Attribute{
			"dns_name": text("DNS name of the domain, such as `corp.example.com`."),
			"netbios_name": text("Short name of the domain, such as `CORP`, the part before the backslash of " +
				"`CORP\\zoe`. Null where the partitions of the forest cannot be read."),
			"distinguished_name": text("Distinguished name of the domain, such as `DC=corp,DC=example,DC=com`."),
			"sid":                text("Security identifier of the domain, which survives even its renaming."),
			"forest_dns_name":    text("DNS name of the root domain of the forest."),
			"user_principal_name_suffixes": texts("Domains that user principal names may end in: those of the forest, and the " +
				"suffixes that it adds, sorted."),
			"domain_functional_level":     number("Functional level of the domain." + levels),
			"forest_functional_level":     number("Functional level of the forest." + levels),
			"controller_functional_level": number("Highest functional level that the controller in use knows." + levels),
			"controller":                  text("DNS name of the controller in use. A run uses one for everything that it reads and writes."),
			"controllers":                 texts("DNS names of all controllers of the domain, sorted."),
			"read_only_controllers":       texts("DNS names of those of them that cannot be written to, sorted."),
			"who_am_i": text("Who the controller takes the provider for (RFC 4532), such as `u:CORP\\svc-hr`. " +
				"Null where it does not say."),
			"recycle_bin": flag("Whether the recycle bin of the forest is enabled, so that a deleted account can " +
				"be taken into use again as it was."),
			"sign_in_lag_days": number("How many days the last sign-in of accounts is behind at most " +
				"(`msDS-LogonTimeSyncInterval`, by default 14). 0: it is not written at all."),
			"machine_account_quota": number("How many computers everybody may join to the domain " +
				"(`ms-DS-MachineAccountQuota`). Null where it cannot be read."),
			"password_policy": schema.SingleNestedAttribute{Computed: true,
				MarkdownDescription: "The password policy of the domain. Fine-grained policies of groups take its place for their members.",
				Attributes: map[string]schema.Attribute{
					"min_length":            number("Least number of characters of a password."),
					"history_length":        number("Number of former passwords that cannot be used again."),
					"complexity":            flag("Whether a password needs characters of three kinds and must not contain the person's names."),
					"reversible_encryption": flag("Whether passwords are kept so that they can be decrypted."),
					"max_age_days":          number("Days after which a password must be changed; 0: never. Parts of a day count as a whole one."),
					"min_age_days": number("Days before which a password cannot be changed again; 0: at any time. Parts of a " +
						"day count as a whole one."),
					"lockout_threshold": number("Number of wrong passwords within `lockout_window_minutes` that lock an account " +
						"out; 0: none does."),
					"lockout_window_minutes":   number("Minutes within which wrong passwords are counted."),
					"lockout_duration_minutes": number("Minutes that an account stays locked out; 0: until somebody unlocks it."),
				}},
		},
	}
}

func (d *adDomainDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	domain, ok := openDomain(d.data, &resp.Diagnostics)
	if !ok {
		return
	}
	f, err := domain.Facts(ctx)
	if err != nil {
		addProblems(&resp.Diagnostics, "Cannot read the domain", err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &adDomainModel{
		DNSName: types.StringValue(f.DNSName), NetBIOSName: orNull(f.NetBIOSName),
		DistinguishedName: types.StringValue(f.Path), SID: types.StringValue(f.SID),
		ForestDNSName: orNull(f.ForestDNSName), UserPrincipalNameSuffixes: stringList(f.Suffixes),
		DomainLevel: known(f.DomainLevel), ForestLevel: known(f.ForestLevel), ControllerLevel: known(f.ControllerLevel),
		Controller: orNull(f.Controller), Controllers: stringList(f.Controllers), ReadOnlyControllers: stringList(f.ReadOnly),
		WhoAmI:     orNull(f.WhoAmI),
		RecycleBin: types.BoolValue(f.RecycleBin), SignInLagDays: types.Int64Value(int64(f.SignInDays)),
		MachineAccountQuota: known(f.MachineQuota),
		PasswordPolicy:      passwordPolicy(f.Policy),
	})...)
}

// known is a number, null for one that is not known and so negative.
func known(n int) types.Int64 {
	if n < 0 {
		return types.Int64Null()
	}
	return types.Int64Value(int64(n))
}

func passwordPolicy(p activedirectory.PasswordPolicy) *adPasswordPolicyModel {
	const day = 24 * time.Hour
	whole := func(d, unit time.Duration) types.Int64 { return types.Int64Value(int64((d + unit - 1) / unit)) }
	return &adPasswordPolicyModel{
		MinLength: types.Int64Value(int64(p.MinLength)), HistoryLength: types.Int64Value(int64(p.History)),
		Complexity: types.BoolValue(p.Complexity), ReversibleEncryption: types.BoolValue(p.Reversible),
		MaxAgeDays: whole(p.MaxAge, day), MinAgeDays: whole(p.MinAge, day), LockoutThreshold: types.Int64Value(int64(p.LockoutThreshold)),
		LockoutWindowMinutes: whole(p.LockoutWindow, time.Minute), LockoutDurationMinutes: whole(p.LockoutDuration, time.Minute),
	}
}
