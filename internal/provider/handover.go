// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
)

// Where configurations say how credentials for a first sign-in are handed over.
const (
	argumentFirstPassword = "first_password"
	argumentFirstPass     = "first_access_pass"
)

// Values of issue_to.
const (
	issueToJoiners   = "joiners"
	issueToReturners = "returners"
)

// expirySoon is how many days before its end a certificate is warned about.
const expirySoon = 30

// handovers holds the places of credentials that this run uses, by what the configuration says of them: resources
// that say the same share files.
type handovers struct {
	mu    sync.Mutex
	files map[string]*handover.Files
}

func (h *handovers) of(key string, o handover.Options) *handover.Files {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.files[key] == nil {
		if h.files == nil {
			h.files = map[string]*handover.Files{}
		}
		h.files[key] = handover.NewFiles(o)
	}
	return h.files[key]
}

// nullObject is a nested argument that is not set: one without its type cannot be written to a state.
func nullObject(of schema.Attribute) types.Object {
	typed, _ := of.GetType().(types.ObjectType)
	return types.ObjectNull(typed.AttrTypes)
}

// firstPasswordModel is the argument first_password.
type firstPasswordModel struct {
	Directory  types.String `tfsdk:"directory"`
	Recipients types.List   `tfsdk:"recipients"`
	Length     types.Int64  `tfsdk:"length"`
	Classes    types.Set    `tfsdk:"classes"`
	IssueTo    types.Set    `tfsdk:"issue_to"`
}

const handoverDirectory = "Directory on the machine that applies, to which one encrypted file is written for each run that makes " +
	"any, with the permissions 0600, such as `ad-first-passwords-…Z-….jsonl.age`, or `.cms` for certificates. " +
	"It is made when it is missing. No file ever takes the place of another. Keep it where it outlives the run, which the working " +
	"directory of a pipeline does not."

const handoverRecipients = "Public keys, each of whose owners can decrypt every file: recipients of " +
	"[age](https://age-encryption.org) (`age1…`), SSH keys (`ssh-ed25519 …`, `ssh-rsa …`), or X.509 certificates in PEM with an RSA " +
	"key, to which files are encrypted as CMS (AES-256, RSA-OAEP). " +
	"Certificates do not go together with keys of age and SSH. They are no secrets, and whoever changes them changes who can sign in " +
	"as a joiner: the plan shows that as a change of this resource."

// What the arguments of resources and actions have in common.
const (
	passwordLengthText = "Number of characters, from 12 to 127. The default is 16. Where the policy of the domain asks for more, " +
		"passwords are that long. A policy of single groups (`msDS-PasswordSettings`) is not looked at: state its length here."
	passwordClassesText = "Classes of characters, all of which every password holds: at least three of `upper`, `lower`, `digits` " +
		"and `symbols`, as Active Directory asks. The default is all. Characters that are easily mistaken for each other, such as `l` " +
		"and `1`, are in none."
)

var (
	notEmpty        = []validator.String{stringvalidator.LengthAtLeast(1)}
	someRecipients  = []validator.List{listvalidator.SizeAtLeast(1)}
	passwordLength  = []validator.Int64{int64validator.Between(handover.ShortestPassword, handover.LongestPassword)}
	passwordClasses = []validator.Set{
		setvalidator.SizeAtLeast(handover.FewestClasses), setvalidator.ValueStringsAre(oneOf(classNames()...)),
	}
)

func firstPasswordSchema() schema.Attribute {
	return schema.SingleNestedAttribute{
		Optional: true,
		MarkdownDescription: "Hands over the password that a new account has, to those who give it to the person. Each is made when its " +
			"account is, also for somebody whose account is enabled later, is at least as long as the policy of the domain asks, and holds " +
			"no part of the person's names. " +
			"It is encrypted, and on disk, before the account exists; neither plan, state, log nor audit record holds it. It must be changed " +
			"at the first sign-in, unless `change_password_at_next_logon` is false. " +
			"Accounts that exist keep their passwords; one that never had a password gets one when it is enabled. Unset: a new account gets " +
			"a random password that is not kept anywhere. See the guide [First sign-in](../guides/first-sign-in.md).",
		Attributes: map[string]schema.Attribute{
			"directory": schema.StringAttribute{Required: true, Validators: notEmpty, MarkdownDescription: handoverDirectory},
			"recipients": schema.ListAttribute{Required: true, ElementType: types.StringType, Validators: someRecipients,
				MarkdownDescription: handoverRecipients},
			"length": schema.Int64Attribute{Optional: true, Validators: passwordLength, MarkdownDescription: passwordLengthText},
			"classes": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: passwordClasses,
				MarkdownDescription: passwordClassesText},
			"issue_to": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				Validators: []validator.Set{setvalidator.SizeAtLeast(1), setvalidator.ValueStringsAre(oneOf(issueToJoiners, issueToReturners))},
				MarkdownDescription: "Who gets one: `joiners`, whose account is new or never had a password, and `returners`, whose account is " +
					"enabled or restored after they had left, and whose former password stops working. The default is `[\"joiners\"]`; joiners " +
					"always get one."},
		},
	}
}

func classNames() []string {
	var out []string
	for _, c := range handover.Classes {
		out = append(out, string(c))
	}
	return out
}

// firstPassword returns where the argument wants passwords to be kept; nil where it is unset or not known yet. What is
// wrong with it is an error, and a certificate that has ended a warning, which keeps nobody from being disabled.
func (d *providerData) firstPassword(ctx context.Context, from types.Object, diags *diag.Diagnostics) *handover.Files {
	var m firstPasswordModel
	if !wholly(ctx, from) {
		return nil
	}
	if diags.Append(from.As(ctx, &m, basetypes.ObjectAsOptions{})...); diags.HasError() {
		return nil
	}
	o := handover.Options{
		Directory: m.Directory.ValueString(), Kind: "ad-first-passwords", Returners: slices.Contains(textsOf(m.IssueTo), issueToReturners),
		Policy: passwordsOf(m.Length, m.Classes),
	}
	return d.filesFor("ad password "+from.String(), o, m.Recipients, path.Root(argumentFirstPassword), diags)
}

func passwordsOf(length types.Int64, classes types.Set) handover.Policy {
	p := handover.Policy{Length: int(length.ValueInt64())}
	for _, name := range textsOf(classes) {
		p.Classes = append(p.Classes, handover.Class(name))
	}
	return p
}

// filesFor returns the files of resources that say the same, which key is; nil where that is wrong.
func (d *providerData) filesFor(key string, o handover.Options, recipients types.List, at path.Path,
	diags *diag.Diagnostics) *handover.Files {
	keys := make([]string, len(recipients.Elements()))
	for i, v := range recipients.Elements() { // null is no key either
		if text, ok := v.(types.String); ok {
			keys[i] = text.ValueString()
		}
	}
	if o.Recipients = d.recipients(keys, at, diags); o.Recipients == nil {
		return nil
	}
	o.Now = d.clock
	files := d.handovers.of(key, o)
	if err := files.CheckPlace(); err != nil {
		diags.AddAttributeWarning(at.AtName("directory"), "The directory for first credentials cannot be written", sentence(err)+
			" Until it can be written, nothing is handed over: leavers and everybody who has an account are handled as before.")
	}
	return files
}

// recipients reads public keys.
func (d *providerData) recipients(keys []string, at path.Path, diags *diag.Diagnostics) *handover.Recipients {
	recipients, err := handover.ParseRecipients(keys)
	if err != nil {
		where := at.AtName("recipients")
		var one *handover.RecipientError
		if errors.As(err, &one) {
			where = where.AtListIndex(one.Index)
		}
		diags.AddAttributeError(where, "The public key of a recipient cannot be used", sentence(err))
		return nil
	}
	for _, when := range []int{0, expirySoon} {
		if err := recipients.Valid(d.clock().AddDate(0, 0, when)); err != nil {
			diags.AddAttributeWarning(at.AtName("recipients"), "The certificate of a recipient has ended or ends soon",
				sentence(err)+" Nothing is encrypted to a certificate that has ended. From then on joiners get no account where a first "+
					"password is handed over, and no pass where an access pass is; everybody else is handled as before.")
			break
		}
	}
	return recipients
}

// sentence makes an error one.
func sentence(err error) string { return strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "." }

// tellWritten says where credentials are that this run wrote.
func tellWritten(files *handover.Files, argument string, diags *diag.Diagnostics) {
	if files == nil {
		return
	}
	if written := files.Written(); len(written) > 0 {
		diags.AddAttributeWarning(path.Root(argument), "Credentials for a first sign-in were written",
			"They are encrypted, in "+strings.Join(written, ", ")+". Hand them over, and delete the files afterwards.")
	}
}

// firstCredentialOf is the argument that hands over first credentials, where it is set.
func (t target) firstCredentialOf(files *handover.Files) string {
	if files == nil {
		return ""
	}
	return t.firstCredential
}

// handoverOf makes no files no handover.
func handoverOf(files *handover.Files) directory.Handover {
	if files == nil {
		return nil
	}
	return files
}

// wholly reports whether an object is set and all of it is known.
func wholly(ctx context.Context, o types.Object) bool {
	if o.IsNull() || o.IsUnknown() {
		return false
	}
	v, err := o.ToTerraformValue(ctx)
	return err == nil && v.IsFullyKnown()
}
