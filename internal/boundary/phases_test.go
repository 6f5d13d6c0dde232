// SPDX-License-Identifier: MPL-2.0

package boundary

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"strings"
	"testing"
)

// phases are the files of a package of several steps, from the first step on, each by how its name
// begins; the longest beginning counts. A file uses what its own step and earlier ones declare.
var phases = map[string][][]string{
	"roster": {
		{"text", "order", "path", "candidates", "addresses", "roster", "result", "profile", "partition", "limits", "override", "objectid",
			"aside", "person"},
		{"run", "exceptions", "elsewhere", "ladder", "likeness"},
		{"feed", "evaluate", "guard_feed"},
		{"recognise"},
		{"draft"},
		{"names"},
		{"managers"},
		{"compare", "compared", "check", "allot"},
		{"rounds"},
		{"guard"},
		{"report"},
		{"decide", "correlat"},
	},
}

// TestPhasesHandOn keeps a step from reaching into one that comes after it.
func TestPhasesHandOn(t *testing.T) {
	for pkg, steps := range phases {
		set, files := token.NewFileSet(), []*ast.File(nil)
		entries, err := os.ReadDir(path.Join("..", pkg))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
				file, err := parser.ParseFile(set, path.Join("..", pkg, name), nil, 0)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, file)
			}
		}
		info := types.Info{Uses: map[*ast.Ident]types.Object{}}
		// What other packages declare is of no account here, so that nothing of it is read.
		conf := types.Config{Importer: emptyPackages{}, Error: func(error) {}}
		checked, _ := conf.Check(pkg, set, files, &info)
		step := func(p token.Pos) int {
			name, longest, found := path.Base(set.Position(p).Filename), 0, -1
			for i, beginnings := range steps {
				for _, b := range beginnings {
					if len(b) > longest && strings.HasPrefix(name, b) {
						longest, found = len(b), i
					}
				}
			}
			if found < 0 {
				t.Fatalf("%s: %s is in no step: name it in phases", pkg, name)
			}
			return found
		}
		seen := 0
		for use, object := range info.Uses {
			if object.Pkg() != checked {
				continue
			}
			seen++
			if step(use.Pos()) < step(object.Pos()) {
				t.Errorf("%s uses %s of %s, which is of a later step", set.Position(use.Pos()), object.Name(),
					path.Base(set.Position(object.Pos()).Filename))
			}
		}
		if seen < 1000 {
			t.Errorf("%s: only %d uses seen: the test sees nothing", pkg, seen)
		}
	}
}

// emptyPackages stands for every package that is imported.
type emptyPackages struct{}

func (emptyPackages) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}
