// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// hrTenantSchema returns where a tenant in the cloud is and how to sign in: what
// Workday and SuccessFactors share, and more.
func hrTenantSchema(more map[string]schema.Attribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{
		"ca_certificate_file": hrTenantText("", "File with the certificates, in PEM, of the authorities to trust instead of the system's.",
			stringvalidator.ConflictsWith(path.MatchRoot("ca_certificate_pem"))),
		"ca_certificate_pem":  hrTenantText("", "The same certificates as text."),
		"requests_per_second": schema.Float64Attribute{Optional: true, MarkdownDescription: "Most requests in a second. Unset: no limit but `concurrency`."},
		"timeout_seconds":     hrTenantCount("Seconds that one request may take, its answer included. The default is 300.", 1, 7200),
		"max_bytes":           hrTenantCount("Largest answer in bytes. The default is 268435456 (256 MiB).", 1024, 4<<30),
		"retries":             hrTenantCount("How often a request is repeated after a failure that may pass. The default is 5.", 0, 20),
	}
	maps.Copy(out, more)
	return out
}

// hrTenantText returns an optional text that may come from an environment variable.
func hrTenantText(variable, description string, validators ...validator.String) schema.Attribute {
	if variable != "" {
		description += " Or environment variable `" + variable + "`."
	}
	return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
}

// hrTenantSecret is hrTenantText for what should come from the environment.
func hrTenantSecret(variable, description string) schema.Attribute {
	return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description + " Better in the environment variable `" + variable + "`: the arguments of data sources are kept in the state."}
}

// hrTenantCount returns an optional whole number within bounds.
func hrTenantCount(description string, least, most int64) schema.Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.Between(least, most)}}
}
