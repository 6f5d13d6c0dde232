// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// quickPeople is how many people the quick measurement has, and quickUsers how many resources of one person.
const quickPeople, quickUsers = 500, 200

// bound is the largest number that one step may need of something.
type bound struct {
	what  string
	limit int64
}

// quickStep is one command, and what it may cost.
type quickStep struct {
	step
	moved  bool // one person in a hundred has changed
	bounds []bound
}

// A document is decoded once a stage: by a refresh and by a plan, by the plan that Terraform makes again in the process of
// an apply, and by the apply itself where it writes. That is one for an unchanged plan of a population, whose plan has
// nothing to compare, and three for an apply of one person in a hundred, since names must be unique among all.

// quick measures nothing but counts and sizes, with the provider in this process, and
// reports every one that is over its bound. It says the same on any machine, however busy.
func quick(ctx context.Context, t terraform) error {
	if err := os.WriteFile(filepath.Join(t.dir, "terraformrc"), fmt.Appendf(nil, overrides, t.dir), 0o600); err != nil {
		return err
	}
	over := 0
	for _, run := range []func(context.Context, terraform) (int, error){quickWhole, quickTenant, quickSingle} {
		n, err := run(ctx, t)
		if err != nil {
			return err
		}
		over += n
	}
	if over > 0 {
		return fmt.Errorf("%d counts are over their bound: find out what asks twice; raise a bound only for what users get for it", over)
	}
	return nil
}

// quickWhole is the whole path from a CSV file to Active Directory.
func quickWhole(ctx context.Context, t terraform) (over int, err error) {
	dir, err := activeDirectory.start()
	if err != nil {
		return 0, err
	}
	defer dir.stop()
	fmt.Printf("## From a CSV file to a population of %d, %s\n", quickPeople, activeDirectory.title)
	w, err := t.workspace("quick-whole", wholePath{
		target: activeDirectory, rules: rules(), file: filepath.Join(t.dir, "quick-whole", "staff.csv")}.config(),
		map[string]string{}, dir.env...)
	if err != nil {
		return 0, err
	}
	saved := step{"plan, all new", []string{"plan", "-input=false", "-no-color", "-lock=false", "-out=plan.bin"}}
	const n = quickPeople
	return quickSteps(ctx, w, dir.meter, n, func(moved bool) error { return writeStaff(w, n, moved) }, []quickStep{
		{step: saved, bounds: []bound{{"searches", 10}, {"decoded", n}, {"encoded", n},
			{"plan file", 360 * n}, {"plan JSON", 3600 * n}, {"plan text", 1600 * n}}},
		{step: apply, bounds: []bound{{"searches", 30}, {"decoded", 3 * n}, {"encoded", n}}},
		{step: planSame, bounds: []bound{{"searches", 10}, {"decoded", n}, {"encoded", 2 * n}}},
		{step: planMove, moved: true, bounds: []bound{{"searches", 10}, {"decoded", 2 * n}, {"encoded", 2 * n}}},
		{step: applyOne, moved: true, bounds: []bound{{"searches", 25}, {"modifies", n / 100},
			{"decoded", 3 * n}, {"encoded", 2*n + n/50}, {"state", 2400 * n}}},
	})
}

// quickTenant is a population of documents in Microsoft Entra ID.
func quickTenant(ctx context.Context, t terraform) (over int, err error) {
	dir, err := entraID.start()
	if err != nil {
		return 0, err
	}
	defer dir.stop()
	fmt.Printf("## A population of %d, %s\n", quickPeople, entraID.title)
	w, err := t.workspace("quick-tenant", requiredProviders+
		"resource \"workforce_entra_population\" \"staff\" { accounts = local.accounts }\n", map[string]string{}, dir.env...)
	if err != nil {
		return 0, err
	}
	prepare := func(moved bool) error { return writeAccounts(w, cloudDocuments(quickPeople, department(moved))) }
	return quickSteps(ctx, w, dir.meter, quickPeople, prepare, []quickStep{
		{step: apply, bounds: []bound{{"requests", 90}, {"decoded", 3 * quickPeople}, {"encoded", 0}}},
		{step: planSame, bounds: []bound{{"requests", 5}, {"decoded", quickPeople}, {"encoded", quickPeople}}},
		{step: applyOne, moved: true, bounds: []bound{{"requests", 12},
			{"decoded", 3*quickPeople + quickPeople/20}, {"encoded", quickPeople + quickPeople/15}}},
	})
}

// quickSingle is a resource for each of a few people, at both targets.
func quickSingle(ctx context.Context, t terraform) (over int, err error) {
	for _, d := range []target{activeDirectory, entraID} {
		n, err := quickUsersOf(ctx, t, d)
		if err != nil {
			return over, err
		}
		over += n
	}
	return over, nil
}

func quickUsersOf(ctx context.Context, t terraform, d target) (over int, err error) {
	dir, err := d.start()
	if err != nil {
		return 0, err
	}
	defer dir.stop()
	fmt.Printf("## %d people, one workforce_%s_user each, %s\n", quickUsers, d.prefix, d.title)
	w, err := t.workspace("quick-users-"+d.prefix, usersOf(d.prefix), map[string]string{}, dir.env...)
	if err != nil {
		return 0, err
	}
	prepare := func(moved bool) error { return writeAccounts(w, d.documents(quickUsers, department(moved))) }
	return quickSteps(ctx, w, dir.meter, quickUsers, prepare, []quickStep{
		{step: apply, bounds: []bound{{"searches", 450}, {"requests", 550}, {"decoded", 5 * quickUsers}, {"encoded", 2 * quickUsers}}},
		{step: planSame, bounds: []bound{{"searches", 90}, {"requests", 12}, {"decoded", 2 * quickUsers}, {"encoded", quickUsers}}},
		{step: applyOne, moved: true, bounds: []bound{{"searches", 110}, {"requests", 25},
			{"decoded", 2*quickUsers + quickUsers/20}, {"encoded", quickUsers + quickUsers/15}}},
	})
}

// quickSteps runs steps, and returns how many counts are over their bounds.
func quickSteps(
	ctx context.Context, w terraform, m meter, people int, prepare func(moved bool) error, steps []quickStep,
) (over int, err error) {
	for _, s := range steps {
		if err := prepare(s.moved); err != nil {
			return over, err
		}
		before, size := m(), sizes{}
		spent, err := w.withProvider(ctx, func(env string) error {
			_, err := w.output(ctx, env, s.args...)
			return err
		})
		if err != nil {
			return over, err
		}
		got := m().minus(before)
		if s.name == "plan, all new" && s.args[len(s.args)-1] == "-out=plan.bin" {
			if _, err := w.withProvider(ctx, func(env string) (err error) {
				size, _, err = measureSizes(w, func(args ...string) ([]byte, error) { return w.output(ctx, env, args...) })
				return err
			}); err != nil {
				return over, err
			}
			got = append(got, count{"plan file", size.file}, count{"plan JSON", size.json}, count{"plan text", size.text})
		}
		if state, err := os.Stat(filepath.Join(w.dir, "terraform.tfstate")); err == nil {
			got = append(got, count{"state", state.Size()})
		}
		got = append(got, count{"decoded", spent.decoded}, count{"encoded", spent.encoded},
			count{"kB allocated a person", int64(spent.allocated) / 1000 / int64(people)})
		fmt.Printf("%-22s %s\n", s.name, got)
		for _, c := range got {
			for _, b := range s.bounds {
				if b.what == c.what && c.n > b.limit {
					fmt.Printf("%-22s FAIL: %d %s, expected at most %d\n", "", c.n, c.what, b.limit)
					over++
				}
			}
		}
	}
	fmt.Println()
	return over, nil
}

func department(moved bool) string {
	if moved {
		return "Marketing"
	}
	return "Sales"
}
