// SPDX-License-Identifier: MPL-2.0

package retry

import (
	"context"
	"time"
)

// Outlive returns a context that ends grace after ctx has ended, and not before: whoever wrote
// something must find out what became of it, however long that takes while nobody has asked
// to stop. Every request on the way has a time limit of its own.
func Outlive(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	out, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, func() { cancel(context.DeadlineExceeded) })
		context.AfterFunc(out, func() { timer.Stop() })
	})
	return out, func() {
		stop()
		cancel(context.Canceled)
	}
}
