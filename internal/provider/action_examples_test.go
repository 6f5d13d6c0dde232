// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// actionBlocks returns the action blocks of a file of Terraform, and the rest of it.
func actionBlocks(t *testing.T, name string, text []byte) (blocks []*hclsyntax.Block, rest []byte) {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	body, _ := file.Body.(*hclsyntax.Body)
	rest = bytes.Clone(text)
	for _, b := range body.Blocks {
		if b.Type == "action" {
			blocks = append(blocks, b)
			for i := b.TypeRange.Start.Byte; i < b.CloseBraceRange.End.Byte; i++ {
				rest[i] = ' '
			}
		}
	}
	return blocks, rest
}

// withoutActions takes the action blocks out of a directory: the Terraform of this machine does not know them.
func withoutActions(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, rest := actionBlocks(t, name, text); !bytes.Equal(rest, text) {
			if err := os.WriteFile(name, rest, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestActionExamples holds the action blocks of the examples against the schemas, as terraform validate of 1.14 does.
func TestActionExamples(t *testing.T) {
	p := startActions(t, nil)
	for name := range p.schemas.ActionSchemas {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(examplesDir, "actions", name, "action.tf")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			blocks, _ := actionBlocks(t, file, text)
			if len(blocks) == 0 || len(blocks[0].Labels) != 2 || blocks[0].Labels[0] != name {
				t.Fatalf("%s does not begin with an action of its own", file)
			}
			for _, b := range blocks {
				p.validateBlock(t, b)
				if address := "-invoke=action." + strings.Join(blocks[0].Labels, "."); !strings.Contains(string(text), address) {
					t.Errorf("%s does not say %s", file, address)
				}
			}
		})
	}
}

// validateBlock checks the block config of an action; what is no literal is unknown.
func (p *terraform14) validateBlock(t *testing.T, b *hclsyntax.Block) {
	t.Helper()
	if len(b.Body.Attributes) != 0 || len(b.Body.Blocks) != 1 || b.Body.Blocks[0].Type != "config" || len(b.Body.Blocks[0].Body.Blocks) != 0 {
		t.Fatalf("%s: expected a block config and nothing else", b.TypeRange)
	}
	schema := p.schemas.ActionSchemas[b.Labels[0]]
	if schema == nil {
		t.Fatalf("%s: no action %s", b.TypeRange, b.Labels[0])
	}
	given := map[string]tftypes.Value{}
	for name, a := range b.Body.Blocks[0].Body.Attributes {
		v, diags := a.Expr.Value(nil)
		switch {
		case diags.HasErrors() && name == "users":
			given[name] = tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, tftypes.UnknownValue)
		case diags.HasErrors():
			t.Fatalf("%s: %s", a.NameRange, diags)
		case v.Type().IsTupleType():
			var users []string
			for _, u := range v.AsValueSlice() {
				users = append(users, u.AsString())
			}
			given[name] = textList(users...)
		case v.Type().FriendlyName() == "number":
			given[name] = tftypes.NewValue(tftypes.Number, v.AsBigFloat())
		case v.Type().FriendlyName() == "bool":
			given[name] = tftypes.NewValue(tftypes.Bool, v.True())
		default:
			given[name] = tftypes.NewValue(tftypes.String, v.AsString())
		}
	}
	for _, a := range schema.Schema.Block.Attributes {
		if _, set := given[a.Name]; a.Required && !set {
			t.Errorf("%s: %s is missing", b.TypeRange, a.Name)
		}
	}
	got, err := p.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: b.Labels[0], Config: p.config(t, b.Labels[0], given)})
	if err != nil {
		t.Fatal(err)
	}
	says(t, said(got.Diagnostics))
}
