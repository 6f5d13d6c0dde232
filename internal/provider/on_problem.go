// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Values of on_problem.
const (
	problemSetAside = "set_aside"
	problemStop     = "stop"
)

// onProblem is the choice between setting aside what has a problem and stopping everything.
func onProblem(aside, stop string) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true, Default: stringdefault.StaticString(problemSetAside), Validators: []validator.String{oneOf(problemSetAside, problemStop)},
		MarkdownDescription: "`set_aside` (default): " + aside + " `stop`: " + stop,
	}
}

// asideOutput is the output that names what was set aside.
func asideOutput(what string) schema.Attribute {
	return schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: what + " A warning says more."}
}
