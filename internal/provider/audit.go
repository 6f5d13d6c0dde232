// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-workforce/internal/audit"
	"terraform-provider-workforce/internal/mapping"
)

type auditModel struct {
	File   types.String `tfsdk:"file"`
	Run    types.String `tfsdk:"run"`
	Redact types.List   `tfsdk:"redact_attributes"`
}

func auditSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "The audit record: a file to which one line of JSON is appended before each write to a directory or an HR system is sent, and one when it is answered, in the shape of the " +
			"[Open Cybersecurity Schema Framework](https://schema.ocsf.io). See the guide *Operations*. Plans write nothing, and need no file. Unset, and without `WORKFORCE_AUDIT_FILE` in the environment: nothing is recorded.",
		Attributes: map[string]schema.Attribute{
			"file": schema.StringAttribute{Optional: true, MarkdownDescription: "The file that is appended to. It is made with mode 0600 where it does not exist; its directory must exist. " +
				"Several runs may append to one file. **Where it cannot be opened or written, nothing is written to directories and HR systems either**, and the run fails. Environment variable: `WORKFORCE_AUDIT_FILE`."},
			"run": schema.StringAttribute{Optional: true, MarkdownDescription: "What the run is called in the record (`metadata.correlation_uid`). The default is what the pipeline calls it " +
				"(`TFC_RUN_ID`, `GITHUB_RUN_ID`, `CI_PIPELINE_ID` or `BUILD_BUILDID` of the environment), else a random identifier for each process of the provider. Environment variable: `WORKFORCE_AUDIT_RUN`."},
			"redact_attributes": schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Attributes at the directories and in HR systems whose values are not recorded, beside those that a mapping redacts (`redact`); `[]` for none. " +
				"Unset: those that a mapping redacts, as far as this is known. It is not in the apply that creates a population or a user, and where accounts come from no mapping: of these, no values but whether the account is enabled are recorded. Passwords and other secrets are never recorded. Environment variable: `WORKFORCE_AUDIT_REDACT_ATTRIBUTES`, several separated by commas."},
		},
	}
}

// runVariables are where pipelines say what the run is called.
var runVariables = []string{"WORKFORCE_AUDIT_RUN", "TFC_RUN_ID", "GITHUB_RUN_ID", "CI_PIPELINE_ID", "BUILD_BUILDID"}

// newAuditLog returns the audit record, nil where none is wanted.
func newAuditLog(m *auditModel, version string, clock func() time.Time, diags *diag.Diagnostics) *audit.Log {
	if m == nil {
		m = &auditModel{}
	}
	s := settingReader{block: "audit", diags: diags}
	o := audit.Options{
		File: s.text(m.File, "audit.file", "WORKFORCE_AUDIT_FILE"), Run: s.text(m.Run, "audit.run", runVariables...),
		Redact: s.list(m.Redact, "audit.redact_attributes", redactVariable), Version: version, Clock: clock,
	}
	if o.File == "" { // or not known yet, in a plan, which writes nothing
		return nil
	}
	return audit.New(o)
}

// redacts reports whether the configuration says what to redact.
func (m *auditModel) redacts() bool {
	text, _ := environment([]string{redactVariable})
	return m != nil && !m.Redact.IsNull() || text != ""
}

const redactVariable = "WORKFORCE_AUDIT_REDACT_ATTRIBUTES"

// labels holds, for one run, what mappings say about the attributes of each target.
// The zero value is ready for use.
type labels struct {
	mu sync.Mutex
	by map[string]audit.Labels
}

// note remembers what a mapping says. Several may be about one target: what one of them
// redacts is redacted, and a rule counts where they agree.
func (l *labels) note(target string, m *mapping.Mapping) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known, again := l.by[target]
	rules := m.RuleTexts()
	if again {
		maps.DeleteFunc(rules, func(name, text string) bool { return known.Rules[name] != text })
	}
	redacted := slices.Concat(known.Redacted, m.Redacted())
	slices.Sort(redacted)
	if l.by == nil {
		l.by = map[string]audit.Labels{}
	}
	l.by[target] = audit.Labels{Redacted: slices.Compact(redacted), Rules: rules}
}

func (l *labels) of(target string) (found audit.Labels, known bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, known = l.by[target]
	return found, known
}

// keepLabels keeps what mappings say about attributes beside a resource that is read, for the
// apply, which runs in another process and asks no mapping.
func (d *providerData) keepLabels(ctx context.Context, target string, to privateSetter, diags *diag.Diagnostics) {
	if found, known := d.labels.of(target); d.audit != nil && known {
		savePrivate(ctx, to, privateLabels, found, diags)
	}
}

// labelled is the context of an apply with what is known of attributes: by the last read,
// and by mappings that this process asked. from is nil in a creation, of which no read
// says anything. Where nothing is known, no values are shown, unless the configuration says which to redact.
func (d *providerData) labelled(ctx context.Context, target string, from privateGetter, diags *diag.Diagnostics) context.Context {
	if d.audit == nil {
		return ctx
	}
	var kept audit.Labels
	known := d.redactionStated
	if from != nil {
		raw, problems := from.GetKey(ctx, privateLabels)
		diags.Append(problems...)
		known = known || len(raw) > 0
		loadPrivate(ctx, from, privateLabels, &kept, diags)
	}
	if !known {
		kept.Redacted = append(kept.Redacted, audit.Everything)
	}
	here, _ := d.labels.of(target)
	return audit.Label(audit.Label(ctx, kept), audit.Labels{Redacted: here.Redacted})
}

// unanswered reports that answers could not be put on record, which no other error says.
func unanswered(log *audit.Log, resp *tfprotov6.ApplyResourceChangeResponse) {
	if err := log.Failure(); err != nil && resp != nil {
		resp.Diagnostics = append(resp.Diagnostics, &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: auditFailed, Detail: err.Error() + "."})
	}
}

const auditFailed = "The audit record is not complete"
