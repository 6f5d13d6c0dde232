// SPDX-License-Identifier: MPL-2.0

package retry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"terraform-provider-workforce/internal/retry"
)

// TestOutlive: reading back takes as long as it takes, and a little longer than whoever asked to stop.
func TestOutlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		caller, stop := context.WithCancel(context.WithValue(t.Context(), key{}, "kept"))
		ctx, cancel := retry.Outlive(caller, time.Minute)
		defer cancel()
		if ctx.Value(key{}) != "kept" {
			t.Error("values of the caller are lost")
		}
		time.Sleep(24 * time.Hour)
		if err := ctx.Err(); err != nil {
			t.Errorf("ended while the caller waits: %v", err)
		}
		stop()
		time.Sleep(time.Minute - time.Second)
		if err := ctx.Err(); err != nil {
			t.Errorf("ended within the grace: %v", err)
		}
		time.Sleep(2 * time.Second)
		if ctx.Err() == nil || context.Cause(ctx) != context.DeadlineExceeded {
			t.Errorf("after the grace: %v because of %v", ctx.Err(), context.Cause(ctx))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := retry.Outlive(t.Context(), time.Minute)
		cancel()
		if ctx.Err() == nil {
			t.Error("does not end when it is given up")
		}
	})
}

type key struct{}
