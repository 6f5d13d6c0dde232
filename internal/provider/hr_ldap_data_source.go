// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-workforce/internal/ldapconn"
	"terraform-provider-workforce/internal/source/ldapdir"
)

var _ datasource.DataSource = (*hrLDAPDataSource)(nil)

func newHRLDAPDataSource() datasource.DataSource { return &hrLDAPDataSource{} }

// hrLDAPDataSource reads workers from an LDAP directory.
type hrLDAPDataSource struct{ hrReader }

type hrLDAPModel struct {
	URLs              []string       `tfsdk:"urls"`
	StartTLS          types.Bool     `tfsdk:"start_tls"`
	ServerName        types.String   `tfsdk:"server_name"`
	CACertificateFile types.String   `tfsdk:"ca_certificate_file"`
	CACertificatePEM  types.String   `tfsdk:"ca_certificate_pem"`
	Username          types.String   `tfsdk:"username"`
	Password          types.String   `tfsdk:"password"`
	PasswordVariable  types.String   `tfsdk:"password_variable"`
	Kerberos          *kerberosModel `tfsdk:"kerberos"`
	ClientCertificate types.String   `tfsdk:"client_certificate_file"`
	ClientKey         types.String   `tfsdk:"client_key_file"`
	Base              types.String   `tfsdk:"base"`
	Scope             types.String   `tfsdk:"scope"`
	Filter            types.String   `tfsdk:"filter"`
	Referrals         types.String   `tfsdk:"referrals"`
	PageSize          types.Int64    `tfsdk:"page_size"`
	ConnectTimeout    types.Int64    `tfsdk:"connect_timeout"`
	RequestTimeout    types.Int64    `tfsdk:"request_timeout"`
	MaxBytes          types.Int64    `tfsdk:"max_bytes"`
	hrSourceModel
}

func (d *hrLDAPDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_ldap"
}

func (d *hrLDAPDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(1, 24*60*60)}}
	}
	attributes := map[string]schema.Attribute{
		"urls": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Servers in order of preference, as `ldaps://host[:636]`, or as `ldap://host[:389]` together with `start_tls`; the first that answers is read. " +
			"Environment variable: `WORKFORCE_LDAP_URL`, several separated by commas."},
		"start_tls":           schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether to encrypt `ldap://` connections with StartTLS before anything else is sent. The default is false. Nothing is read over a connection that is not encrypted."},
		"server_name":         text("Name that the server's certificate must carry, when it is not the host in the URL."),
		"ca_certificate_file": text("File with the certificates, in PEM, of the authorities that may have issued the server's certificate. The system's authorities are trusted when neither this nor `ca_certificate_pem` is set."),
		"ca_certificate_pem":  text("The same certificates as text."),
		"username":            text("Distinguished name of the account to sign in with, or what else the server takes. Environment variable: `WORKFORCE_LDAP_USERNAME`."),
		"password": schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: "Password of `username`. It is kept out of the state. Better is the environment variable `WORKFORCE_LDAP_PASSWORD`, " +
			"or another one named by `password_variable`: no configuration and no plan holds it either."},
		"password_variable": text("Name of the environment variable with the password, where several directories have different ones. The default is `WORKFORCE_LDAP_PASSWORD`."),
		"kerberos": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Sign in by Kerberos (SASL GSSAPI) instead of a simple bind, with a keytab, a credential cache or a password. `username` and `password` above are then left out.",
			Attributes: map[string]schema.Attribute{
				"realm":                  text("Kerberos realm, such as `CORP.EXAMPLE.COM`. The default is the part of the user name after the @, the realm of the credential cache, or the default realm of `config_file`."),
				"username":               text("Principal to sign in as, without the realm; a credential cache names its own. Environment variable: `WORKFORCE_LDAP_USERNAME`."),
				"password":               schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: "Password of the principal. It is kept out of the state. Better is a keytab, or the environment variable `WORKFORCE_LDAP_PASSWORD` or another one named by `password_variable`, which is read where neither this nor `keytab_file` nor `credential_cache_file` is set."},
				"keytab_file":            text("Keytab that holds the principal's keys."),
				"credential_cache_file":  text("Credential cache that holds a ticket-granting ticket, as `kinit` writes it."),
				"config_file":            text("Kerberos configuration file, needed when the account lives in another realm than the servers or Kerberos is not served on their port 88, as with most directories that are not Active Directory. Without it the server itself is asked for tickets; `/etc/krb5.conf` is not read."),
				"service_principal_name": text("Service principal of the server. The default is `ldap/<host>`."),
			},
		},
		"client_certificate_file": text("File with a client certificate, in PEM, to sign in with instead of a password."),
		"client_key_file":         text("File with the key of the client certificate, in PEM."),
		"base":                    schema.StringAttribute{Required: true, MarkdownDescription: "Distinguished name of the entry where the search starts, such as `ou=people,dc=example,dc=com`."},
		"scope":                   text("How far below `base` to search: `subtree`, the default, `one_level` or `base`.", oneOf(ldapdir.Scopes...)),
		"filter":                  text("Filter of the entries (RFC 4515). The default is `" + ldapdir.DefaultFilter + "`. Entries without worker id are an error, so one such as `(&(objectClass=person)(employeeNumber=*))` leaves out who is no worker."),
		"referrals": text("What to do where a part of the tree is kept by another server: `refuse`, the default, because the people there would be missing without anybody noticing, or `ignore`. Referrals are never followed.",
			oneOf(ldapdir.ReferralPolicies...)),
		"page_size":       number("Entries asked for at once. The default is 1000."),
		"connect_timeout": number("Seconds that connecting and signing in may take. The default is 15."),
		"request_timeout": number("Seconds that one page may take. The default is 120."),
		"max_bytes":       hrCount("How many bytes the values of all entries may be. The default is 536870912 (512 MiB).", 1),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from an LDAP directory such as OpenLDAP, 389 Directory Server or Active Directory: every entry that matches a filter. Attributes with several values are lists, in the order of the alphabet. " +
			"Managers, which directories keep as distinguished names, become worker ids, also where the manager is not among the entries that were read. Dates may be of generalized time (`20260701000000Z`). " +
			"The attribute `dn` is the distinguished name of the entry; others in binary are left out, and passwords are never read.",
		Attributes: hrSourceSchema(attributes),
	}
}

func (d *hrLDAPDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrLDAPModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := ldapdir.Read(ctx, m.config(), m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR directory cannot be used")
}

// config takes each setting from the configuration, and address and credentials else from the environment.
func (m *hrLDAPModel) config() ldapdir.Config {
	c := ldapdir.Config{
		URLs: m.URLs, StartTLS: m.StartTLS.ValueBool(), ServerName: m.ServerName.ValueString(), CACertificateFile: m.CACertificateFile.ValueString(), CACertificatePEM: m.CACertificatePEM.ValueString(),
		Username: m.Username.ValueString(), Password: m.Password.ValueString(), ClientCertificateFile: m.ClientCertificate.ValueString(), ClientKeyFile: m.ClientKey.ValueString(),
		Base: m.Base.ValueString(), Scope: m.Scope.ValueString(), Filter: m.Filter.ValueString(), Referrals: m.Referrals.ValueString(), PageSize: int(m.PageSize.ValueInt64()),
		ConnectTimeout: secondsOf(m.ConnectTimeout), RequestTimeout: secondsOf(m.RequestTimeout), MaxBytes: m.MaxBytes.ValueInt64(),
		Logger: func(ctx context.Context, msg string, fields ...any) { tflog.Debug(ctx, msg, logFields(fields)) },
	}
	if urls := os.Getenv("WORKFORCE_LDAP_URL"); len(c.URLs) == 0 && urls != "" {
		for url := range strings.SplitSeq(urls, ",") {
			c.URLs = append(c.URLs, strings.TrimSpace(url))
		}
	}
	if m.Kerberos != nil {
		c.Kerberos = m.kerberos()
		return c
	}
	if c.ClientCertificateFile != "" {
		return c
	}
	if m.Username.IsNull() {
		c.Username = os.Getenv("WORKFORCE_LDAP_USERNAME")
	}
	if m.Password.IsNull() {
		c.Password = variable(m.PasswordVariable, "WORKFORCE_LDAP_PASSWORD")
	}
	return c
}

// kerberos takes name and password from the environment where the configuration
// names nothing that replaces them.
func (m *hrLDAPModel) kerberos() *ldapconn.Kerberos {
	k := &ldapconn.Kerberos{
		Realm: m.Kerberos.Realm.ValueString(), Username: m.Kerberos.Username.ValueString(), Password: m.Kerberos.Password.ValueString(), KeytabFile: m.Kerberos.KeytabFile.ValueString(),
		CredentialCacheFile: m.Kerberos.CredentialCacheFile.ValueString(), Krb5ConfFile: m.Kerberos.ConfigFile.ValueString(), SPN: m.Kerberos.ServicePrincipalName.ValueString(),
	}
	if k.CredentialCacheFile != "" {
		return k
	}
	if k.Username == "" {
		k.Username = os.Getenv("WORKFORCE_LDAP_USERNAME")
	}
	if k.Password == "" && k.KeytabFile == "" {
		k.Password = variable(m.PasswordVariable, "WORKFORCE_LDAP_PASSWORD")
	}
	return k
}
