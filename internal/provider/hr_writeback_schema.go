// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/objectvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/sqldb"
	workdaysource "terraform-provider-workforce/internal/source/workday"
	"terraform-provider-workforce/internal/writeback/sqltable"
	"terraform-provider-workforce/internal/writeback/workday"
)

func writebackNeeds(description string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{Required: true, MarkdownDescription: description, Validators: validators}
}

func writebackText(description string, validators ...validator.String) schema.Attribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
}

func writebackNumber(description string, least, most int64) schema.Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(least, most)}}
}

// choice writes words for a description.
func choice(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }

const maxSeconds = 24 * 60 * 60

func writebackSQLSchema() schema.Attribute {
	drivers := sqldb.Drivers()
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "A table or updatable view of a database. Each worker is one transaction: the row is locked and compared, updated by its key with parameters, counted and read again; unless exactly one row was updated and holds what was written, it is rolled back. " +
			"The account needs the right to read and update these columns, and nothing else.",
		Validators: []validator.Object{objectvalidator.ExactlyOneOf(path.MatchRoot("sql"), path.MatchRoot("rest"), path.MatchRoot("successfactors"), path.MatchRoot("workday"))},
		Attributes: map[string]schema.Attribute{
			"driver":              writebackNeeds("The database: one of "+choice(drivers)+". `mysql` is for MariaDB, too.", oneOf(drivers...)),
			"host":                writebackText("Name or address of the server, the directory (PostgreSQL) or path (MySQL) of a Unix socket, or, for SQL Server, `host\\instance`. Not for SQLite."),
			"port":                writebackNumber("Port of the server. The default is the usual one.", 1, 65535),
			"database":            writebackText("Name of the database, service name of Oracle, or path of the file of SQLite."),
			"username":            writebackText("Account to sign in with. Its password is in the environment variable `WORKFORCE_WRITEBACK_PASSWORD`."),
			"tls_mode":            writebackText("How the connection is encrypted: one of "+choice(sqldb.TLSModes)+". The default is `verify-full`.", oneOf(sqldb.TLSModes...)),
			"tls_server_name":     writebackText("Name in the server's certificate, where it is not `host`."),
			"ca_certificate_file": writebackText("File with the authorities that may have issued the server's certificate, in PEM. The default are the system's."),
			"table":               writebackNeeds("Name of the table or view, such as `staff` or `hr.staff`. Names are taken as they are, in quotes: Oracle, for instance, keeps most in capital letters."),
			"key_column":          writebackNeeds("Column that holds the worker id. It must tell workers apart: more rows than one for a worker are an error."),
			"columns": schema.MapAttribute{Required: true, ElementType: types.StringType,
				MarkdownDescription: "Column of each attribute."},
			"clear_with":                writebackText("What is stored for no value: "+choice(sqltable.ClearWiths)+", for columns that are `NOT NULL`. The default is `null`.", oneOf(sqltable.ClearWiths...)),
			"concurrency":               writebackNumber(fmt.Sprintf("How many workers are written at once. The default is %d.", sqltable.DefaultConcurrency), 1, 64),
			"connect_timeout_seconds":   writebackNumber(fmt.Sprintf("Seconds that connecting may take. The default is %.0f.", sqldb.DefaultConnectTimeout.Seconds()), 1, maxSeconds),
			"statement_timeout_seconds": writebackNumber(fmt.Sprintf("Seconds that one worker, or reading 500 of them, may take. The default is %.0f.", sqldb.DefaultStatementTimeout.Seconds()), 1, maxSeconds),
			"lock_timeout_seconds":      writebackNumber(fmt.Sprintf("Seconds to wait for a row that another program has locked. The default is %.0f. Oracle waits as long as `statement_timeout_seconds`.", sqldb.DefaultLockTimeout.Seconds()), 1, maxSeconds),
		},
	}
}

func writebackRESTSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "An API that takes and gives JSON. In templates `{worker_id}` stands for the worker id, `{key}` for what the system itself calls the worker by. " +
			"Without `username`, `api_key_header`, `oauth2` or `anonymous`, requests carry the bearer token of the environment variable `WORKFORCE_WRITEBACK_TOKEN`.",
		Attributes: map[string]schema.Attribute{
			"url":            writebackNeeds("Address that all paths are below, such as `https://hr.example.com/api/v1`. Credentials are sent to no other host."),
			"username":       writebackText("User name of basic authentication. The password is in the environment variable `WORKFORCE_WRITEBACK_PASSWORD`."),
			"api_key_header": writebackText("Header that carries the key of the environment variable `WORKFORCE_WRITEBACK_API_KEY`, such as `X-API-Key`."),
			"oauth2": schema.SingleNestedAttribute{Optional: true, MarkdownDescription: "OAuth 2 with the client's own credentials (RFC 6749 section 4.4). The secret is in the environment variable `WORKFORCE_WRITEBACK_CLIENT_SECRET`.",
				Attributes: map[string]schema.Attribute{
					"token_url": writebackNeeds("Address that issues tokens."), "client_id": writebackNeeds("Id of the client."),
					"scopes": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Scopes to ask for."},
				}},
			"anonymous":           schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether requests carry no credentials. The default is false."},
			"ca_certificate_file": writebackText("File with the authorities trusted instead of the system's, in PEM."),
			"allow_http":          schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether `http://` is permitted to other hosts than this machine: everybody on the way then reads the credentials. The default is false."},
			"requests_per_second": schema.Float64Attribute{Optional: true, MarkdownDescription: "Most requests a second. Unset: no limit.", Validators: []validator.Float64{float64validator.AtLeast(0.01)}},
			"timeout_seconds":     writebackNumber("Seconds that one attempt may take. The default is 300.", 1, maxSeconds),
			"concurrency":         writebackNumber("How many requests run at once. The default is 8.", 1, 64),
			"settle_seconds":      writebackNumber("Seconds until what was written must be read. The default is 5.", 1, 600),
			"read_path": writebackNeeds("Template of the path that answers with one worker, such as `/employees/{worker_id}` or `/employees?number={worker_id}`. The answer 404, or one without the record, means that there is no such worker. " +
				"A value stays in its place: in the quotes of OData (`/User('{worker_id}')`, `?$filter=id eq '{worker_id}'`) a quote is doubled, " +
				"in those of a SCIM `filter` it is escaped, in other quotes a value with one is refused. Without quotes in an expression (`/User({worker_id})`, `?q=number:{worker_id}`) letters, digits and `-._~@` are taken."),
			"record":       writebackText("Path to the worker in the answer, such as `data.0`. The default is the answer itself."),
			"worker_id":    writebackNeeds("Path to the worker id in the record, such as `employeeNumber`. An answer with another worker's record is an error."),
			"key":          writebackText("Path to what `{key}` stands for, such as `id`."),
			"values":       schema.MapAttribute{Required: true, ElementType: types.StringType, MarkdownDescription: "Path of each attribute in the record: keys with dots between them, such as `contact.email`, or a JSONPath, such as `$.emails[?@.type == 'work'].value`."},
			"write_method": writebackText("`PATCH`, the default, `POST` or `PUT`. A `POST` is not repeated after a failure.", oneOf("PATCH", "POST", "PUT")),
			"write_path":   writebackText("Template of the path to write to. The default is `read_path`."),
			"write_body": writebackNeeds("Template of the body, as `jsonencode` writes it: a text `{mail}` becomes the value of the attribute `mail`, `null` for no value; `{remote:boolean}` and `{level:number}` become a truth value or number. " +
				"Only what changes is sent: members for other attributes are left out, and so are elements of an array, as in a JSON Patch."),
			"content_type": writebackText("Content type of the body, such as `application/merge-patch+json`. The default is `application/json`."),
			"list": schema.SingleNestedAttribute{Optional: true, MarkdownDescription: "How to read all workers at once, for populations: it replaces a request for each worker where 20 or more are read. Records are like the one of `read_path`.",
				Attributes: map[string]schema.Attribute{
					"path":           writebackNeeds("Path of the list, such as `/employees`."),
					"query":          schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Parameters of the request."},
					"records":        writebackText("Path to the array of records. The default is the answer itself."),
					"paging":         writebackText("How pages follow each other: one of "+choice(rest.Kinds)+". The default is `none`.", oneOf(rest.Kinds...)),
					"parameter":      writebackText("Parameter that carries the page number, offset or cursor."),
					"size_parameter": writebackText("Parameter that carries `size`."),
					"size":           writebackNumber("Records asked for at once.", 1, 1_000_000),
					"first":          writebackNumber("Number of the first page, or offset of the first record. The default is 0.", 0, 1_000_000),
					"next":           writebackText("Path to the link or cursor of the next page."),
					"total":          writebackText("Path to the number of all records: exactly as many must be read."),
				}},
		},
	}
}

func writebackSuccessFactorsSchema() schema.Attribute {
	codes := func(what string) schema.Attribute {
		return schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: what + " Each attribute with its type: the id of a picklist value, such as `8448`, not its external code."}
	}
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "SAP SuccessFactors, by upserts of OData v2. Worker ids are `personIdExternal`. An entry that is new becomes the primary one if the person has none; the flag of others stays as it is, and the primary entry cannot be cleared while there are others. " +
			"The API user needs the right to view and edit email and phone information. The password is in the environment variable `WORKFORCE_WRITEBACK_PASSWORD`.",
		Attributes: map[string]schema.Attribute{
			"url":                 writebackNeeds("Address of the service, such as `https://api4.successfactors.com/odata/v2`."),
			"company_id":          writebackNeeds("Id of the company."),
			"username":            writebackNeeds("Name of the API user, without the company."),
			"ca_certificate_file": writebackText("File with the authorities trusted instead of the system's, in PEM."),
			"emails":              codes("Mail addresses (`PerEmail`)."),
			"phones":              codes("Phone numbers (`PerPhone`), as one text in `phoneNumber`."),
			"concurrency":         writebackNumber("How many workers are written at once. The default is 4.", 1, 64),
		},
	}
}

func writebackWorkdaySchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Workday, by the operations `Change_Work_Contact_Information` and `Update_Workday_Account` of the web service `Human_Resources`. Worker ids are `Employee_ID` or `Contingent_Worker_ID`. " +
			"An entry that is there is changed in place, by its reference; all others, and what is private, stay as they are. Changes are effective today, those of workers who start later on their hire date. " +
			"They complete without approval, which the business process must permit to the account. It needs Put access to the domains of work contact information and of Workday accounts, as far as they are written, and Get access to worker data. " +
			"The secrets are in environment variables: `WORKFORCE_WRITEBACK_PASSWORD` of a `username`; `WORKFORCE_WRITEBACK_CLIENT_SECRET` and `WORKFORCE_WRITEBACK_REFRESH_TOKEN` of a `client_id`.",
		Attributes: map[string]schema.Attribute{
			"url":                 writebackNeeds("Address of the host, such as `https://wd3-services1.workday.com`, or of the service, such as `https://wd3-services1.workday.com/ccx/service/acme/Human_Resources/v44.2`."),
			"tenant":              writebackText("Name of the tenant. The default is that in `url` or behind the @ of `username`."),
			"version":             writebackText("Version of the web service. The default is that in `url`, or `" + workdaysource.DefaultVersion + "`."),
			"username":            writebackText("User name of an integration system user, with or without `@tenant`."),
			"client_id":           writebackText("Id of an API client for integrations, instead of a user."),
			"token_url":           writebackText("Where access tokens are given out. The default is `/ccx/oauth2/{tenant}/token` on the host."),
			"ca_certificate_file": writebackText("File with the authorities trusted instead of the system's, in PEM."),
			"timeout_seconds":     writebackNumber("Seconds that one attempt may take. The default is 300.", 1, maxSeconds),
			"email":               writebackText("Attribute that is the primary work mail address."),
			"user_name":           writebackText("Attribute that is the user name of the Workday account. It cannot be cleared, so `on_removal` and `on_destroy` must be `release`."),
			"phones": schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Attributes that are work phones, each with its `Phone_Device_Type_ID`, such as `Landline` or `Mobile`. " +
				"Numbers are E.164, such as `+12065550188`, or `+12065550188 x42` with an extension. The first phone of a worker becomes the primary one."},
			"private":     schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether entries that are new are not public. Those that are there stay as they are. The default is false."},
			"time_zone":   writebackText("IANA time zone of today, such as `Europe/Berlin`. The default is UTC."),
			"concurrency": writebackNumber(fmt.Sprintf("How many workers are written at once: each is a business process in the tenant. The default is %d.", workday.DefaultConcurrency), 1, workday.MaxConcurrency),
		},
	}
}
