// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/sandbox/graph"
)

// TestAccAccounts_nullElements: a null among the elements of a list is a plain error that names the argument.
func TestAccAccounts_nullElements(t *testing.T) {
	useTenant(t, graph.Options{})
	var steps []resource.TestStep
	for argument, name := range map[string]string{
		`reserved = { mailNickname = ["root", null] }`: "reserved", `reserved = { mailNickname = null }`: "reserved", `overrides = [null]`: "overrides",
	} {
		steps = append(steps, resource.TestStep{
			Config:          strings.Replace(cloudPipeline("2026-01-20"), "  mapping = local.rules\n", "  mapping = local.rules\n  "+argument+"\n", 1),
			ConfigVariables: cloudFeed("1,Ann,Ray,IT,2020-01-01,,,Active"), PlanOnly: true, ExpectError: wordsInOrder(name, "null"),
		})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: steps})
}
