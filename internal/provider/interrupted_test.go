// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"terraform-provider-workforce/internal/reconcile"
	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// interruptedNumbers are what an interrupted apply of many accounts says.
var interruptedNumbers = regexp.MustCompile(`([0-9]+) of ([0-9]+) accounts (?:was|were) written, and ([0-9]+) (?:was|were) not attempted or not finished\. What succeeded is in the state`)

// TestPopulation_interrupted: whoever presses Ctrl-C gets one error with numbers, not one for each account.
func TestPopulation_interrupted(t *testing.T) {
	t.Run("Active Directory", func(t *testing.T) {
		s, _ := useControllers(t)
		t.Setenv("WORKFORCE_AD_URL", s.URL())
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var adds atomic.Int64
		s.Intercept(func(r memdir.Request) memdir.Verdict {
			if r.Op == "add" && adds.Add(1) == 7 {
				cancel()
			}
			return memdir.Verdict{}
		})
		all := people{}
		for i := range 40 {
			id := fmt.Sprintf("w%02d", i)
			all[id] = person("OU=Staff,"+memdir.Base, id, "Name "+id)
		}
		interrupted(t, ctx, activeDirectoryTarget, all)
	})
	t.Run("Microsoft Entra ID", func(t *testing.T) {
		s := useTenant(t, graph.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var creations atomic.Int64
		s.Intercept(func(method, target string) graph.Fate {
			if method == "POST" && strings.HasSuffix(target, "/users") && creations.Add(1) == 27 {
				cancel()
			}
			return graph.CarryOut
		})
		all := people{}
		for i := range 400 { // more than the batches that are under way at once
			id := fmt.Sprintf("w%03d", i)
			all[id] = cloudPerson(id, "Name "+id)
		}
		interrupted(t, ctx, entraTarget, all)
	})
}

// interrupted applies accounts until the context ends, and looks at what is said.
func interrupted(t *testing.T, ctx context.Context, target target, all people) {
	t.Helper()
	var diags diag.Diagnostics
	data := &providerData{clock: time.Now, activeDirectory: newLazyDomain(nil, &diags), entra: newLazyTenant(nil, "test", time.Now, &diags)}
	p := target.population("population", data)
	p.Options = reconcile.Options{Adopt: reconcile.AdoptMatched}
	docs := map[string]string{}
	for id, a := range all {
		docs[id] = target.marshal(a)
	}
	after, findings := p.Apply(ctx, docs, nil)
	report(findings, atAccounts, &diags)
	if len(diags) != 1 || diags[0].Summary() != "The run was interrupted" {
		t.Fatalf("found %d diagnostics, expected one:\n%v", len(diags), diags)
	}
	numbers := interruptedNumbers.FindStringSubmatch(diags[0].Detail())
	if numbers == nil || numbers[1] == numbers[2] || numbers[3] == "0" || numbers[2] != fmt.Sprint(len(all)) {
		t.Errorf("found %q, expected how many were written and how many not", diags[0].Detail())
	}
	if len(after) == 0 || len(after) == len(all) {
		t.Errorf("the state holds %d of %d accounts", len(after), len(all))
	}
}
