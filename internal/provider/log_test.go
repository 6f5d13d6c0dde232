// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"strings"
	"testing"
)

// TestSilenceFramework: the framework logs nothing by itself, and as before where somebody wants a log.
func TestSilenceFramework(t *testing.T) {
	for asked, want := range map[string]string{
		"": "OFF", "TF_LOG": "", "TF_LOG_PROVIDER": "", "TF_LOG_PROVIDER_WORKFORCE": "", "TF_LOG_SDK_PROTO": "TRACE",
	} {
		t.Run(asked, func(t *testing.T) {
			for _, setting := range os.Environ() {
				if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "TF_LOG") {
					t.Setenv(name, "")
				}
			}
			for _, name := range frameworkLogs {
				t.Setenv(name, "") // the test puts them back
			}
			if asked != "" {
				t.Setenv(asked, "TRACE")
			}
			if err := SilenceFramework(); err != nil {
				t.Fatal(err)
			}
			for _, name := range frameworkLogs {
				expected := want
				if want == "TRACE" && name != asked {
					expected = ""
				}
				if got := os.Getenv(name); got != expected {
					t.Errorf("found %s=%q, expected %q", name, got, expected)
				}
			}
		})
	}
}
