// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/location"
)

// environmentPrefix begins the names of the variables that headers may be
// taken from, so that no configuration sends other secrets of a runner anywhere.
const environmentPrefix = "WORKFORCE_HR_"

// hrFileModel holds what the data sources of files share: where the file is, and
// what it must be. It is embedded in theirs.
type hrFileModel struct {
	Path                   types.String      `tfsdk:"path"`
	URL                    types.String      `tfsdk:"url"`
	SHA256                 types.String      `tfsdk:"sha256"`
	MaxAgeHours            types.Int64       `tfsdk:"max_age_hours"`
	MaxBytes               types.Int64       `tfsdk:"max_bytes"`
	Headers                map[string]string `tfsdk:"headers"`
	HeadersFromEnvironment map[string]string `tfsdk:"headers_from_environment"`
	CACertificate          types.String      `tfsdk:"ca_certificate"`
	TimeoutSeconds         types.Int64       `tfsdk:"timeout_seconds"`
}

// hrFileSchema returns the attributes that all sources of files share, those of
// all HR sources, and more. content is the name of the attribute for the file
// itself.
func hrFileSchema(content, contentDescription string, more map[string]schema.Attribute) map[string]schema.Attribute {
	text := func(description string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description, Validators: validators}
	}
	one := stringvalidator.ExactlyOneOf(path.MatchRoot("path"), path.MatchRoot(content), path.MatchRoot("url"))
	out := map[string]schema.Attribute{
		"path": text(fmt.Sprintf("Path of the file. Exactly one of `path`, `%s` and `url` is set.", content), one),
		content: schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: contentDescription + " It is " +
			"kept out of the state."},
		"url": schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: "Where the file is downloaded " +
			"from; it begins with `https://`. It may hold a signature, and is kept out of the state. Redirects are followed over " +
			"https only, and another host gets no headers. What a server says it cannot do right now (429, 502, 503, 504) is " +
			"tried three times, after the time it asks for."},
		"sha256":        text("SHA-256 checksum that the file must have, in hex. Unset: any.", stringvalidator.RegexMatches(regexp.MustCompile(`^[0-9A-Fa-f]{64}$`), "must be 64 hexadecimal digits")),
		"max_age_hours": hrCount("Hours ago that the file may have been modified at most, so that yesterday's file is not read again: by its time stamp, or for a `url` by the header `Last-Modified`, which must then be there. Unset: any time.", 1),
		"max_bytes":     hrCount("Size of the largest file that is read. The default is 536870912 (512 MiB).", 1),
		"headers": schema.MapAttribute{Optional: true, Sensitive: true, ElementType: types.StringType,
			MarkdownDescription: "Headers of the request for `url`, such as `Authorization`. They are kept out of the state; `headers_from_environment` keeps secrets out of configuration and plans, too."},
		"headers_from_environment": schema.MapAttribute{Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Headers of the request for `url`, each with the name of the environment variable that holds its value. The name begins with `" + environmentPrefix + "`.",
			Validators: []validator.Map{mapvalidator.ValueStringsAre(stringvalidator.RegexMatches(regexp.MustCompile("^"+environmentPrefix+"[A-Z0-9_]+$"),
				"must be the name of an environment variable that begins with "+environmentPrefix))}},
		"ca_certificate":  text("Certificates in PEM that are trusted for `url`, beside those of the system."),
		"timeout_seconds": hrCount("Seconds that the download from `url` may take. The default is 300.", 1),
	}
	maps.Copy(out, more)
	return hrSourceSchema(out)
}

// hrCount returns an optional whole number.
func hrCount(description string, least int64) schema.Attribute {
	return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(least)}}
}

// location returns where the file is. content is the file itself, "" if it is
// elsewhere.
func (m *hrFileModel) location(content string) (location.Config, error) {
	c := location.Config{
		Path: m.Path.ValueString(), Content: content, URL: m.URL.ValueString(), SHA256: m.SHA256.ValueString(), MaxAge: time.Duration(m.MaxAgeHours.ValueInt64()) * time.Hour,
		MaxBytes: m.MaxBytes.ValueInt64(), CACertificate: m.CACertificate.ValueString(), Timeout: time.Duration(m.TimeoutSeconds.ValueInt64()) * time.Second,
		Headers: maps.Clone(m.Headers),
	}
	var missing []error
	for _, header := range slices.Sorted(maps.Keys(m.HeadersFromEnvironment)) {
		name := m.HeadersFromEnvironment[header]
		value, ok := os.LookupEnv(name)
		switch {
		case !strings.HasPrefix(name, environmentPrefix):
			missing = append(missing, fmt.Errorf("headers_from_environment: %s: found the variable %q, expected one that begins with %s", header, name, environmentPrefix))
		case !ok || value == "":
			missing = append(missing, fmt.Errorf("headers_from_environment: %s: the environment variable %s is not set, expected the value of the header in it", header, name))
		case c.Headers[header] != "":
			missing = append(missing, fmt.Errorf("headers_from_environment: %s: found in headers as well, expected it once", header))
		}
		if c.Headers == nil {
			c.Headers = map[string]string{}
		}
		c.Headers[header] = value
	}
	return c, errors.Join(missing...)
}

// fromBase64 returns the bytes of a file that the configuration holds in Base64.
func fromBase64(text string) (string, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", errors.New("content_base64: not Base64, expected the result of filebase64 or a resource's attribute in Base64")
	}
	return string(data), nil
}
