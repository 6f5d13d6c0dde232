// SPDX-License-Identifier: MPL-2.0

//go:build unix

package csv

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"terraform-provider-workforce/internal/source/location"
)

func TestPipesAreRefused(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := read(Config{Location: location.Config{Path: pipe}}, tiny); err == nil || !strings.Contains(err.Error(), "expected a regular file") {
		t.Errorf("got %v", err)
	}
}
