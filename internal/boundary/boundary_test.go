// SPDX-License-Identifier: MPL-2.0

package boundary_test

import (
	"bytes"
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

const (
	module    = "terraform-provider-workforce"
	framework = "github.com/hashicorp/terraform-plugin-"
	// maxLines is how long a file without tests may be.
	maxLines = 500
)

// terraformMains are the programs that are Terraform providers: the product, and the provider without any
// work of its own that measurements compare it with. The simulation plays Terraform to the product, and the
// measurements serve it, to count what it does.
var terraformMains = []string{
	module, module + "/internal/sandbox/cmd/noop", module + "/internal/sandbox/cmd/bench", module + "/internal/sandbox/simulation",
}

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

// floors holds the packages from the ground up. A package imports packages of floors below its own only, or of its own
// folder. A folder stands for all packages in it that are not named themselves.
var floors = [][]string{
	{"wording", "canonical", "dn", "bounded", "retry", "progress", "status", "expression/dateformat", "expression/spelling",
		"expression/country",
		"boundary"},
	{"expression", "audit", "markdown"},
	{"worker", "directory", "ldapconn", "entra/graphconn"},
	{"handover"},
	{"mapping", "source", "activedirectory", "entra"},
	{"roster", "writeback"},
	{"membership", "review"},
	{"reconcile"},
	{"provider"},
}

// floorOf returns the floor of a package of the module, counted from the ground, and the folder that it has it from.
func floorOf(pkg string) (floor int, folder string) {
	floor = -1
	for i, names := range floors {
		for _, name := range names {
			if len(name) > len(folder) && under(pkg, module+"/internal/"+name) {
				floor, folder = i, name
			}
		}
	}
	return floor, folder
}

// TestArrowsPointDown holds the order of the floors.
func TestArrowsPointDown(t *testing.T) {
	for pkg, deps := range directImports(t) {
		if pkg == module || under(pkg, module+"/internal/sandbox") {
			continue // on top of everything; TestProductHasNoTestParts keeps the sandbox there
		}
		mine, folder := floorOf(pkg)
		if mine < 0 {
			t.Errorf("%s is on no floor: name it in floors", pkg)
		}
		for _, dep := range deps {
			its, other := floorOf(dep)
			if under(dep, module) && its >= mine && folder != other {
				t.Errorf("%s imports %s, which is not below it", pkg, dep)
			}
		}
	}
}

// pure are the packages that decide and do no input or output. What they ask of a directory they ask through interfaces.
var pure = []string{
	"wording", "canonical", "dn", "status", "expression", "markdown", "worker", "directory", "mapping", "roster", "membership", "review",
	"reconcile",
}

// io are the packages of the standard library that reach out of the process, with those in their folders.
var io = []string{"os", "net", "database", "syscall", "crypto/tls", "log"}

// TestDecisionsDoNoIO looks at what packages import themselves: package fmt of the standard library imports os.
func TestDecisionsDoNoIO(t *testing.T) {
	for pkg, deps := range directImports(t) {
		if !slices.ContainsFunc(pure, func(name string) bool { return under(pkg, module+"/internal/"+name) }) {
			continue
		}
		for _, dep := range deps {
			text := dep == "net/url" || dep == "net/mail" || dep == "net/netip" // these read and write texts only
			if !text && slices.ContainsFunc(io, func(base string) bool { return under(dep, base) }) {
				t.Errorf("%s imports %s: it is among the packages that decide, and these do no input or output", pkg, dep)
			}
		}
	}
}

// TestDecisionsTakeAClock keeps plans repeatable: whoever decides is told the time.
func TestDecisionsTakeAClock(t *testing.T) {
	for _, name := range pure {
		err := filepath.WalkDir(filepath.Join("..", name), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			source, err := os.ReadFile(path)
			if bytes.Contains(source, []byte("time.Now()")) {
				t.Errorf("%s reads the clock of the machine, expected to be given one", filepath.ToSlash(path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
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

// listed asks the go command once for all tests.
var listed = sync.OnceValues(func() (string, error) {
	cmd := exec.Command("go", "list", "-f", "{{.ImportPath}}{{range .Imports}} {{.}}{{end}} |{{range .Deps}} {{.}}{{end}}", "./...")
	cmd.Dir = "../.."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%v: %w\n%s", cmd, err, stderr.Bytes())
	}
	return string(out), err
})

// imports returns what each package of the module imports, directly or through others, without its tests.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	return dependencies(t, func(_, all string) string { return all })
}

// directImports returns what each package of the module imports itself, without its tests.
func directImports(t *testing.T) map[string][]string {
	t.Helper()
	return dependencies(t, func(direct, _ string) string { return direct })
}

func dependencies(t *testing.T, which func(direct, all string) string) map[string][]string {
	t.Helper()
	out, err := listed()
	if err != nil {
		t.Fatal(err)
	}
	deps := map[string][]string{}
	for line := range strings.Lines(out) {
		direct, all, _ := strings.Cut(line, "|")
		pkg, direct, _ := strings.Cut(direct, " ")
		deps[pkg] = strings.Fields(which(direct, all))
	}
	return deps
}
