// SPDX-License-Identifier: MPL-2.0

package boundary_test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	module    = "terraform-provider-workforce"
	framework = "github.com/hashicorp/terraform-plugin-"
	// maxLines is how long a file without tests may be.
	maxLines = 500
)

// terraformMains are the programs that are Terraform providers: the product, and the provider without any
// work of its own that measurements compare it with. The simulation plays Terraform to the product.
var terraformMains = []string{module, module + "/internal/sandbox/cmd/noop", module + "/internal/sandbox/simulation"}

// TestOnlyProviderKnowsTerraform looks at indirect imports too.
func TestOnlyProviderKnowsTerraform(t *testing.T) {
	for pkg, deps := range imports(t) {
		if slices.Contains(terraformMains, pkg) || under(pkg, module+"/internal/provider") {
			continue
		}
		forbidden := slices.IndexFunc(deps, func(dep string) bool {
			return strings.HasPrefix(dep, framework) || under(dep, module+"/internal/provider")
		})
		if forbidden >= 0 {
			t.Errorf("%s imports %s, by itself or through another package: only main.go and internal/provider know Terraform", pkg, deps[forbidden])
		}
	}
}

// TestExpressionStandsAlone keeps the expression language usable without the rest of the product.
func TestExpressionStandsAlone(t *testing.T) {
	const expression = module + "/internal/expression"
	deps, found := imports(t)[expression]
	if !found {
		t.Fatalf("no package %s", expression)
	}
	for _, dep := range deps {
		if under(dep, module) && !under(dep, expression) {
			t.Errorf("%s imports %s, expected nothing of this module", expression, dep)
		}
	}
}

// TestReconcileKnowsNoEngine keeps what may be done to accounts the same for every directory.
func TestReconcileKnowsNoEngine(t *testing.T) {
	deps, found := imports(t)[module+"/internal/reconcile"]
	if !found {
		t.Fatal("no package internal/reconcile")
	}
	for _, dep := range deps {
		if under(dep, module+"/internal/activedirectory") || under(dep, module+"/internal/entra") {
			t.Errorf("internal/reconcile imports %s, by itself or through another package: it knows directories by their interface only", dep)
		}
	}
}

// TestProductHasNoTestParts keeps the servers and cases of tests out of what users run.
func TestProductHasNoTestParts(t *testing.T) {
	for _, dep := range imports(t)[module] {
		if under(dep, module+"/internal/sandbox") || under(dep, module+"/internal/directory/applytest") {
			t.Errorf("the provider imports %s, by itself or through another package: that is for tests only", dep)
		}
	}
}

// TestFilesAreShort says which files have outgrown one subject.
func TestFilesAreShort(t *testing.T) {
	files := 0
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && path != "../..":
			return filepath.SkipDir
		case entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		if n := bytes.Count(source, []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, expected at most %d: part it by subject", filepath.ToSlash(path), n, maxLines)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Error("no Go file found")
	}
}

// under reports whether an import path is base or below it.
func under(pkg, base string) bool { return pkg == base || strings.HasPrefix(pkg, base+"/") }

// imports returns what each package of the module imports, directly or through others, without its tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}}{{range .Deps}} {{.}}{{end}}", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, stderr.Bytes())
	}
	deps := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) > 0 {
			deps[fields[0]] = fields[1:]
		}
	}
	return deps
}
