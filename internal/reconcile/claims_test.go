// SPDX-License-Identifier: MPL-2.0

package reconcile

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

// Whoever takes an account over while it is being removed waits for the end, and
// nobody removes what somebody has taken over.
func TestClaims(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, old, next := &claims{}, &population{}, &population{}
		ids, want := map[string]string{"1": "a", "2": "b"}, map[string]string{"1": "", "2": ""}
		if !c.beginRemoval(old, "a") {
			t.Fatal("nobody has claimed it")
		}
		claimed := make(chan error, 1)
		go func() { claimed <- c.claim(t.Context(), next, ids, want) }()
		synctest.Wait()
		select {
		case err := <-claimed:
			t.Fatalf("did not wait: %v", err)
		default:
		}
		if c.beginRemoval(old, "b") {
			t.Error("removes what another has claimed")
		}
		if !c.claimedByAnother(old, "a") || c.claimedByAnother(next, "a") {
			t.Error("claimed by nobody, or by the wrong one")
		}
		c.endRemovals(next) // not its own
		synctest.Wait()
		if len(claimed) > 0 {
			t.Error("ended by the wrong one")
		}
		c.endRemovals(old)
		if err := <-claimed; err != nil {
			t.Error(err)
		}
		// A run that is stopped does not wait.
		if !c.beginRemoval(next, "a") {
			t.Error("cannot remove its own")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.claim(ctx, old, ids, want); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
