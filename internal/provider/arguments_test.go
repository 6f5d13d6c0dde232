// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"terraform-provider-workforce/internal/worker"
)

// wordInMessage matches what may be the name of an argument in a message.
var wordInMessage = regexp.MustCompile(`(?:^|[^A-Za-z0-9_%$.])([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`)

// TestMessagesNameArguments: each word of a message that looks like the name of an argument is one, of a schema that the
// package of the message serves.
func TestMessagesNameArguments(t *testing.T) {
	all := argumentNames(t)
	every := map[string]bool{}
	for _, names := range all {
		maps.Copy(every, names)
	}
	for name := range all {
		every[name] = true
	}
	for _, key := range worker.Fields {
		every[key] = true
	}
	found := 0
	err := filepath.WalkDir("..", func(path string, entry fs.DirEntry, err error) error {
		switch name := filepath.ToSlash(path); {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "testdata" || slices.Contains([]string{"../sandbox", "../tools"}, name)):
			return filepath.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		for _, m := range messagesOf(t, path) {
			for _, word := range wordInMessage.FindAllStringSubmatch(m.text, -1) {
				word := word[1]
				if found++; !every[word] && !slices.Contains(otherWords, word) {
					t.Errorf("%s: %q is no argument of any schema, in %q", m.at, word, m.text)
				}
			}
		}
		return nil
	})
	if err != nil || found < 200 {
		t.Errorf("found %d words, %v", found, err)
	}
}

// otherWords are in messages, and are names of something else than arguments.
var otherWords = []string{
	// of Terraform, and functions
	"for_each", "depends_on", "create_before_destroy", "escape_dn",
	// values of arguments, and the report's own names
	"domain_local", "microsoft_365", "one_level", "link_header", "next_link", "user_id",
	"new_name", "on_create", "next_level", "if_empty", "add_values",
	"timely_leavers", "out_of_scope", "sc_verify",
	"claimed_by_several", "no_account_needed", "data_errors", "fill_rate",
	// of HR systems and standards
	"chunked", "dd", "yyyy", "null",
	"employment_type", "last_working_day", "first_name", "cost_centers", "dynamic_1234", "access_token",
	// of Kerberos and databases, in what is sent to them
	"default_realm", "dns_lookup_kdc", "dns_lookup_realm", "udp_preference_limit", "schema_standard",
	"set_config", "current_setting", "server_encoding",
	"max_execution_time", "max_statement_time", "lock_wait_timeout", "innodb_lock_wait_timeout",
}

// servedBy are the schemas whose data the packages below internal/source read: what one of them names must be in each of its own.
var servedBy = map[string][]string{
	"../source": {"csv", "json", "xml", "xlsx", "fixed_width", "sql", "ldap",
		"rest", "scim", "workday", "successfactors", "bamboohr", "hibob", "personio", "adp"},
	"../source/web":            {"rest", "scim", "workday", "successfactors", "bamboohr", "hibob", "personio", "adp"},
	"../source/location":       {"csv", "json", "xml", "xlsx", "fixed_width"},
	"../source/rest":           {"rest"},
	"../source/csv":            {"csv"},
	"../source/xlsx":           {"xlsx"},
	"../source/xmlfile":        {"xml"},
	"../source/jsonfile":       {"json"},
	"../source/fixedwidth":     {"fixed_width"},
	"../source/sqldb":          {"sql"},
	"../source/ldapdir":        {"ldap"},
	"../source/scim":           {"scim"},
	"../source/workday":        {"workday"},
	"../source/successfactors": {"successfactors"},
	"../source/bamboohr":       {"bamboohr"},
	"../source/hibob":          {"hibob"},
	"../source/personio":       {"personio"},
	"../source/adp":            {"adp"},
}

// TestMessagesOfSources: a message of a source names arguments that its data source has.
func TestMessagesOfSources(t *testing.T) {
	all := argumentNames(t)
	for directory, sources := range servedBy {
		files, err := filepath.Glob(directory + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatal(directory, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			for _, m := range messagesOf(t, path) {
				for _, word := range namedIn(m.text) {
					known := slices.Contains(worker.Fields, word) || slices.Contains(otherWords, word) || all[word] != nil
					sources := sources
					if filepath.Base(path) == "text.go" {
						sources = []string{"csv", "json", "xml", "fixed_width"} // a workbook is no text
					}
					if word == "max_age_hours" {
						sources = servedBy["../source/location"] // only files have an age
					}
					for other, names := range all {
						known = known || names[word] && strings.Contains(m.text, other) // advice to use another data source
					}
					lacking := slices.DeleteFunc(slices.Clone(sources), func(s string) bool { return known || all["workforce_hr_"+s][word] })
					if len(lacking) > 0 {
						t.Errorf("%s: %q is no argument of hr_%s, in %q", m.at, word, strings.Join(lacking, ", hr_"), m.text)
					}
				}
			}
		}
	}
}

// advice matches the name of an argument, of one word or several, where a message says what to set or what is wrong.
var advice = regexp.MustCompile(`(?:\(|set |expected |; )([a-z][a-z0-9_]*) = |` +
	`^([a-z][a-z0-9_]*): (?:found|expected)|\(([a-z][a-z0-9_]*)\)`)

func namedIn(text string) (names []string) {
	for _, m := range wordInMessage.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	for _, m := range advice.FindAllStringSubmatch(text, -1) {
		for _, name := range m[1:] {
			if name != "" {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// argumentNames returns the names in each schema of the provider, at any depth.
func argumentNames(t *testing.T) map[string]map[string]bool {
	t.Helper()
	schemas, err := NewServer("test")().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]bool{}
	add := func(name string, schema *tfprotov6.Schema) {
		if all[name] == nil {
			all[name] = map[string]bool{}
		}
		collectNames(schema.ValueType(), all[name])
	}
	add("provider", schemas.Provider)
	for name, schema := range schemas.ResourceSchemas {
		add(name, schema)
	}
	for name, schema := range schemas.DataSourceSchemas {
		add(name, schema)
	}
	for name, schema := range schemas.EphemeralResourceSchemas {
		add(name, schema)
	}
	for name, schema := range schemas.ActionSchemas {
		add(name, schema.Schema)
	}
	return all
}

func collectNames(typ tftypes.Type, names map[string]bool) {
	switch typ := typ.(type) {
	case tftypes.Object:
		for name, inner := range typ.AttributeTypes {
			names[name] = true
			collectNames(inner, names)
		}
	case tftypes.List:
		collectNames(typ.ElementType, names)
	case tftypes.Set:
		collectNames(typ.ElementType, names)
	case tftypes.Map:
		collectNames(typ.ElementType, names)
	}
}

type message struct{ at, text string }

// messagesOf returns the texts of a file that people read: those with a blank in them.
func messagesOf(t *testing.T, path string) (texts []message) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err == nil && strings.Contains(text, " ") {
			texts = append(texts, message{files.Position(literal.Pos()).String(), text})
		}
		return true
	})
	return texts
}
