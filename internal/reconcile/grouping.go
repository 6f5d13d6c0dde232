// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/wording"
)

// Grouped returns findings of which each says something else: those of one title that say
// the same of different people or values become one, with all names, and of more than
// [MaxProblems] kinds under one title the rest is counted.
func (f Findings) Grouped() Findings {
	type key struct {
		severity              Severity
		title, argument, kind string
	}
	kinds := map[key][]Finding{}
	var order []key
	for _, one := range f {
		k := key{one.Severity, one.Title, one.Argument + one.Key, wording.Kind(one.commonText())}
		if kinds[k] == nil {
			order = append(order, k)
		}
		kinds[k] = append(kinds[k], one)
	}
	var out Findings
	shown, hidden := map[string]int{}, map[string]int{}
	for _, k := range order {
		if shown[k.title]++; shown[k.title] > MaxProblems {
			hidden[k.title] += len(kinds[k])
			continue
		}
		out = append(out, merged(kinds[k])...)
	}
	for _, k := range order {
		if n := hidden[k.title]; n > 0 {
			hidden[k.title] = 0
			out = append(out, Finding{Severity: k.severity, Title: k.title, Text: fmt.Sprintf("… and %s of %s.", wording.Count(n, "more problem"), wording.Count(shown[k.title]-MaxProblems, "other kind"))})
		}
	}
	return out
}

// commonText is what a finding has in common with others of its kind.
func (one Finding) commonText() string {
	if one.What != "" {
		return one.What
	}
	return one.Text
}

// merged makes one finding of those that say the same. Texts that are equal are said once.
func merged(same []Finding) Findings {
	first := same[0]
	if len(same) == 1 {
		return same
	}
	var whose, said, whatever distinct
	for _, one := range same {
		whose.add(one.Who)
		said.add(one.Text)
		whatever.add(one.What)
	}
	names, texts, whats := whose.list, said.list, whatever.list
	who := "people"
	if first.members {
		who = "members"
	}
	switch {
	case len(names) > 1 && len(whats) == 1:
		first.Text = fmt.Sprintf("%d %s: %s\n%s", len(names), who, whats[0], Listed(names))
	case len(names) > 1:
		first.Text = fmt.Sprintf("%d %s, the first of them: %s\nThe others:\n%s", len(names), who, texts[0], Listed(names[1:]))
	case len(texts) > 1:
		first.Text = fmt.Sprintf("%s\n%s like this:\n%s", texts[0], wording.Count(len(texts)-1, "more problem"), Listed(texts[1:]))
	}
	return Findings{first}
}

// distinct are texts in their order, each once and none empty.
type distinct struct {
	list []string
	seen map[string]bool
}

func (d *distinct) add(text string) {
	if text == "" || d.seen[text] {
		return
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
	}
	d.seen[text] = true
	d.list = append(d.list, text)
}

// failures reports what failed of many writes, an error for each account: first how many in one sentence, then each kind
// of problem. A run that was interrupted, or ran out of time, is one problem, whatever it left undone.
func (f *Findings) failures(ctx context.Context, failures []error, of int) {
	const noun = "account"
	if len(failures) == 0 {
		return
	}
	var details []error
	undone, stopped := 0, 0
	for _, err := range failures {
		switch {
		case ctx.Err() != nil && ended(err):
			stopped++
		case untried(err):
			undone++
			details = append(details, err)
		default:
			details = append(details, err)
		}
	}
	const kept = "What succeeded is in the state, and the next plan shows only the rest."
	refused := len(failures) - undone - stopped
	switch {
	case stopped > 0:
		also := ""
		if refused+undone > 0 {
			also = fmt.Sprintf("%d could not be written, ", refused+undone)
		}
		title, advice := ending(ctx)
		f.fail(title, fmt.Sprintf("%d of %s %s written, %sand %d %s not attempted or not finished. %s",
			of-len(failures), wording.Count(of, noun), wording.One(of-len(failures), "was", "were"), also, stopped,
			wording.One(stopped, "was", "were"), kept+advice))
	case of > 1:
		f.fail("Some accounts could not be written", fmt.Sprintf("%d of %s %s not written: %d refused, %d not attempted. %s",
			len(failures), wording.Count(of, noun), wording.One(len(failures), "was", "were"), refused, undone, kept))
	}
	f.problems("An account could not be written", errors.Join(details...))
}

// untried reports that nothing was done for an account.
func untried(err error) bool {
	return !slices.ContainsFunc(Flatten(err), func(e error) bool { return !errors.Is(e, directory.ErrNotAttempted) })
}

// ended reports that an account was not written, or not to the end, because the run was interrupted.
func ended(err error) bool {
	return untried(err) || !slices.ContainsFunc(Flatten(err), func(e error) bool {
		return !errors.Is(e, directory.ErrNotAttempted) && !errors.Is(e, context.Canceled) && !errors.Is(e, context.DeadlineExceeded)
	})
}

// summarise tells the log what an apply did to how many accounts.
func (p *Population) summarise(ctx context.Context, outcomes []directory.Outcome, failed, of int) {
	if p.Progress == nil || of == 0 {
		return
	}
	created, deleted, changed, right := 0, 0, 0, 0
	for _, o := range outcomes {
		switch {
		case o.Err != nil:
		case o.Created:
			created++
		case o.Deleted:
			deleted++
		case o.Changed, o.Renamed, o.PasswordSet:
			changed++
		default:
			right++
		}
	}
	p.Progress(ctx, fmt.Sprintf("%s: %s: %d created, %d changed, %d deleted, %d right already, %d failed", p.Target.Title, wording.Count(of, "account"), created, changed, deleted, right, failed),
		"created", created, "changed", changed, "deleted", deleted, "right", right, "failed", failed)
}
