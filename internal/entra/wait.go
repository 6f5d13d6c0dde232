// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"terraform-provider-workforce/internal/entra/graphconn"
)

// visibility bounds how long is waited until what was written shows. Microsoft
// promises no time; seconds are usual, a minute happens.
const visibility = 2 * time.Minute

// until repeats a look, ever more slowly, until it is satisfied, fails, or enough
// time has passed. Without wait it looks once.
func (t *Tenant) until(ctx context.Context, wait bool, look func() (bool, error)) error {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = 200*time.Millisecond, 10*time.Second
	deadline := t.client.Now().Add(visibility)
	for {
		done, err := look()
		if err != nil || done || !wait || t.client.Now().After(deadline) {
			return err
		}
		if err := t.client.Wait(ctx, b.NextBackOff()); err != nil {
			return err
		}
	}
}

// patient sends requests, and again those about new objects that are refused
// because the objects do not show yet.
func (t *Tenant) patient(ctx context.Context, requests []graphconn.Request, isNew func(int) bool) []graphconn.Result {
	return t.insist(ctx, requests, func(i int, err error) bool { return isNew(i) && notVisible(err) })
}

// insist sends requests, and again those whose error passes soon.
func (t *Tenant) insist(ctx context.Context, requests []graphconn.Request, passes func(int, error) bool) []graphconn.Result {
	results := t.client.Batch(ctx, requests)
	_ = t.until(ctx, true, func() (bool, error) {
		var again []int
		for i, r := range results {
			if r.Err != nil && passes(i, r.Err) {
				again = append(again, i)
			}
		}
		if len(again) == 0 {
			return true, nil
		}
		part := make([]graphconn.Request, len(again))
		for j, i := range again {
			part[j] = requests[i]
			part[j].After = nil // it succeeded, or is in again, too, and harmless
		}
		for j, r := range t.client.Batch(ctx, part) {
			results[again[j]] = r
		}
		return false, nil
	})
	return results
}

// notVisible reports a refusal that a new object meets where it does not show yet.
func notVisible(err error) bool {
	text := strings.ToLower(err.Error())
	return graphconn.IsNotFound(err) || graphconn.IsBadRequest(err) && strings.Contains(text, "not a valid reference update")
}

func decode(b []byte, v any) error { return json.Unmarshal(b, v) }
