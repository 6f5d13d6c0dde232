// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"testing"
)

func TestReleaseForgetsItsParent(t *testing.T) {
	type key struct{}
	parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
	defer cancel()
	r, free := release(parent)
	if r.Value(key{}) != "value" || r.Err() != nil {
		t.Fatalf("during the call: value %v, error %v", r.Value(key{}), r.Err())
	}
	free()
	if r.Value(key{}) != nil || !errors.Is(r.Err(), context.Canceled) {
		t.Errorf("after the call: value %v, error %v; expected none, and canceled", r.Value(key{}), r.Err())
	}
	<-r.Done() // whoever still waits is let go
}
