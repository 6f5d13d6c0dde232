// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const examplesDir = "../../examples"

// builtIn is the directory that builtProvider made, for TestMain to remove.
var builtIn string

// builtProvider returns a directory with the provider's binary, and a CLI
// configuration that makes the real terraform use it.
var builtProvider = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "workforce-provider-")
	if err != nil {
		return "", err
	}
	builtIn = dir
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "terraform-provider-workforce"), "../..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, out)
	}
	config := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"workforce/workforce\" = %q\n  }\n  direct {}\n}\n", dir)
	file := filepath.Join(dir, "terraformrc")
	return file, os.WriteFile(file, []byte(config), 0o600)
})

// runTerraform runs the real terraform with the provider of this tree.
func runTerraform(ctx context.Context, t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	rc, err := builtProvider()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+rc, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestAccExamplesValidate holds every directory of examples against the
// schemas, as terraform validate does.
func TestAccExamplesValidate(t *testing.T) {
	var dirs []string
	err := filepath.WalkDir(examplesDir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".tf" && !slices.Contains(dirs, filepath.Dir(path)) {
			dirs = append(dirs, filepath.Dir(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 10 {
		t.Fatalf("found only %d directories with examples below %s", len(dirs), examplesDir)
	}
	for _, dir := range dirs {
		name, _ := filepath.Rel(examplesDir, dir)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			work := filepath.Join(t.TempDir(), "root")
			if err := os.CopyFS(work, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			addRequiredProviders(t, work)
			withoutActions(t, work)
			withoutIdentities(t, work)
			addModules(t, work)
			if out, err := runTerraform(t.Context(), t, work, "validate", "-no-color"); err != nil {
				t.Errorf("terraform validate: %v\n%s", err, out)
			}
		})
	}
}

// withoutIdentities takes out the imports by identity, which Terraform 1.11 does not know: TestImportExamples looks at them.
func withoutIdentities(t *testing.T, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, "identity.tf")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
}

// addRequiredProviders says where the provider comes from, in examples that
// leave that to the reader.
func addRequiredProviders(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(content), "required_providers") {
			return
		}
	}
	const block = "terraform {\n  required_providers {\n    workforce = {\n      source = \"workforce/workforce\"\n    }\n  }\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "required_providers.tf"), []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
}

// addModules installs the modules of an example that uses one of this repository.
func addModules(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "main.tf"))
	if err != nil || !strings.Contains(string(text), "\"../modules/") {
		return
	}
	if err := os.CopyFS(filepath.Join(dir, "..", "modules"), os.DirFS(filepath.Join(examplesDir, "modules"))); err != nil {
		t.Fatal(err)
	}
	if out, err := runTerraform(t.Context(), t, dir, "get", "-no-color"); err != nil {
		t.Fatalf("terraform get: %v\n%s", err, out)
	}
}

// TestAccExampleTestingRules runs the example's own tests with terraform test,
// which needs no directory.
func TestAccExampleTestingRules(t *testing.T) {
	work := t.TempDir()
	if err := os.CopyFS(work, os.DirFS(filepath.Join(examplesDir, "testing-rules"))); err != nil {
		t.Fatal(err)
	}
	out, err := runTerraform(t.Context(), t, work, "test", "-no-color")
	if err != nil || !strings.Contains(out, "2 passed, 0 failed") {
		t.Errorf("terraform test: %v\n%s", err, out)
	}
}
