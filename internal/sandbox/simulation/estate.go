// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// estate is one configuration with its state, and the directory that it is about:
// what one Terraform workspace is.
type estate struct {
	target
	clock *clock

	rules      object // of workforce_mapping
	accounts   object // further arguments of the accounts data source
	population object // further arguments of the population
	provider   object
	state      instance

	compiled string // the rules as a document
	of       string // what it was made of
}

// clock is the time of a life, which nobody but the life moves.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time  { return time.Unix(c.at.Load(), 0).UTC() }
func (c *clock) set(t time.Time) { c.at.Store(t.Unix()) }

// sleep lets the time pass that somebody waits.
func (c *clock) sleep(ctx context.Context, until time.Time) error {
	for next := until.Unix() + 1; ; {
		at := c.at.Load()
		if next <= at || c.at.CompareAndSwap(at, next) {
			return ctx.Err()
		}
	}
}

func newEstate(t target, c *clock) *estate {
	return &estate{target: t, clock: c, rules: t.mapping(), accounts: object{}, population: object{}, provider: t.provider(), state: none("workforce_" + t.prefix() + "_population")}
}

// lifecycle returns the lifecycle of the rules, to change it.
func (e *estate) lifecycle() object { return e.rules["worker_lifecycle"].(object) }

// safeguards returns the limits of the accounts, to change them.
func (e *estate) safeguards() object {
	s, _ := e.accounts["safeguards"].(object)
	if s == nil {
		s = object{}
		e.accounts["safeguards"] = s
	}
	return s
}

// proposal is what a plan says.
type proposal struct {
	at       time.Time
	failed   problems // why there is none
	warnings string
	outputs  map[string]tftypes.Value // of the accounts data source
	change   *planned
	before   map[string]user // the directory when the plan was made
	config   object
}

func (p *proposal) ok() bool { return !p.failed.failed() }

// documents are the accounts that the plan wants, by worker id.
func (p *proposal) documents() map[string]string {
	if p.change == nil {
		return nil
	}
	return textMap(fields(p.change.next)["accounts"])
}

// known are the accounts of the state as refreshed.
func (p *proposal) known() map[string]string {
	if p.change == nil {
		return nil
	}
	return textMap(fields(p.change.prior.state)["accounts"])
}

// shown are the workers whose account the plan shows a change of, sorted.
func (p *proposal) shown() []string {
	var out []string
	before, after := p.known(), p.documents()
	for id := range before {
		if doc, stays := after[id]; !stays || doc != before[id] {
			out = append(out, id)
		}
	}
	for id := range after {
		if _, had := before[id]; !had {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}

// empty reports that there is nothing to do.
func (p *proposal) empty() bool { return p.ok() && p.change.empty() }

// verdicts are the decisions of the report, by worker id.
func (p *proposal) verdicts() map[string][]decision {
	var r struct {
		Decisions []decision `json:"decisions"`
	}
	must(json.Unmarshal([]byte(text(p.outputs["report_json"])), &r))
	out := map[string][]decision{}
	for _, d := range r.Decisions {
		out[d.Worker] = append(out[d.Worker], d)
	}
	return out
}

// decision is what report_json says about one person.
type decision struct {
	Worker string `json:"worker_id"`
	Action string `json:"action"`
	Stage  string `json:"stage"`
	Reason string `json:"reason"`
	Object string `json:"object_id"`
}

// report is the report for people.
func (p *proposal) report() string { return text(p.outputs["report"]) }

// rulesDocument is the json of workforce_mapping, which is made again when the rules change.
func (e *estate) rulesDocument(p *process) (string, problems) {
	key := fmt.Sprint(e.rules)
	if e.of == key {
		return e.compiled, nil
	}
	c, list := p.plan("workforce_mapping", none("workforce_mapping"), e.rules)
	if list.failed() {
		return "", list
	}
	e.compiled, e.of = text(fields(c.next)["json"]), key
	return e.compiled, nil
}

// plan is `terraform plan` with a file of the HR system: a process of its own.
func (e *estate) plan(ctx context.Context, file string) *proposal {
	out := &proposal{at: e.clock.now(), before: e.users()}
	defer e.cut(false)
	p, list := start(ctx, e.clock, e.provider)
	if out.failed = list; list.failed() {
		return out
	}
	rules, list := e.rulesDocument(p)
	if out.failed = list; list.failed() {
		return out
	}
	workers, list := p.read("workforce_hr_csv", source(file))
	if out.failed = list; list.failed() {
		return out
	}
	config := object{"workers": text(workers["json"]), "mapping": rules}
	maps.Copy(config, e.accounts)
	name := "workforce_" + e.prefix()
	var more problems
	out.outputs, more = p.read(name+"_accounts", config)
	list = append(list, more...)
	if out.failed = list; list.failed() {
		return out
	}
	out.config = object{"accounts": textMap(out.outputs["accounts"])}
	maps.Copy(out.config, e.population)
	out.change, more = p.plan(name+"_population", e.state, out.config)
	list = append(list, more...)
	out.failed, out.warnings = list, list.warnings()
	return out
}

// apply is `terraform apply` of a saved plan: a process of its own. The state is
// saved whatever becomes of it.
func (e *estate) apply(ctx context.Context, p *proposal) problems {
	defer e.cut(false)
	process, list := start(ctx, e.clock, e.provider)
	if list.failed() {
		return list
	}
	next, list := process.apply(p.change)
	if ctx.Err() == nil { // a process that was killed saves nothing
		e.state = next
	}
	return list
}

// override is the json of a workforce_override.
func (e *estate) override(config object) string {
	p, list := start(context.Background(), e.clock, e.provider)
	if list.failed() {
		panic("simulation: " + list.errors())
	}
	c, list := p.plan("workforce_override", none("workforce_override"), config)
	if list.failed() {
		panic("simulation: " + list.errors())
	}
	return text(fields(c.next)["json"])
}
