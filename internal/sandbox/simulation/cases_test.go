// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"fmt"
	"os"
	"testing"
)

// directed is a case that was written by hand: what went wrong once, and must not again.
type directed struct {
	name    string // of the case and what it is about
	targets []string
	play    func(s *scene)
}

var (
	both   = []string{"ad", "entra"}
	onlyAD = []string{"ad"}
	cloud  = []string{"entra"}
)

// TestCases plays every case. With SIMULATE_LIST it only tells which of them the
// provider gets wrong.
func TestCases(t *testing.T) {
	list := os.Getenv("SIMULATE_LIST") != ""
	for _, c := range allCases() {
		for _, kind := range c.targets {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				s := newScene(t.Context(), kind)
				defer s.close()
				func() {
					defer func() {
						if v := recover(); v != nil && list {
							s.wrong("panic: %v", v)
						} else if v != nil {
							panic(v)
						}
					}()
					c.play(s)
				}()
				for _, f := range s.found {
					if list {
						t.Log(f)
						continue
					}
					t.Error(f)
				}
				if list {
					fmt.Printf("CASE %s %s %d\n", c.name, kind, len(s.found))
				}
			})
		}
	}
}

func allCases() []directed {
	var out []directed
	for _, part := range [][]directed{
		leaving, limits, wordsAndDates, identity, troubles, hands,
		leavingSiblings, handsSiblings, betweenSiblings, identitySiblings, limitsSiblings, moreSiblings, loginSiblings, restored, destroyed,
		exchanged,
	} {
		out = append(out, part...)
	}
	return out
}
