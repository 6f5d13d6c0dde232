// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/provider"
)

// schemas are those of the provider, read once.
var schemas = sync.OnceValue(func() *tfprotov6.GetProviderSchemaResponse {
	s, err := provider.NewServerAt("simulation", time.Now, nil).GetProviderSchema(context.Background(), &tfprotov6.GetProviderSchemaRequest{})
	must(err)
	return s
})

// process is one process of the provider, as Terraform starts one for each plan
// and for each apply. What it holds in memory ends with it.
type process struct {
	ctx    context.Context
	server tfprotov6.ProviderServer
}

// start makes a process and configures it.
func start(ctx context.Context, c *clock, config object) (*process, problems) {
	p := &process{ctx: ctx, server: provider.NewServerAt("simulation", c.now, c.sleep)}
	schema := schemas().Provider
	answer, err := p.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.11.4", Config: dynamic(schema, toValue(schema.ValueType(), config))})
	must(err)
	return p, diagnostics(answer.Diagnostics)
}

// problems are the diagnostics of one call.
type problems []*tfprotov6.Diagnostic

func diagnostics(list []*tfprotov6.Diagnostic) problems { return list }

func (p problems) failed() bool {
	for _, d := range p {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			return true
		}
	}
	return false
}

// texts returns the diagnostics of a severity, each on a paragraph.
func (p problems) texts(severity tfprotov6.DiagnosticSeverity) string {
	var out []string
	for _, d := range p {
		if d.Severity == severity {
			out = append(out, d.Summary+": "+d.Detail)
		}
	}
	return strings.Join(out, "\n\n")
}

func (p problems) errors() string   { return p.texts(tfprotov6.DiagnosticSeverityError) }
func (p problems) warnings() string { return p.texts(tfprotov6.DiagnosticSeverityWarning) }

func dynamic(schema *tfprotov6.Schema, v tftypes.Value) *tfprotov6.DynamicValue {
	d, err := tfprotov6.NewDynamicValue(schema.ValueType(), v)
	must(err)
	return &d
}

func decode(schema *tfprotov6.Schema, d *tfprotov6.DynamicValue) tftypes.Value {
	if d == nil {
		return tftypes.NewValue(schema.ValueType(), nil)
	}
	v, err := d.Unmarshal(schema.ValueType())
	must(err)
	return v
}

// read reads a data source.
func (p *process) read(name string, config object) (map[string]tftypes.Value, problems) {
	schema := schemas().DataSourceSchemas[name]
	value := toValue(schema.ValueType(), adapt(schema, config))
	valid, err := p.server.ValidateDataResourceConfig(p.ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: dynamic(schema, value)})
	must(err)
	if list := diagnostics(valid.Diagnostics); list.failed() {
		return nil, list
	}
	answer, err := p.server.ReadDataSource(p.ctx, &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: dynamic(schema, value)})
	must(err)
	return fields(decode(schema, answer.State)), diagnostics(answer.Diagnostics)
}

// instance is a resource as the state file holds it.
type instance struct {
	state   tftypes.Value // null where there is none
	private []byte
	tainted bool
}

// none is the instance of a resource that does not exist yet.
func none(name string) instance {
	return instance{state: tftypes.NewValue(schemas().ResourceSchemas[name].ValueType(), nil)}
}

// planned is a change as a plan file holds it.
type planned struct {
	name    string
	config  tftypes.Value
	prior   instance // as refreshed
	next    tftypes.Value
	private []byte
}

// empty reports whether Terraform would say "No changes".
func (c *planned) empty() bool { return !c.prior.tainted && c.next.Equal(c.prior.state) }

// plan refreshes an instance and plans the change that a configuration means for it.
func (p *process) plan(name string, have instance, config object) (*planned, problems) {
	schema := schemas().ResourceSchemas[name]
	c := &planned{name: name, config: toValue(schema.ValueType(), adapt(schema, config)), prior: have}
	valid, err := p.server.ValidateResourceConfig(p.ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: dynamic(schema, c.config)})
	must(err)
	list := diagnostics(valid.Diagnostics)
	if list.failed() {
		return c, list
	}
	if !have.state.IsNull() {
		answer, err := p.server.ReadResource(p.ctx, &tfprotov6.ReadResourceRequest{TypeName: name, CurrentState: dynamic(schema, have.state), Private: have.private})
		must(err)
		if list = append(list, answer.Diagnostics...); list.failed() {
			return c, list
		}
		c.prior.state, c.prior.private = decode(schema, answer.NewState), answer.Private
	}
	next, private, more := p.change(c, c.prior.state, c.prior.private)
	c.next, c.private = next, private
	return c, append(list, more...)
}

// change asks for a plan.
func (p *process) change(c *planned, prior tftypes.Value, private []byte) (tftypes.Value, []byte, problems) {
	schema := schemas().ResourceSchemas[c.name]
	if c.prior.tainted {
		prior, private = tftypes.NewValue(schema.ValueType(), nil), nil
	}
	answer, err := p.server.PlanResourceChange(p.ctx, &tfprotov6.PlanResourceChangeRequest{
		TypeName: c.name, PriorState: dynamic(schema, prior), ProposedNewState: dynamic(schema, proposed(schema, prior, c.config)), Config: dynamic(schema, c.config), PriorPrivate: private,
	})
	must(err)
	list := diagnostics(answer.Diagnostics)
	if list.failed() {
		return prior, private, list
	}
	if len(answer.RequiresReplace) > 0 {
		panic("simulation: " + c.name + " wants to be replaced")
	}
	return decode(schema, answer.PlannedState), answer.PlannedPrivate, list
}

// proposed is what Terraform proposes: the configuration, and for what it leaves
// to the provider the prior value.
func proposed(schema *tfprotov6.Schema, prior, config tftypes.Value) tftypes.Value {
	before, values := fields(prior), fields(config)
	for _, a := range schema.Block.Attributes {
		if have, known := before[a.Name]; known && a.Computed && values[a.Name].IsNull() {
			values[a.Name] = have
		}
	}
	return tftypes.NewValue(schema.ValueType(), values)
}

// apply carries a plan out in this process, which plans again first, and returns
// the instance to save, errors or not.
func (p *process) apply(c *planned) (instance, problems) {
	schema := schemas().ResourceSchemas[c.name]
	have := c.prior
	if have.tainted { // Terraform destroys first
		answer, err := p.server.ApplyResourceChange(p.ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: c.name, PriorState: dynamic(schema, have.state),
			PlannedState: dynamic(schema, tftypes.NewValue(schema.ValueType(), nil)), Config: dynamic(schema, tftypes.NewValue(schema.ValueType(), nil)), PlannedPrivate: have.private})
		must(err)
		if list := diagnostics(answer.Diagnostics); list.failed() {
			return instance{state: decode(schema, answer.NewState), private: answer.Private, tainted: true}, list
		}
		have = none(c.name)
	}
	next, private, list := p.change(c, have.state, have.private)
	if list.failed() {
		return c.prior, list
	}
	if !next.Equal(c.next) {
		return c.prior, append(list, &tfprotov6.Diagnostic{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Provider produced inconsistent final plan", Detail: fmt.Sprintf("%s: planned %s, then %s", c.name, c.next, next)})
	}
	answer, err := p.server.ApplyResourceChange(p.ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: c.name, PriorState: dynamic(schema, have.state), PlannedState: dynamic(schema, next), Config: dynamic(schema, c.config), PlannedPrivate: private})
	must(err)
	list = append(list, answer.Diagnostics...)
	out := instance{state: decode(schema, answer.NewState), private: answer.Private}
	out.tainted = have.state.IsNull() && !out.state.IsNull() && list.failed()
	return out, list
}
