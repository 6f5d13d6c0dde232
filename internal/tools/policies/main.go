// SPDX-License-Identifier: MPL-2.0

// Command policies runs the tests of Rego policies, as "opa test" does, with the engine of Open
// Policy Agent as a module: the whole program brings a database and a registry client besides.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/tester"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run compiles every policy and data file below the paths strictly, and runs their tests.
func run(paths []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	files, err := loader.NewFileLoader().All(paths)
	if err != nil {
		return err
	}
	store := inmem.NewFromObject(files.Documents)
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return err
	}
	defer store.Abort(ctx, txn)
	compiler := ast.NewCompiler().WithStrict(true).WithEnablePrintStatements(true)
	results, err := tester.NewRunner().SetCompiler(compiler).SetStore(store).SetModules(files.ParsedModules()).CapturePrintOutput(true).RunTests(ctx, txn)
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	for r := range results {
		if r.Pass() {
			passed++
			continue
		}
		failed++
		fmt.Printf("%s: %s.%s failed: %v\n%s", r.Location, r.Package, r.Name, r.Error, r.Output)
	}
	fmt.Printf("%d tests of policies passed\n", passed)
	if failed > 0 || passed == 0 {
		return fmt.Errorf("%d tests of policies failed", failed)
	}
	return nil
}
