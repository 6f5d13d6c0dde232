// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/sqldb"
	"terraform-provider-workforce/internal/source/web"
	workdaysource "terraform-provider-workforce/internal/source/workday"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/jsonapi"
	"terraform-provider-workforce/internal/writeback/sqltable"
	"terraform-provider-workforce/internal/writeback/successfactors"
	"terraform-provider-workforce/internal/writeback/workday"
)

type hrWritebackModel struct {
	Values            types.Map                     `tfsdk:"values"`
	Attributes        []string                      `tfsdk:"attributes"`
	OnRemoval         types.String                  `tfsdk:"on_removal"`
	OnDestroy         types.String                  `tfsdk:"on_destroy"`
	MaxChanges        types.Int64                   `tfsdk:"max_changes"`
	OnProblem         types.String                  `tfsdk:"on_problem"`
	SetAside          types.Map                     `tfsdk:"set_aside"`
	EnvironmentPrefix types.String                  `tfsdk:"environment_prefix"`
	AllowUnreviewed   types.Bool                    `tfsdk:"allow_unreviewed"`
	SQL               *writebackSQLModel            `tfsdk:"sql"`
	REST              *writebackRESTModel           `tfsdk:"rest"`
	SuccessFactors    *writebackSuccessFactorsModel `tfsdk:"successfactors"`
	Workday           *writebackWorkdayModel        `tfsdk:"workday"`
	timeoutsModel
}

type writebackWorkdayModel struct {
	URL               types.String      `tfsdk:"url"`
	Tenant            types.String      `tfsdk:"tenant"`
	Version           types.String      `tfsdk:"version"`
	Username          types.String      `tfsdk:"username"`
	ClientID          types.String      `tfsdk:"client_id"`
	TokenURL          types.String      `tfsdk:"token_url"`
	CACertificateFile types.String      `tfsdk:"ca_certificate_file"`
	TimeoutSeconds    types.Int64       `tfsdk:"timeout_seconds"`
	Email             types.String      `tfsdk:"email"`
	UserName          types.String      `tfsdk:"user_name"`
	Phones            map[string]string `tfsdk:"phones"`
	Private           types.Bool        `tfsdk:"private"`
	TimeZone          types.String      `tfsdk:"time_zone"`
	Concurrency       types.Int64       `tfsdk:"concurrency"`
}

type writebackSuccessFactorsModel struct {
	URL               types.String      `tfsdk:"url"`
	CompanyID         types.String      `tfsdk:"company_id"`
	Username          types.String      `tfsdk:"username"`
	CACertificateFile types.String      `tfsdk:"ca_certificate_file"`
	Emails            map[string]string `tfsdk:"emails"`
	Phones            map[string]string `tfsdk:"phones"`
	Concurrency       types.Int64       `tfsdk:"concurrency"`
}

type writebackSQLModel struct {
	Driver                  types.String      `tfsdk:"driver"`
	Host                    types.String      `tfsdk:"host"`
	Port                    types.Int64       `tfsdk:"port"`
	Database                types.String      `tfsdk:"database"`
	Username                types.String      `tfsdk:"username"`
	TLSMode                 types.String      `tfsdk:"tls_mode"`
	TLSServerName           types.String      `tfsdk:"tls_server_name"`
	CACertificateFile       types.String      `tfsdk:"ca_certificate_file"`
	Table                   types.String      `tfsdk:"table"`
	KeyColumn               types.String      `tfsdk:"key_column"`
	Columns                 map[string]string `tfsdk:"columns"`
	ClearWith               types.String      `tfsdk:"clear_with"`
	Concurrency             types.Int64       `tfsdk:"concurrency"`
	ConnectTimeoutSeconds   types.Int64       `tfsdk:"connect_timeout_seconds"`
	StatementTimeoutSeconds types.Int64       `tfsdk:"statement_timeout_seconds"`
	LockTimeoutSeconds      types.Int64       `tfsdk:"lock_timeout_seconds"`
}

type writebackRESTModel struct {
	URL               types.String          `tfsdk:"url"`
	Username          types.String          `tfsdk:"username"`
	APIKeyHeader      types.String          `tfsdk:"api_key_header"`
	OAuth2            *writebackOAuth2Model `tfsdk:"oauth2"`
	Anonymous         types.Bool            `tfsdk:"anonymous"`
	CACertificateFile types.String          `tfsdk:"ca_certificate_file"`
	AllowHTTP         types.Bool            `tfsdk:"allow_http"`
	RequestsPerSecond types.Float64         `tfsdk:"requests_per_second"`
	TimeoutSeconds    types.Int64           `tfsdk:"timeout_seconds"`
	Concurrency       types.Int64           `tfsdk:"concurrency"`
	SettleSeconds     types.Int64           `tfsdk:"settle_seconds"`
	ReadPath          types.String          `tfsdk:"read_path"`
	Record            types.String          `tfsdk:"record"`
	WorkerID          types.String          `tfsdk:"worker_id"`
	Key               types.String          `tfsdk:"key"`
	Values            map[string]string     `tfsdk:"values"`
	WriteMethod       types.String          `tfsdk:"write_method"`
	WritePath         types.String          `tfsdk:"write_path"`
	WriteBody         types.String          `tfsdk:"write_body"`
	ContentType       types.String          `tfsdk:"content_type"`
	List              *writebackListModel   `tfsdk:"list"`
}

type writebackOAuth2Model struct {
	TokenURL types.String `tfsdk:"token_url"`
	ClientID types.String `tfsdk:"client_id"`
	Scopes   []string     `tfsdk:"scopes"`
}

type writebackListModel struct {
	Path          types.String      `tfsdk:"path"`
	Query         map[string]string `tfsdk:"query"`
	Records       types.String      `tfsdk:"records"`
	Paging        types.String      `tfsdk:"paging"`
	Parameter     types.String      `tfsdk:"parameter"`
	SizeParameter types.String      `tfsdk:"size_parameter"`
	Size          types.Int64       `tfsdk:"size"`
	First         types.Int64       `tfsdk:"first"`
	Next          types.String      `tfsdk:"next"`
	Total         types.String      `tfsdk:"total"`
}

// environmentName matches the beginning of names of environment variables.
var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// sameSystem reports whether two models are about the same system, with the same settings.
func (m *hrWritebackModel) sameSystem(other *hrWritebackModel) bool {
	return reflect.DeepEqual(m.SQL, other.SQL) && reflect.DeepEqual(m.REST, other.REST) &&
		reflect.DeepEqual(m.SuccessFactors, other.SuccessFactors) && reflect.DeepEqual(m.Workday, other.Workday)
}

// validate checks everything but what is in the environment or in files.
func (m *hrWritebackModel) validate() error {
	var places map[string]string
	var what string
	var err error
	switch {
	case m.SQL != nil:
		places, what, err = m.SQL.Columns, "sql.columns", m.SQL.config("").Validate()
	case m.REST != nil:
		places, what, err = m.REST.Values, "rest.values", m.REST.config(web.Auth{}).Validate()
	case m.SuccessFactors != nil:
		places = maps.Clone(m.SuccessFactors.Emails)
		if places == nil {
			places = map[string]string{}
		}
		maps.Copy(places, m.SuccessFactors.Phones)
		what, err = "successfactors.emails and phones", m.SuccessFactors.config("").Validate()
	case m.Workday != nil:
		places, what, err = m.Workday.places(), "workday.email, user_name and phones", m.Workday.validate()
		if name := m.Workday.UserName.ValueString(); name != "" && (m.OnRemoval.ValueString() == writebackClear || m.OnDestroy.ValueString() == writebackClear) {
			err = errors.Join(err, fmt.Errorf("workday.user_name: found %q together with on_removal or on_destroy = %q, expected %q: Workday keeps a user name for ever, so nobody could be removed; a resource of its own for the user name leaves the others free", name, writebackClear, writebackRelease))
		}
	}
	errs := []error{err}
	for _, name := range m.Attributes {
		if _, has := places[name]; !has && places != nil {
			errs = append(errs, fmt.Errorf("%s: found no place of the attribute %q, expected one for each of attributes", what, name))
		}
	}
	for name := range places {
		if !slices.Contains(m.Attributes, name) {
			errs = append(errs, fmt.Errorf("%s: found %q, which is not one of attributes: only those are ever written", what, name))
		}
	}
	return errors.Join(errs...)
}

// open returns the HR system, with the credentials of the environment.
func (m *hrWritebackModel) open(getenv func(string) string) (writeback.System, error) {
	prefix := m.EnvironmentPrefix.ValueString()
	secret := func(name string) (string, error) {
		if v := getenv(prefix + name); v != "" {
			return v, nil
		}
		return "", fmt.Errorf("found no credentials, expected them in the environment variable %s", prefix+name)
	}
	switch {
	case m.SQL != nil:
		return sqltable.Open(m.SQL.config(getenv(prefix + "_PASSWORD")))
	case m.REST != nil:
		auth, err := m.REST.auth(secret)
		if err != nil {
			return nil, err
		}
		return jsonapi.Open(m.REST.config(auth))
	case m.SuccessFactors != nil:
		password, err := secret("_PASSWORD")
		if err != nil {
			return nil, err
		}
		return successfactors.Open(m.SuccessFactors.config(password))
	case m.Workday != nil:
		c, err := m.Workday.config(secret)
		if err != nil {
			return nil, err
		}
		return workday.Open(c)
	}
	return nil, errors.New("no HR system: set sql, rest, successfactors or workday")
}

func (m *writebackSuccessFactorsModel) config(password string) successfactors.Config {
	return successfactors.Config{
		Web:    web.Config{URL: m.URL.ValueString(), CAFile: m.CACertificateFile.ValueString(), Auth: web.Auth{Username: m.Username.ValueString() + "@" + m.CompanyID.ValueString(), Password: password}},
		Emails: m.Emails, Phones: m.Phones, Concurrency: int(m.Concurrency.ValueInt64()),
	}
}

// config takes the secrets that the way to sign in needs.
func (m *writebackWorkdayModel) config(secret func(name string) (string, error)) (c workday.Config, err error) {
	c = workday.Config{
		Tenant: workdaysource.Config{
			Web:    web.Config{URL: m.URL.ValueString(), CAFile: m.CACertificateFile.ValueString(), Timeout: seconds(m.TimeoutSeconds), TimeoutName: "timeout_seconds"},
			Tenant: m.Tenant.ValueString(), Version: m.Version.ValueString(), Username: m.Username.ValueString(), ClientID: m.ClientID.ValueString(), TokenURL: m.TokenURL.ValueString(),
		},
		TimeZone: m.TimeZone.ValueString(), Email: m.Email.ValueString(), Username: m.UserName.ValueString(), Phones: m.Phones, Private: m.Private.ValueBool(), Concurrency: int(m.Concurrency.ValueInt64()),
	}
	if c.Tenant.Username != "" {
		c.Tenant.Password, err = secret("_PASSWORD")
	}
	if c.Tenant.ClientID != "" && err == nil {
		if c.Tenant.ClientSecret, err = secret("_CLIENT_SECRET"); err == nil {
			c.Tenant.RefreshToken, err = secret("_REFRESH_TOKEN")
		}
	}
	return c, err
}

// validate holds everything but secrets and files against what Workday takes.
func (m *writebackWorkdayModel) validate() error {
	c, err := m.config(func(string) (string, error) { return "secret", nil })
	if err != nil {
		return err
	}
	c.Tenant.Web.CAFile = ""
	_, err = workdaysource.Connect(c.Tenant)
	return errors.Join(c.Validate(), err)
}

// places are the attributes that have a place in Workday.
func (m *writebackWorkdayModel) places() map[string]string {
	places := map[string]string{}
	maps.Copy(places, m.Phones)
	for _, name := range []types.String{m.Email, m.UserName} {
		if v := name.ValueString(); v != "" {
			places[v] = v
		}
	}
	return places
}

func seconds(v types.Int64) time.Duration { return time.Duration(v.ValueInt64()) * time.Second }

func (m *writebackSQLModel) config(password string) sqltable.Config {
	return sqltable.Config{
		Server: sqldb.Config{
			Driver: m.Driver.ValueString(), Host: m.Host.ValueString(), Port: int(m.Port.ValueInt64()), Database: m.Database.ValueString(),
			Username: m.Username.ValueString(), Password: password,
			TLS:            sqldb.TLS{Mode: m.TLSMode.ValueString(), ServerName: m.TLSServerName.ValueString(), CACertificateFile: m.CACertificateFile.ValueString()},
			ConnectTimeout: seconds(m.ConnectTimeoutSeconds), StatementTimeout: seconds(m.StatementTimeoutSeconds), LockTimeout: seconds(m.LockTimeoutSeconds),
		},
		Table: m.Table.ValueString(), KeyColumn: m.KeyColumn.ValueString(), Columns: m.Columns, ClearWith: m.ClearWith.ValueString(), Concurrency: int(m.Concurrency.ValueInt64()),
	}
}

// auth takes the one secret that the way to sign in needs.
func (m *writebackRESTModel) auth(secret func(name string) (string, error)) (auth web.Auth, err error) {
	switch {
	case m.Anonymous.ValueBool():
	case m.OAuth2 != nil:
		auth.OAuth2 = &web.OAuth2{TokenURL: m.OAuth2.TokenURL.ValueString(), ClientID: m.OAuth2.ClientID.ValueString(), Scopes: m.OAuth2.Scopes}
		auth.OAuth2.ClientSecret, err = secret("_CLIENT_SECRET")
	case m.Username.ValueString() != "":
		auth.Username = m.Username.ValueString()
		auth.Password, err = secret("_PASSWORD")
	case m.APIKeyHeader.ValueString() != "":
		auth.APIKeyHeader = m.APIKeyHeader.ValueString()
		auth.APIKey, err = secret("_API_KEY")
	default:
		auth.Token, err = secret("_TOKEN")
	}
	return auth, err
}

func (m *writebackRESTModel) config(auth web.Auth) jsonapi.Config {
	c := jsonapi.Config{
		Web: web.Config{URL: m.URL.ValueString(), Auth: auth, CAFile: m.CACertificateFile.ValueString(), AllowHTTP: m.AllowHTTP.ValueBool(),
			RequestsPerSecond: m.RequestsPerSecond.ValueFloat64(), Timeout: seconds(m.TimeoutSeconds), TimeoutName: "timeout_seconds"},
		ReadPath: m.ReadPath.ValueString(), Record: m.Record.ValueString(), WorkerID: m.WorkerID.ValueString(), Key: m.Key.ValueString(), Values: m.Values,
		WriteMethod: m.WriteMethod.ValueString(), WritePath: m.WritePath.ValueString(), WriteBody: m.WriteBody.ValueString(), ContentType: m.ContentType.ValueString(),
		Concurrency: int(m.Concurrency.ValueInt64()), Settle: seconds(m.SettleSeconds),
	}
	if l := m.List; l != nil {
		c.List = rest.Config{Path: l.Path.ValueString(), Query: l.Query, Records: l.Records.ValueString(), Paging: rest.Paging{
			Kind: l.Paging.ValueString(), Parameter: l.Parameter.ValueString(), SizeParameter: l.SizeParameter.ValueString(), Size: int(l.Size.ValueInt64()),
			First: int(l.First.ValueInt64()), Next: l.Next.ValueString(), Total: l.Total.ValueString(),
		}}
	}
	return c
}

// recorder names the HR system and who is signed in there, for the audit record.
func (m *hrWritebackModel) recorder() writeback.Recorder {
	switch {
	case m.SQL != nil:
		return writeback.Recorder{Target: "SQL table " + m.SQL.Table.ValueString(), Server: m.SQL.Driver.ValueString() + "://" + m.SQL.Host.ValueString() + "/" + m.SQL.Database.ValueString(), Identity: m.SQL.Username.ValueString()}
	case m.REST != nil:
		who := cmp.Or(m.REST.Username.ValueString(), m.REST.APIKeyHeader.ValueString())
		if m.REST.OAuth2 != nil {
			who = m.REST.OAuth2.ClientID.ValueString()
		}
		return writeback.Recorder{Target: "HR system (REST)", Server: m.REST.URL.ValueString(), Identity: who}
	case m.SuccessFactors != nil:
		return writeback.Recorder{Target: "SAP SuccessFactors", Server: m.SuccessFactors.URL.ValueString(), Identity: m.SuccessFactors.Username.ValueString() + "@" + m.SuccessFactors.CompanyID.ValueString()}
	case m.Workday != nil:
		return writeback.Recorder{Target: "Workday", Server: m.Workday.URL.ValueString() + "/" + m.Workday.Tenant.ValueString(), Identity: cmp.Or(m.Workday.Username.ValueString(), m.Workday.ClientID.ValueString())}
	}
	return writeback.Recorder{}
}
