// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/ldapconn"
)

type activeDirectoryModel struct {
	URLs                   types.List      `tfsdk:"urls"`
	Domain                 types.String    `tfsdk:"domain"`
	GlobalCatalogURLs      types.List      `tfsdk:"global_catalog_urls"`
	StartTLS               types.Bool      `tfsdk:"start_tls"`
	CACertificateFile      types.String    `tfsdk:"ca_certificate_file"`
	CACertificatePEM       types.String    `tfsdk:"ca_certificate_pem"`
	ServerName             types.String    `tfsdk:"server_name"`
	Username               types.String    `tfsdk:"username"`
	Password               types.String    `tfsdk:"password"`
	Kerberos               *kerberosModel  `tfsdk:"kerberos"`
	ClientCertificateFile  types.String    `tfsdk:"client_certificate_file"`
	ClientCertificatePEM   types.String    `tfsdk:"client_certificate_pem"`
	ClientKeyFile          types.String    `tfsdk:"client_key_file"`
	ClientKeyPEM           types.String    `tfsdk:"client_key_pem"`
	BaseDN                 types.String    `tfsdk:"base_dn"`
	RemovedGroupsAttribute types.String    `tfsdk:"removed_groups_attribute"`
	SearchBase             types.String    `tfsdk:"search_base"`
	WorkerIDAttribute      types.String    `tfsdk:"worker_id_attribute"`
	PageSize               types.Int64     `tfsdk:"page_size"`
	Connections            types.Int64     `tfsdk:"connections"`
	ConnectTimeout         types.Int64     `tfsdk:"connect_timeout"`
	RequestTimeout         types.Int64     `tfsdk:"request_timeout"`
	DeleteChildren         types.List      `tfsdk:"delete_children_of_classes"`
	Protect                *adProtectModel `tfsdk:"protect"`
}

type kerberosModel struct {
	Realm                types.String `tfsdk:"realm"`
	Username             types.String `tfsdk:"username"`
	Password             types.String `tfsdk:"password"`
	KeytabFile           types.String `tfsdk:"keytab_file"`
	CredentialCacheFile  types.String `tfsdk:"credential_cache_file"`
	ConfigFile           types.String `tfsdk:"config_file"`
	ServicePrincipalName types.String `tfsdk:"service_principal_name"`
}

func activeDirectorySchema() schema.Attribute {
	text := func(env, description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description + " Environment variable: `" + env + "`."}
	}
	secret := func(env, description string) schema.StringAttribute {
		a := text(env, description)
		a.Sensitive = true
		return a
	}
	number := func(env, description string) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description + " Environment variable: `" + env + "`."}
	}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "The Active Directory domain that accounts are provisioned to. Nothing connects until a resource or data source needs the domain. " +
			"Every argument can come from the environment instead, and the block may be left out when all of them do. One writable domain controller is used for a whole run.",
		Attributes: map[string]schema.Attribute{
			"urls": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Domain controllers in order of preference, as `ldaps://host[:636]`, or as `ldap://host[:389]` together with `start_tls`. " +
				"The first that answers is used. Conflicts with `domain`. Environment variable: `WORKFORCE_AD_URL`, several separated by commas."},
			"domain": text("WORKFORCE_AD_DOMAIN",
				"DNS name of the domain, such as `corp.example.com`. Its controllers are found by DNS SRV records. Conflicts with `urls`."),
			"global_catalog_urls": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Controllers " +
				"that hold the global catalog of the forest, as `ldaps://host[:3269]`, or as `ldap://host[:3268]` together with `start_tls`. Only " +
				"`workforce_ad_forest_users`, and `workforce_ad_names` with `domains`, ask them; nothing is written " +
				"there. The default is the hosts of `urls` " +
				"at these ports, or with `domain` those that DNS names for the forest (`_gc._tcp`). " +
				"`server_name`, where it is set, must fit every host. " +
				"Environment variable: `WORKFORCE_AD_GLOBAL_CATALOG_URL`, several separated by commas."},
			"start_tls":   schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether to encrypt `ldap://` connections with StartTLS before anything else is sent. The default is false. A password is never sent over a connection that is not encrypted. Environment variable: `WORKFORCE_AD_START_TLS`."},
			"server_name": text("WORKFORCE_AD_SERVER_NAME", "Name that the controller's certificate must carry, when it is not the host in the URL. There is no way to switch the check off."),
			"ca_certificate_file": text("WORKFORCE_AD_CA_CERTIFICATE_FILE", "File with the certificates, in PEM, of the authorities that may have issued the controller's certificate. "+
				"The system's authorities are trusted when neither this nor `ca_certificate_pem` is set."),
			"ca_certificate_pem": text("WORKFORCE_AD_CA_CERTIFICATE_PEM", "The same certificates as text."),
			"username":           text("WORKFORCE_AD_USERNAME", "Account to sign in with by simple bind: a user principal name, `DOMAIN\\name` or a distinguished name."),
			"password":           secret("WORKFORCE_AD_PASSWORD", "Password of `username`. Prefer the environment variable or an ephemeral value: neither is stored."),
			"kerberos": schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Sign in by Kerberos (SASL GSSAPI) instead of a simple bind, with a password, a keytab or a credential cache.",
				Attributes: map[string]schema.Attribute{
					"realm":                  text("WORKFORCE_AD_KERBEROS_REALM", "Kerberos realm, such as `CORP.EXAMPLE.COM`. The default is the part of the user name after the @, the realm of the credential cache, or `domain`."),
					"username":               text("WORKFORCE_AD_KERBEROS_USERNAME", "Principal to sign in as, without the realm."),
					"password":               secret("WORKFORCE_AD_KERBEROS_PASSWORD", "Password of the principal."),
					"keytab_file":            text("WORKFORCE_AD_KERBEROS_KEYTAB_FILE", "Keytab that holds the principal's keys."),
					"credential_cache_file":  text("WORKFORCE_AD_KERBEROS_CREDENTIAL_CACHE_FILE", "Credential cache that holds a ticket-granting ticket, as `kinit` writes it."),
					"config_file":            text("WORKFORCE_AD_KERBEROS_CONFIG_FILE", "Kerberos configuration file, needed when the account lives in another realm than the controllers or Kerberos is not served on their port 88. Without it the controller itself is asked for tickets."),
					"service_principal_name": text("WORKFORCE_AD_KERBEROS_SPN", "Service principal of the controller. The default is `ldap/<host>`."),
				},
			},
			"client_certificate_file": text("WORKFORCE_AD_CLIENT_CERTIFICATE_FILE", "File with a client certificate, in PEM, to sign in with (SASL EXTERNAL)."),
			"client_certificate_pem":  text("WORKFORCE_AD_CLIENT_CERTIFICATE_PEM", "The client certificate as text."),
			"client_key_file":         text("WORKFORCE_AD_CLIENT_KEY_FILE", "File with the key of the client certificate, in PEM."),
			"client_key_pem":          secret("WORKFORCE_AD_CLIENT_KEY_PEM", "The key of the client certificate as text."),
			"base_dn":                 text("WORKFORCE_AD_BASE_DN", "Distinguished name of the domain. The default is what the controller says."),
			"search_base":             text("WORKFORCE_AD_SEARCH_BASE", "Where accounts of workers are looked for when they are matched by attributes. The default is `base_dn`. Names are always checked in the whole domain."),
			"worker_id_attribute": text("WORKFORCE_AD_WORKER_ID_ATTRIBUTE", "Attribute that carries the worker id in the domain. Managers and accounts that were created in an interrupted run are recognised by it. The default is `employeeID`. "+
				"Active Directory does not index `employeeID` by default; with more than 50,000 users an index is worth having."),
			"removed_groups_attribute": text("WORKFORCE_AD_REMOVED_GROUPS_ATTRIBUTE", "Attribute of accounts that remembers the groups taken from leavers (`leaver_groups` of a mapping), so that they can be given back whatever became of the state, "+
				"and why and when rules disabled an account, which tells them from a hand that did: one for several texts, of which others are left alone. "+
				"The default is `extensionName`. Memberships in groups of other domains are neither taken nor remembered. A primary group other than Domain Users and Domain Guests cannot be taken, which apply reports."),
			"delete_children_of_classes": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Classes of objects (`lDAPDisplayName`) that are deleted with the account that they are below of, one by one and right before it. " +
				"An account with anything else below it is not deleted, which the plan says. The default is `msExchActiveSyncDevices` and `msExchActiveSyncDevice`, which Exchange keeps below users who connected a phone and which mean nothing without them; an empty list deletes nothing but accounts. " +
				"Environment variable: `WORKFORCE_AD_DELETE_CHILDREN_OF_CLASSES`, several separated by commas."},
			"protect":         adProtectSchema(),
			"page_size":       number("WORKFORCE_AD_PAGE_SIZE", "Entries asked for at once, at most what the domain's `MaxPageSize` allows. The default is 1000."),
			"connections":     number("WORKFORCE_AD_CONNECTIONS", "Connections open at the same time, at most 64. The default is 8."),
			"connect_timeout": number("WORKFORCE_AD_CONNECT_TIMEOUT", "Seconds that connecting and signing in to one controller may take. The default is 15."),
			"request_timeout": number("WORKFORCE_AD_REQUEST_TIMEOUT", "Seconds that one request (a write, or one page of a search) may take. The default is 120."),
		},
	}
}

// lazyDomain makes the domain on first use, so that a configuration that
// never needs it neither checks its settings nor connects.
type lazyDomain struct {
	config  ldapconn.Config
	options activedirectory.Options
	unknown string   // path of an argument that is not known yet
	taken   []string // environment variables that settings came from

	once   sync.Once
	domain *activedirectory.Domain
	err    error
}

// Domain returns the domain, or an error that says how to configure one.
func (l *lazyDomain) Domain() (*activedirectory.Domain, error) {
	l.once.Do(func() {
		switch {
		case l.unknown != "":
			l.err = fmt.Errorf("%s is not known until apply: give the provider values that are known at plan, such as variables, or environment variables", l.unknown)
			return
		case len(l.config.URLs) == 0 && l.config.Domain == "":
			l.err = errors.New("no Active Directory is configured: set active_directory in the provider block, or WORKFORCE_AD_URL or WORKFORCE_AD_DOMAIN in the environment")
			return
		}
		if l.err = activedirectory.CheckOptions(l.options); l.err != nil {
			return
		}
		client, err := ldapconn.New(l.config)
		if err != nil {
			l.err = fmt.Errorf("the active_directory configuration of the provider cannot be used:\n%w", blame(err, l.taken))
			return
		}
		l.domain = activedirectory.New(client, l.options)
	})
	return l.domain, l.err
}

func newLazyDomain(m *activeDirectoryModel, diags *diag.Diagnostics) *lazyDomain {
	if m == nil {
		m = &activeDirectoryModel{}
	}
	if m.Kerberos == nil {
		m.Kerberos = &kerberosModel{}
	}
	s := settingReader{block: "active_directory", diags: diags, signIn: m.signsIn()}
	root := "active_directory."
	config := ldapconn.Config{
		URLs:                  s.list(m.URLs, root+"urls", "WORKFORCE_AD_URL"),
		Domain:                s.text(m.Domain, root+"domain", "WORKFORCE_AD_DOMAIN"),
		GlobalCatalogURLs:     s.list(m.GlobalCatalogURLs, root+"global_catalog_urls", "WORKFORCE_AD_GLOBAL_CATALOG_URL"),
		StartTLS:              s.flag(m.StartTLS, root+"start_tls", "WORKFORCE_AD_START_TLS"),
		CACertificateFile:     s.text(m.CACertificateFile, root+"ca_certificate_file", "WORKFORCE_AD_CA_CERTIFICATE_FILE"),
		CACertificatePEM:      s.text(m.CACertificatePEM, root+"ca_certificate_pem", "WORKFORCE_AD_CA_CERTIFICATE_PEM"),
		ServerName:            s.text(m.ServerName, root+"server_name", "WORKFORCE_AD_SERVER_NAME"),
		Username:              s.credential(m.Username, root+"username", "WORKFORCE_AD_USERNAME"),
		Password:              s.credential(m.Password, root+"password", "WORKFORCE_AD_PASSWORD"),
		ClientCertificateFile: s.credential(m.ClientCertificateFile, root+"client_certificate_file", "WORKFORCE_AD_CLIENT_CERTIFICATE_FILE"),
		ClientCertificatePEM:  s.credential(m.ClientCertificatePEM, root+"client_certificate_pem", "WORKFORCE_AD_CLIENT_CERTIFICATE_PEM"),
		ClientKeyFile:         s.credential(m.ClientKeyFile, root+"client_key_file", "WORKFORCE_AD_CLIENT_KEY_FILE"),
		ClientKeyPEM:          s.credential(m.ClientKeyPEM, root+"client_key_pem", "WORKFORCE_AD_CLIENT_KEY_PEM"),
		BaseDN:                s.text(m.BaseDN, root+"base_dn", "WORKFORCE_AD_BASE_DN"),
		PageSize:              s.number(m.PageSize, root+"page_size", "WORKFORCE_AD_PAGE_SIZE"),
		Connections:           s.number(m.Connections, root+"connections", "WORKFORCE_AD_CONNECTIONS"),
		ConnectTimeout:        time.Duration(s.number(m.ConnectTimeout, root+"connect_timeout", "WORKFORCE_AD_CONNECT_TIMEOUT")) * time.Second,
		RequestTimeout:        time.Duration(s.number(m.RequestTimeout, root+"request_timeout", "WORKFORCE_AD_REQUEST_TIMEOUT")) * time.Second,
		Logger: func(ctx context.Context, msg string, fields ...any) {
			tflog.Debug(ctx, msg, logFields(fields))
		},
		Progress: tellProgress,
	}
	k := ldapconn.Kerberos{
		Realm:               s.credential(m.Kerberos.Realm, root+"kerberos.realm", "WORKFORCE_AD_KERBEROS_REALM"),
		Username:            s.credential(m.Kerberos.Username, root+"kerberos.username", "WORKFORCE_AD_KERBEROS_USERNAME"),
		Password:            s.credential(m.Kerberos.Password, root+"kerberos.password", "WORKFORCE_AD_KERBEROS_PASSWORD"),
		KeytabFile:          s.credential(m.Kerberos.KeytabFile, root+"kerberos.keytab_file", "WORKFORCE_AD_KERBEROS_KEYTAB_FILE"),
		CredentialCacheFile: s.credential(m.Kerberos.CredentialCacheFile, root+"kerberos.credential_cache_file", "WORKFORCE_AD_KERBEROS_CREDENTIAL_CACHE_FILE"),
		Krb5ConfFile:        s.credential(m.Kerberos.ConfigFile, root+"kerberos.config_file", "WORKFORCE_AD_KERBEROS_CONFIG_FILE"),
		SPN:                 s.credential(m.Kerberos.ServicePrincipalName, root+"kerberos.service_principal_name", "WORKFORCE_AD_KERBEROS_SPN"),
	}
	if k != (ldapconn.Kerberos{}) {
		config.Kerberos = &k
	}
	options := activedirectory.Options{
		WorkerIDAttribute:      s.text(m.WorkerIDAttribute, root+"worker_id_attribute", "WORKFORCE_AD_WORKER_ID_ATTRIBUTE"),
		RemovedGroupsAttribute: s.text(m.RemovedGroupsAttribute, root+"removed_groups_attribute", "WORKFORCE_AD_REMOVED_GROUPS_ATTRIBUTE"),
		SearchBase:             s.text(m.SearchBase, root+"search_base", "WORKFORCE_AD_SEARCH_BASE"),
	}
	options.DeleteChildrenOfClasses = s.list(m.DeleteChildren, root+"delete_children_of_classes", "WORKFORCE_AD_DELETE_CHILDREN_OF_CLASSES")
	if m.DeleteChildren.IsNull() && len(options.DeleteChildrenOfClasses) == 0 {
		options.DeleteChildrenOfClasses = activedirectory.DefaultDeleteChildrenOfClasses
	}
	options.Protect, options.ManagePrivileged = m.Protect.protection(&s)
	return &lazyDomain{config: config, options: options, unknown: s.unknown, taken: s.taken}
}

// signsIn says which way to sign in the configuration has settings of.
func (m *activeDirectoryModel) signsIn() string {
	for _, way := range []struct {
		name   string
		values []types.String
	}{
		{"kerberos", []types.String{m.Kerberos.Realm, m.Kerberos.Username, m.Kerberos.Password, m.Kerberos.KeytabFile, m.Kerberos.CredentialCacheFile}},
		{"client", []types.String{m.ClientCertificateFile, m.ClientCertificatePEM, m.ClientKeyFile, m.ClientKeyPEM}},
		{"username", []types.String{m.Username, m.Password}},
	} {
		for _, v := range way.values {
			if !v.IsNull() {
				return way.name
			}
		}
	}
	return ""
}

// workerIDAttribute returns the attribute that carries worker ids, without connecting.
func (l *lazyDomain) workerIDAttribute() string {
	if l.options.WorkerIDAttribute == "" {
		return activedirectory.DefaultWorkerIDAttribute
	}
	return l.options.WorkerIDAttribute
}
