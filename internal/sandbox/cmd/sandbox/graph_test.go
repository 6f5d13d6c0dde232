// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGraph lets a shell use the variables of a tenant.
func TestGraph(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "g")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"graph", "-dir", dir, "-users", "20", "-throttle", "-size", "S"}, io.Discard, io.Discard)
	}()
	awaitEnv(t, dir)
	checkVariables(t, dir)
	script := `. "$0/env" && token=$(curl -sS --fail --cacert "$WORKFORCE_ENTRA_CA_CERTIFICATE_FILE" -d grant_type=client_credentials -d client_id="$ARM_CLIENT_ID" --data-urlencode client_secret="$ARM_CLIENT_SECRET" \
		-d scope=https://graph.microsoft.com/.default "$WORKFORCE_ENTRA_AUTHORITY_HOST/$WORKFORCE_ENTRA_TENANT_ID/oauth2/v2.0/token" | sed 's/.*"access_token":"\([^"]*\)".*/\1/') &&
		curl -sS --fail -g --cacert "$WORKFORCE_ENTRA_CA_CERTIFICATE_FILE" -H "Authorization: Bearer $token" "$WORKFORCE_ENTRA_GRAPH_ENDPOINT/v1.0/users/w000010@example.com?\$select=employeeId,employeeHireDate"`
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", script, dir).CombinedOutput(); err != nil || !strings.Contains(string(out), `"employeeId":"000010"`) {
		t.Errorf("curl: %v\n%s", err, out)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

func TestGraphArguments(t *testing.T) {
	occupied := t.TempDir()
	if err := os.WriteFile(filepath.Join(occupied, "precious"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"graph"}, {"graph", "-dir", occupied}, {"graph", "-dir", t.TempDir(), "-size", "XL"}, {"graph", "-dir", t.TempDir(), "-users", "-1"}, {"graph", "x"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
	if _, err := os.Stat(filepath.Join(occupied, "precious")); err != nil {
		t.Error(err)
	}
}
