// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// number is an environment variable, or what it is without.
func number(name string, without uint64) uint64 {
	n, err := strconv.ParseUint(os.Getenv(name), 10, 64)
	if err != nil {
		return without
	}
	return n
}

// TestLife lives a life of one seed.
func TestLife(t *testing.T) {
	first, count := number("SIMULATE_SEED", 0), number("SIMULATE_LIVES", 3)
	for seed := first; seed < first+count; seed++ {
		for _, kinds := range [][]string{{"ad"}, {"entra"}} {
			r := rand.New(rand.NewPCG(seed, 1))
			began := time.Now()
			l := newLife(t.Context(), kinds, 40, func(n int, _ string) int { return r.IntN(n) })
			days := 60
			for range days {
				l.live()
				if len(l.violations()) > 0 {
					break
				}
			}
			t.Logf("%v seed %d: %.0f company-days/s", kinds, seed, float64(days)/time.Since(began).Seconds())
			for _, v := range l.violations() {
				t.Error(v)
			}
			if t.Failed() {
				t.Log(strings.Join(l.log, "\n"))
			}
			l.close()
			if t.Failed() {
				return
			}
		}
	}
}
