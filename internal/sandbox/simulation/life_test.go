// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// number is an environment variable, or what it is without.
func number(name string, without uint64) uint64 {
	n, err := strconv.ParseUint(os.Getenv(name), 10, 64)
	if err != nil {
		return without
	}
	return n
}

// story is what somebody needs to understand a violation.
func (l *life) story() string {
	return strings.Join(l.violations(), "\n") + "\n\nThe life:\n" + strings.Join(l.log, "\n")
}

// last lives days, until something is wrong.
func (l *life) last(days int) {
	for range days {
		if l.live(); len(l.violations()) > 0 {
			return
		}
	}
}

// seeded are the dice of a seed: the same life for the same one.
func seeded(seed, stream uint64) dice {
	r := rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // the same life for the same seed
	return func(n int, _ string) int { return r.IntN(n) }
}

// seeds are lives of which each showed a fault once: they must never again.
var seeds = []uint64{1, 2, 3, 7, 8}

// wantedOr returns the seeds that SIMULATE_SEED and SIMULATE_LIVES ask for, or those given.
func wantedOr(seeds []uint64) []uint64 {
	first := number("SIMULATE_SEED", 0)
	if first == 0 {
		return seeds
	}
	var wanted []uint64
	for n := range number("SIMULATE_LIVES", 1) {
		wanted = append(wanted, first+n)
	}
	return wanted
}

// TestSeeds lives the lives of fixed seeds at both directories, which are to agree. With
// SIMULATE_SEED it lives that one, and SIMULATE_LIVES of them from there on.
func TestSeeds(t *testing.T) {
	for _, seed := range wantedOr(seeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			began := time.Now()
			l := newLife(t.Context(), both, 40, seeded(seed, 1))
			defer l.close()
			l.last(60)
			t.Logf("%.0f company-days/s", float64(l.days)/time.Since(began).Seconds())
			if len(l.violations()) > 0 {
				t.Error(l.story())
			}
		})
	}
}

// wideSeeds are wide lives of which each showed a fault once.
var wideSeeds = []uint64{104, 205}

// TestWideSeeds is TestSeeds for lives in which people also decide.
func TestWideSeeds(t *testing.T) {
	for _, seed := range wantedOr(wideSeeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newWideLife(t.Context(), both, 24, seeded(seed, 2))
			defer l.close()
			l.last(60)
			if len(l.violations()) > 0 {
				t.Error(l.story())
			}
		})
	}
}

// TestLives draws lives for SIMULATE_SECONDS, and the same few each time where that is not set.
// It makes one that shows a fault as short as it can. Rapid says how to repeat it: -rapid.seed, or the file in testdata/rapid.
func TestLives(t *testing.T) {
	if os.Getenv("SIMULATE_SECONDS") == "" {
		if err := flag.Set("rapid.seed", "20261130"); err != nil {
			t.Fatal(err)
		}
	}
	deadline := time.Now().Add(time.Duration(number("SIMULATE_SECONDS", 10)) * time.Second)
	lived, failed := 0, false
	began := time.Now()
	rapid.Check(t, func(r *rapid.T) {
		if !failed && lived > 0 && time.Now().After(deadline) {
			return
		}
		kind := rapid.IntRange(0, 2).Draw(r, "kind of life")
		begin := []func(context.Context, []string, int, dice) *life{newLife, newWideLife, newVariedLife}[kind]
		kinds := [][]string{onlyAD, cloud, both}[rapid.IntRange(0, 2).Draw(r, "directories")]
		l := begin(t.Context(), kinds, 8+8*rapid.IntRange(0, 4).Draw(r, "people"), func(n int, what string) int {
			return rapid.IntRange(0, n-1).Draw(r, what)
		})
		defer l.close()
		l.last(rapid.IntRange(1, 60).Draw(r, "days"))
		lived += l.days
		if len(l.violations()) > 0 {
			failed = true
			r.Fatal(l.story())
		}
	})
	t.Logf("%d company-days, %.0f a second", lived, float64(lived)/time.Since(began).Seconds())
}

// variedSeeds are varied lives of which each showed a fault once.
var variedSeeds = []uint64{1002, 1010, 1015, 1023, 1101}

// TestVariedSeeds is TestSeeds for lives whose rules are drawn.
func TestVariedSeeds(t *testing.T) {
	for _, seed := range wantedOr(variedSeeds) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newVariedLife(t.Context(), both, 24, seeded(seed, 3))
			defer l.close()
			l.last(60)
			if len(l.violations()) > 0 {
				t.Error(l.story())
			}
		})
	}
}

// TestExchangingSeeds is TestSeeds for lives in which somebody exchanges worker ids of accounts by hand.
func TestExchangingSeeds(t *testing.T) {
	for _, seed := range wantedOr([]uint64{1, 2}) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := newExchangingLife(t.Context(), both, 24, seeded(seed, 4))
			defer l.close()
			l.last(60)
			if len(l.violations()) > 0 {
				t.Error(l.story())
			}
		})
	}
}
