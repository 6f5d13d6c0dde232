// SPDX-License-Identifier: MPL-2.0

package review

import (
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/worker"
)

// recentDays is within how many days before the report a sign-in is recent.
const recentDays = 14

// usage is what the directory knows of somebody's account.
func (v *Review) usage(p *person) directory.Usage { return v.o.Usage[p.dec.ObjectID] }

// lastSignIns tells when people were seen last, as a sentence to follow the one about them;
// nil where the directory does not know it of all of them.
func (v *Review) lastSignIns(list []*person) text {
	if len(list) == 0 || slices.ContainsFunc(list, func(p *person) bool { return !v.usage(p).SignInsKnown }) {
		return nil
	}
	if len(list) == 1 {
		u := v.usage(list[0])
		if u.LastSignIn.IsZero() {
			return say(" No sign-in is on record.")
		}
		return say(" Last sign-in: %s%s.", dayOf(u.LastSignIn), lag(u))
	}
	recent := where(list, func(p *person) bool {
		u := v.usage(p)
		return !u.LastSignIn.IsZero() && v.o.AsOf.Sub(u.LastSignIn.Add(u.Lag)) <= recentDays*24*time.Hour
	})
	// Counted without the lag: who has surely signed in.
	surely := where(recent, func(p *person) bool { return v.o.AsOf.Sub(v.usage(p).LastSignIn) <= recentDays*24*time.Hour })
	if maybe := len(recent) - len(surely); maybe > 0 {
		return say(" In the %s days before, %s of %s signed in, and perhaps %s more.", recentDays, len(surely), len(list), maybe)
	}
	return say(" In the %s days before, %s of %s signed in.", recentDays, len(surely), len(list))
}

// usedAfter reports whether somebody surely signed in on a later day than one of HR's.
func (v *Review) usedAfter(p *person, end worker.Date) bool {
	u := v.usage(p)
	return end != "" && !u.LastSignIn.IsZero() && u.LastSignIn.After(end.AddDays(2).Start(time.UTC)) // wherever the person is
}

// unusedSince reports whether somebody has surely not signed in since.
func (v *Review) unusedSince(p *person, end worker.Date) bool {
	u := v.usage(p)
	return u.SignInsKnown && end != "" && (u.LastSignIn.IsZero() || u.LastSignIn.Add(u.Lag).Before(end.Start(time.UTC)))
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// lag says how far a day may be from the truth.
func lag(u directory.Usage) text {
	if days := int(u.Lag / (24 * time.Hour)); days > 0 {
		return say(" or up to %s days later", days)
	}
	return nil
}

// privileged are those of a list who hold something privileged.
func (v *Review) privileged(list []*person) []*person {
	return where(list, func(p *person) bool { return len(v.usage(p).Privileged) > 0 })
}

// privileges names what somebody holds.
func (v *Review) privileges(p *person) text {
	names := v.usage(p).Privileged
	var list []text
	for _, name := range names[:min(len(names), 3)] {
		list = append(list, text{value(name)})
	}
	if more := len(names) - 3; more > 0 {
		list = append(list, say("%s more", more))
	}
	return join(list, ", ")
}

// aboutPrivileges asks about those who lose or get access, and hold more than others do.
func (v *Review) aboutPrivileges() []finding {
	leavers := v.privileged(v.leavers())
	out := about("leaver_privileged", 84, leavers, func() text {
		return say("%s%s. Have the other keys that they know been changed: shared passwords, service accounts, tokens?", each(leavers),
			listed(leavers, namedInFinding, func(p *person) text {
				keeps := words("")
				if !p.leavesGroups() {
					keeps = words(", which the disabled account keeps")
				}
				return say("%s loses access and holds %s%s", p.wholly(), v.privileges(p), keeps)
			}))
	})
	used := where(v.leavers(), func(p *person) bool { return v.usedAfter(p, p.pro.EndDate) && v.daysAgo(p.pro.EndDate) <= lateDays })
	out = append(out, about("leaver_used_after", 62, used, func() text {
		return say("%s%s. Is it known who used the account?", each(used), listed(used, namedInFinding, func(p *person) text {
			return say("%s signed in on %s%s, after the last day (%s)", p.wholly(), dayOf(v.usage(p).LastSignIn), lag(v.usage(p)),
				string(p.pro.EndDate))
		}))
	})...)
	back := v.privileged(where(v.people, (*person).gains))
	return append(out, about("returns_privileged", 93, back, func() text {
		return say("%s%s. Is that still meant?", each(back), listed(back, namedInFinding, func(p *person) text {
			return say("%s gets access and holds %s", p.wholly(), v.privileges(p))
		}))
	})...)
}

// leavesGroups reports whether somebody is taken out of all groups.
func (p *person) leavesGroups() bool {
	c, changes := p.change(directory.GroupsAttribute)
	return changes && c.New.Text() == directory.GroupsRemoved
}

// usageJSON are last sign-in and privileges, as far as they are known.
func (v *Review) usageJSON(p *person) (last string, privileged []string) {
	u := v.usage(p)
	if !u.LastSignIn.IsZero() {
		last = u.LastSignIn.UTC().Format(time.RFC3339)
	}
	return last, u.Privileged
}

// usageFacts are the same for people.
func (v *Review) usageFacts(p *person) (last, privileged string) {
	u := v.usage(p)
	switch {
	case !u.LastSignIn.IsZero():
		last = dayOf(u.LastSignIn) + lag(u).String()
	case u.SignInsKnown:
		last = "none on record"
	}
	return last, strings.Join(u.Privileged, ", ")
}

// usedFirst orders who has used the account after the last day before who has not.
func (v *Review) usedFirst(a, b *person) int {
	x, y := v.usedAfter(a, a.pro.EndDate), v.usedAfter(b, b.pro.EndDate)
	switch {
	case x == y:
		return 0
	case x:
		return -1
	}
	return 1
}

// usageUnknown ends the page with what the directory does not tell about people it was asked about.
func (v *Review) usageUnknown() text {
	if v.o.UsageUnknown == "" {
		return nil
	}
	return say(" %s", v.o.UsageUnknown)
}
