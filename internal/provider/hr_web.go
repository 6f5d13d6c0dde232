// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"maps"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/web"
)

// hrConnectionModel holds where an HR system is that answers over HTTP, and how
// it is asked. It is embedded in the models of data sources.
type hrConnectionModel struct {
	URL                   types.String  `tfsdk:"url"`
	EnvironmentPrefix     types.String  `tfsdk:"environment_prefix"`
	CACertificateFile     types.String  `tfsdk:"ca_certificate_file"`
	CACertificatePEM      types.String  `tfsdk:"ca_certificate_pem"`
	ClientCertificateFile types.String  `tfsdk:"client_certificate_file"`
	ClientCertificatePEM  types.String  `tfsdk:"client_certificate_pem"`
	ClientKeyFile         types.String  `tfsdk:"client_key_file"`
	ClientKeyPEM          types.String  `tfsdk:"client_key_pem"`
	AllowHTTP             types.Bool    `tfsdk:"allow_http"`
	RequestTimeout        types.Int64   `tfsdk:"request_timeout"`
	StallTimeout          types.Int64   `tfsdk:"stall_timeout"`
	MaxRetries            types.Int64   `tfsdk:"max_retries"`
	MaxRetryWait          types.Int64   `tfsdk:"max_retry_wait"`
	MaxResponseMB         types.Int64   `tfsdk:"max_response_mb"`
	RequestsPerSecond     types.Float64 `tfsdk:"requests_per_second"`
}

// hrWebModel adds what systems share whose records are JSON.
type hrWebModel struct {
	hrConnectionModel
	Columns map[string]string `tfsdk:"columns"`
}

// hrWebTexts are what the descriptions of the shared arguments differ in.
type hrWebTexts struct {
	prefix, url, columns, reference string
}

// hrWebSchema returns the attributes that systems share whose records are JSON, and more.
func hrWebSchema(t hrWebTexts, more map[string]schema.Attribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{
		"columns": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: t.columns},
		"manager_reference": hrOptionalText("What `manager_id` holds: " + t.reference +
			" `worker_id` says that it is the worker id already." + managerFound),
	}
	maps.Copy(out, more)
	return hrConnectionSchema(t.prefix, t.url, out)
}

// hrConnectionSchema returns the attributes that all HR systems that answer over
// HTTP share, those of all HR sources, and more.
func hrConnectionSchema(prefix, url string, more map[string]schema.Attribute) map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	number := func(least int64, description string) schema.Attribute {
		return schema.Int64Attribute{Optional: true, Validators: []validator.Int64{int64validator.AtLeast(least)}, MarkdownDescription: description}
	}
	env := func(name string) string { return " Environment variable: `" + prefix + "_" + name + "`." }
	out := map[string]schema.Attribute{
		"url": schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: url + " Requests, redirects and links " +
			"to further pages stay on its host: credentials are sent nowhere else. It may hold a key, and is kept out of the " +
			"state." + env("URL")},
		"environment_prefix": text("Prefix of the environment variables that hold credentials and other arguments of this data source. The default is `" + prefix + "`. " +
			"Several systems of one kind in one configuration each need their own."),
		"ca_certificate_file":     text("File with the certificates, in PEM, of the authorities trusted instead of the system's." + env("CA_CERTIFICATE_FILE")),
		"ca_certificate_pem":      text("The same certificates as text." + env("CA_CERTIFICATE_PEM")),
		"client_certificate_file": text("File with the client's certificate, in PEM, for mutual TLS." + env("CLIENT_CERTIFICATE_FILE")),
		"client_certificate_pem":  text("The client's certificate as text." + env("CLIENT_CERTIFICATE_PEM")),
		"client_key_file":         text("File with the key of the client's certificate, in PEM." + env("CLIENT_KEY_FILE")),
		"client_key_pem":          hrSecret("The key of the client's certificate as text.", prefix+"_CLIENT_KEY_PEM"),
		"allow_http":              schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether `http://` is permitted to hosts other than this machine. Everything, credentials included, is then readable on the way. The default is false."},
		"request_timeout":         number(1, "Seconds that one request may take, its whole answer included. The default is 300."),
		"stall_timeout":           number(1, "Seconds that the server may take to begin to answer, and then for each further 4 KiB. The default is 120."),
		"max_retries":             number(0, "How often a request is repeated after a failure that may pass. The default is 5."),
		"max_retry_wait":          number(0, "Longest pause in seconds that the server may ask for by `Retry-After`. The default is 120."),
		"max_response_mb":         number(1, "Largest answer in MiB. All answers of one run together may hold four times that. The default is 256."),
		"requests_per_second":     schema.Float64Attribute{Optional: true, Validators: []validator.Float64{float64validator.AtLeast(0.01)}, MarkdownDescription: "Most requests sent in a second. The default is no limit."},
	}
	maps.Copy(out, more)
	return hrSourceSchema(out)
}

// hrSecret returns an argument for a secret, and says where it is better kept.
func hrSecret(description, env string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description + " It is kept out of the state. Better is the environment variable `" + env + "`: no configuration and no plan holds it either."}
}

// hrText returns an argument that an environment variable may hold instead.
func hrText(description, env string) schema.Attribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description + " Environment variable: `" + env + "`."}
}

// hrOptionalText returns an argument that only the configuration holds.
func hrOptionalText(description string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
}

// hrCountBetween returns an optional whole number within bounds.
func hrCountBetween(description string, least, most int64) schema.Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(least, most)}}
}

// env returns the value of an argument, or of its environment variable.
func (m *hrConnectionModel) env(argument types.String, prefix, name string) string {
	if v := argument.ValueString(); v != "" {
		return v
	}
	return os.Getenv(cmp.Or(m.EnvironmentPrefix.ValueString(), prefix) + "_" + name)
}

// pair returns two arguments that exclude each other. The environment counts if neither is set.
func (m *hrConnectionModel) pair(file, content types.String, prefix, name string) (string, string) {
	if file.ValueString() != "" || content.ValueString() != "" {
		return file.ValueString(), content.ValueString()
	}
	return m.env(file, prefix, name+"_FILE"), m.env(content, prefix, name+"_PEM")
}

// web returns the configuration of the client, without credentials.
func (m *hrConnectionModel) web(prefix string) web.Config {
	c := web.Config{
		URL: m.env(m.URL, prefix, "URL"), AllowHTTP: m.AllowHTTP.ValueBool(),
		Timeout: time.Duration(m.RequestTimeout.ValueInt64()) * time.Second, Stall: time.Duration(m.StallTimeout.ValueInt64()) * time.Second,
		MaxBytes: m.MaxResponseMB.ValueInt64() << 20, RequestsPerSecond: m.RequestsPerSecond.ValueFloat64(),
		Retries: int(m.MaxRetries.ValueInt64()), MaxWait: time.Duration(m.MaxRetryWait.ValueInt64()) * time.Second,
	}
	if !m.MaxRetries.IsNull() && c.Retries == 0 {
		c.Retries = -1
	}
	if !m.MaxRetryWait.IsNull() && c.MaxWait == 0 {
		c.MaxWait = time.Nanosecond
	}
	c.CAFile, c.CAPEM = m.pair(m.CACertificateFile, m.CACertificatePEM, prefix, "CA_CERTIFICATE")
	c.ClientCertificateFile, c.ClientCertificatePEM = m.pair(m.ClientCertificateFile, m.ClientCertificatePEM, prefix, "CLIENT_CERTIFICATE")
	c.ClientKeyFile, c.ClientKeyPEM = m.pair(m.ClientKeyFile, m.ClientKeyPEM, prefix, "CLIENT_KEY")
	return c
}
