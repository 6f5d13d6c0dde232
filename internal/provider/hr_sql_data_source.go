// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/sqldb"
)

var _ datasource.DataSource = (*hrSQLDataSource)(nil)

func newHRSQLDataSource() datasource.DataSource { return &hrSQLDataSource{} }

// hrSQLDataSource reads workers from a database.
type hrSQLDataSource struct{ hrReader }

type hrSQLModel struct {
	Driver            types.String   `tfsdk:"driver"`
	DSN               types.String   `tfsdk:"dsn"`
	DSNVariable       types.String   `tfsdk:"dsn_variable"`
	Host              types.String   `tfsdk:"host"`
	Port              types.Int64    `tfsdk:"port"`
	Database          types.String   `tfsdk:"database"`
	Username          types.String   `tfsdk:"username"`
	Password          types.String   `tfsdk:"password"`
	PasswordVariable  types.String   `tfsdk:"password_variable"`
	TLSMode           types.String   `tfsdk:"tls_mode"`
	TLSServerName     types.String   `tfsdk:"tls_server_name"`
	CACertificateFile types.String   `tfsdk:"ca_certificate_file"`
	CACertificatePEM  types.String   `tfsdk:"ca_certificate_pem"`
	ClientCertificate types.String   `tfsdk:"client_certificate_file"`
	ClientKey         types.String   `tfsdk:"client_key_file"`
	Query             types.String   `tfsdk:"query"`
	Parameters        []types.String `tfsdk:"parameters"`
	Isolation         types.String   `tfsdk:"isolation"`
	Encoding          types.String   `tfsdk:"encoding"`
	ConnectTimeout    types.Int64    `tfsdk:"connect_timeout"`
	StatementTimeout  types.Int64    `tfsdk:"statement_timeout"`
	LockTimeout       types.Int64    `tfsdk:"lock_timeout"`
	MaxBytes          types.Int64    `tfsdk:"max_bytes"`
	hrSourceModel
}

func (d *hrSQLDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_hr_sql"
}

func (d *hrSQLDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	secret := func(description string) schema.StringAttribute {
		a := text(description)
		a.Sensitive = true
		return a
	}
	number := func(description string, limit int64) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(1, limit)}}
	}
	const day = 24 * 60 * 60
	attributes := map[string]schema.Attribute{
		"driver": schema.StringAttribute{Required: true, Validators: []validator.String{oneOf(sqldb.Drivers()...)},
			MarkdownDescription: "Kind of database: `postgresql`, `mysql` (also MariaDB), `sqlserver`, `oracle` or `sqlite`."},
		"query": schema.StringAttribute{Required: true, MarkdownDescription: "One `SELECT` or `WITH` statement that returns one row for each worker. Values belong in `parameters`, not into this text. " +
			"The names of its columns are what `fields` and `attributes` refer to: PostgreSQL writes them in lower case and Oracle in upper case, unless they are quoted (`AS \"WorkerID\"`)."},
		"parameters": schema.ListAttribute{Optional: true, Sensitive: true, ElementType: types.StringType,
			MarkdownDescription: "Values of the placeholders of `query`, sent apart from it: `$1` (PostgreSQL), `?` (MySQL, " +
				"SQLite), `@p1` (SQL Server), `:1` (Oracle). Null is NULL. They are kept out of the state."},

		"dsn": secret("Connection string as the driver reads it, instead of `host` and its kind, for settings that have no argument. Conflicts with `host`, `port` and `database`; `username` and `password` replace those in it. " +
			"It is kept out of the state. Better is the environment variable `WORKFORCE_SQL_DSN`, or another one named by `dsn_variable`: no configuration and no plan holds it either."),
		"dsn_variable":            text("Name of the environment variable with the connection string. The default is `WORKFORCE_SQL_DSN`, which is read when neither `host`, `database` nor `dsn` is set."),
		"host":                    text("Name or address of the server; the directory (PostgreSQL) or path (MySQL) of a Unix socket; `host\\instance` for SQL Server."),
		"port":                    number("Port of the server. The default is the usual one of the driver; for Oracle 2484, or 1521 without TLS.", 65535),
		"database":                text("Name of the database; the service name of Oracle; the path of the file of SQLite."),
		"username":                text("Account to sign in with. It needs the right to read what the query reads, and should have no other. Environment variable: `WORKFORCE_SQL_USERNAME`."),
		"password":                secret("Password of `username`. It is kept out of the state. Better is the environment variable `WORKFORCE_SQL_PASSWORD`, or another one named by `password_variable`: no configuration and no plan holds it either."),
		"password_variable":       text("Name of the environment variable with the password, where several databases have different ones. The default is `WORKFORCE_SQL_PASSWORD`."),
		"tls_mode":                text("`verify-full` encrypts and verifies the server's certificate and name, and is the default; `require` encrypts without knowing with whom; `disable` does not encrypt. What a connection string says about TLS comes first.", oneOf(sqldb.TLSModes...)),
		"tls_server_name":         text("Name that the server's certificate must carry, when it is not `host`."),
		"ca_certificate_file":     text("File with the certificates, in PEM, of the authorities that may have issued the server's certificate. The system's authorities are trusted when neither this nor `ca_certificate_pem` is set."),
		"ca_certificate_pem":      text("The same certificates as text."),
		"client_certificate_file": text("File with the client's certificate, in PEM, for servers that ask for one."),
		"client_key_file":         text("File with the key of the client's certificate, in PEM."),
		"isolation":               text("How SQL Server reads one moment of the data: `snapshot`, the default, must be allowed for the database; `serializable` always works and makes writers wait. The other databases always read a snapshot.", oneOf(sqldb.Isolations...)),
		"encoding":                text("Encoding of texts in databases that do not know it: PostgreSQL databases in `SQL_ASCII`, and SQLite files that a program wrote in another encoding than UTF-8. `Windows-1250` to `Windows-1258`, `ISO-8859-1` to `ISO-8859-16`, `Code-Page-437` and the like."),
		"connect_timeout":         number("Seconds that connecting and signing in may take. The default is 15.", day),
		"statement_timeout":       number("Seconds that the query may take, from sending it to its last row. The default is 300.", day),
		"lock_timeout":            number("Seconds that the query may wait for data that another program has locked. The default is 30. Readers of Oracle wait for nobody.", day),
		"max_bytes":               hrCount("How many bytes the values of all rows may be. The default is 536870912 (512 MiB).", 1),
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Workers from a database: PostgreSQL, MySQL, MariaDB, SQL Server, Oracle or SQLite. One query is read in one transaction that sees one moment of the data, cannot change it and is rolled back at the end. " +
			"Blanks that pad `CHAR` columns are removed; numbers have no exponent; dates are `yyyy-MM-dd`, times `yyyy-MM-ddTHH:mm:ss`, with offset or `Z` where the type of the column has a zone; arrays of PostgreSQL are lists; binary columns are left out. " +
			"A worker id in two rows is an error that says in which columns the rows differ, as a join makes them. Problems are reported with row, column and worker: the first 20, and how many there are.",
		Attributes: hrSourceSchema(attributes),
	}
}

func (d *hrSQLDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hrSQLModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := sqldb.Read(ctx, m.config(), m.spec())
	saveWorkers(ctx, d.data, resp, &m, result, err, "The HR database cannot be used")
}

// config takes each setting from the configuration, and credentials else from the environment.
func (m *hrSQLModel) config() sqldb.Config {
	c := sqldb.Config{
		Driver: m.Driver.ValueString(), DSN: m.DSN.ValueString(), Host: m.Host.ValueString(), Port: int(m.Port.ValueInt64()), Database: m.Database.ValueString(),
		Username: m.Username.ValueString(), Password: m.Password.ValueString(),
		TLS: sqldb.TLS{Mode: m.TLSMode.ValueString(), ServerName: m.TLSServerName.ValueString(), CACertificateFile: m.CACertificateFile.ValueString(), CACertificatePEM: m.CACertificatePEM.ValueString(),
			CertificateFile: m.ClientCertificate.ValueString(), KeyFile: m.ClientKey.ValueString()},
		Query: m.Query.ValueString(), Isolation: m.Isolation.ValueString(), Encoding: m.Encoding.ValueString(),
		ConnectTimeout: secondsOf(m.ConnectTimeout), StatementTimeout: secondsOf(m.StatementTimeout), LockTimeout: secondsOf(m.LockTimeout), MaxBytes: m.MaxBytes.ValueInt64(),
	}
	for _, p := range m.Parameters {
		c.Parameters = append(c.Parameters, p.ValueStringPointer())
	}
	if c.Driver == "sqlite" {
		return c
	}
	if m.DSN.IsNull() && (m.Host.IsNull() && m.Database.IsNull() || !m.DSNVariable.IsNull()) {
		c.DSN = variable(m.DSNVariable, "WORKFORCE_SQL_DSN")
	}
	if m.Username.IsNull() {
		c.Username = os.Getenv("WORKFORCE_SQL_USERNAME")
	}
	if m.Password.IsNull() {
		c.Password = variable(m.PasswordVariable, "WORKFORCE_SQL_PASSWORD")
	}
	return c
}

// variable returns the value of the environment variable that a setting names, or of the usual one.
func variable(name types.String, usual string) string {
	if !name.IsNull() {
		usual = name.ValueString()
	}
	return os.Getenv(usual)
}

// secondsOf is a duration; 0 if it is not set.
func secondsOf(v types.Int64) time.Duration { return time.Duration(v.ValueInt64()) * time.Second }
