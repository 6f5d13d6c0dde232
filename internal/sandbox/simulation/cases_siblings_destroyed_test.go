// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// destroy is `terraform destroy`: the population goes.
func (s *scene) destroy() problems {
	defer s.cut(false)
	p, list := start(s.ctx, s.clock, s.provider)
	if list.failed() {
		return list
	}
	name := "workforce_" + s.prefix() + "_population"
	schema := schemas().ResourceSchemas[name]
	read, err := p.server.ReadResource(p.ctx, &tfprotov6.ReadResourceRequest{TypeName: name,
		CurrentState: dynamic(schema, s.state.state), Private: s.state.private})
	must(err)
	if list = diagnostics(read.Diagnostics); list.failed() {
		return list
	}
	nothing := dynamic(schema, tftypes.NewValue(schema.ValueType(), nil))
	planned, err := p.server.PlanResourceChange(p.ctx, &tfprotov6.PlanResourceChangeRequest{TypeName: name, PriorState: read.NewState,
		ProposedNewState: nothing, Config: nothing, PriorPrivate: read.Private})
	must(err)
	if list = append(list, planned.Diagnostics...); list.failed() {
		return list
	}
	p, more := start(s.ctx, s.clock, s.provider)
	if list = append(list, more...); list.failed() {
		return list
	}
	done, err := p.server.ApplyResourceChange(p.ctx, &tfprotov6.ApplyResourceChangeRequest{TypeName: name, PriorState: read.NewState,
		PlannedState: nothing, Config: nothing, PlannedPrivate: planned.PlannedPrivate})
	must(err)
	s.state = instance{state: decode(schema, done.NewState), private: done.Private}
	s.clock.set(s.clock.now().Add(5 * time.Minute))
	return append(list, done.Diagnostics...)
}

// destroyed are lives in which the population is destroyed and made anew.
var destroyed = []directed{
	{"more: destroyed with disable, and made anew", both, func(s *scene) {
		s.population["on_destroy"] = "disable"
		s.staff(4)
		s.hire("500", "Has", "Left")
		s.runs()
		s.ends("500", -1)
		s.pass(1)
		s.runs()
		s.pass(1)
		list := s.destroy()
		s.check(!list.failed(), "destroy: %s", list.errors())
		s.check(s.enabled() == 0, "%d can sign in after the destruction", s.enabled())
		s.check(len(s.users()) == 5, "%d accounts", len(s.users()))
		s.pass(1)
		s.lift()
		s.runs()
		s.may("101", "102", "103", "104")
		s.mayNot("500")
		s.settles()
	}},
	{"more: destroyed with delete, and made anew", both, func(s *scene) {
		s.population["on_destroy"] = "delete"
		s.lifecycle()["retention_days"] = nil
		s.staff(4)
		s.hire("500", "Has", "Left")
		s.runs()
		s.ends("500", -1)
		s.pass(1)
		s.runs()
		s.pass(40)
		list := s.destroy()
		s.check(!list.failed(), "destroy: %s", list.errors())
		s.check(len(s.users()) >= 4, "%d accounts", len(s.users()))
		s.pass(1)
		s.lift()
		s.runs()
		s.may("101", "102", "103", "104")
		s.mayNot("500")
		s.settles()
	}},
	{"more: destroyed with release, somebody leaves, and made anew", both, func(s *scene) {
		s.population["on_destroy"] = "release"
		s.staff(6)
		s.runs()
		list := s.destroy()
		s.check(!list.failed(), "destroy: %s", list.errors())
		s.check(s.enabled() == 6, "%d can sign in", s.enabled())
		s.ends("105", -40)
		s.drop("106")
		s.pass(2)
		s.runs()
		s.mayNot("105")
		s.may("101", "106")
		s.settles()
	}},
	{"more: a first run that fails in part, and on_destroy disable", both, func(s *scene) {
		s.population["on_destroy"] = "disable"
		s.staff(6)
		n := 0
		s.fail(func(w write) verdict {
			if w.Op == "create" {
				if n++; n == 3 {
					return refuse
				}
			}
			return carryOut
		})
		s.tries()
		s.fail(nil)
		s.pass(1)
		s.runs()
		s.may("101", "102", "103", "104", "105", "106")
		s.settles()
	}},
}
