// SPDX-License-Identifier: MPL-2.0

package directory

import (
	"fmt"
	"slices"
	"sync"
	"testing"
)

func TestLateManagers(t *testing.T) {
	var l LateManagers
	one, two := Waiting{"1", "id1", "boss"}, Waiting{"2", "id2", "BOSS"}
	if l.Wait(one) != "" || l.Wait(two) != "" || l.Known("boss") != "" {
		t.Error("somebody is known")
	}
	// Whoever waits for another one now waits for nobody else.
	if l.Wait(Waiting{"1", "id1", "chief"}) != "" || !slices.Equal(l.Pending(), []Waiting{{"1", "id1", "chief"}, two}) {
		t.Errorf("waiting: %v", l.Pending())
	}
	l.Drop("1")
	if got := l.Arrive("Boss", "id9"); !slices.Equal(got, []Waiting{two}) || len(l.Pending()) > 0 {
		t.Errorf("waited: %v, waiting: %v", got, l.Pending())
	}
	if l.Known("BOSS") != "id9" || l.Wait(one) != "id9" || len(l.Arrive("boss", "id9")) > 0 {
		t.Error("the boss is not known")
	}
	if l.Forget("boss"); l.Wait(one) != "" || len(l.Pending()) != 1 {
		t.Error("the boss is still known")
	}
	l.Know("boss", "id10")
	if l.Known("boss") != "id10" || !slices.Equal(l.Arrive("boss", "id10"), []Waiting{one}) {
		t.Error("who waited before is forgotten")
	}
}

// TestLateManagersAtOnce: whoever waits is told, by one side or the other, whichever comes first.
func TestLateManagersAtOnce(t *testing.T) {
	for range 200 {
		var l LateManagers
		var wg sync.WaitGroup
		linked := make([]int, 2)
		wg.Go(func() {
			if l.Wait(Waiting{"1", "id1", "boss"}) != "" {
				linked[0] = 1
			}
		})
		wg.Go(func() { linked[1] = len(l.Arrive("boss", "id2")) })
		wg.Wait()
		if linked[0]+linked[1] != 1 {
			t.Fatal(fmt.Sprint(linked))
		}
	}
}
