// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// settingReader takes each setting from the configuration, else from the environment.
type settingReader struct {
	// block is the argument of the provider that the settings belong to.
	block   string
	diags   *diag.Diagnostics
	unknown string
	// signIn is the way to sign in that the configuration names, if any: the
	// environment then only completes it, so that variables left over from
	// another way do not contradict a reviewed configuration.
	signIn string
	// taken are the environment variables that settings came from.
	taken []string
}

// environment returns the first of the variables that is set, and remembers its name.
func (s *settingReader) environment(names []string) (text, from string) {
	if text, from = environment(names); from != "" && !slices.Contains(s.taken, from) {
		s.taken = append(s.taken, from)
	}
	return text, from
}

// blame adds to an error about settings which of them the configuration does not show.
func blame(err error, taken []string) error {
	if err == nil || len(taken) == 0 {
		return err
	}
	return fmt.Errorf("%w\nThe environment sets %s, for every provider block that does not say otherwise: unset what does not belong to this block, or give the block its own", err, strings.Join(taken, ", "))
}

// credential is text for a setting that belongs to one way to sign in.
func (s *settingReader) credential(v types.String, name string, env ...string) string {
	way, _, _ := strings.Cut(strings.TrimPrefix(name, s.block+"."), "_")
	way, _, _ = strings.Cut(way, ".")
	if way == "password" {
		way = "username"
	}
	if v.IsNull() && s.signIn != "" && s.signIn != way {
		return ""
	}
	return s.text(v, name, env...)
}

func (s *settingReader) known(v attr.Value, name string) bool {
	if v.IsUnknown() {
		s.unknown = name
	}
	return !v.IsNull() && !v.IsUnknown()
}

func (s *settingReader) text(v types.String, name string, env ...string) string {
	if s.known(v, name) {
		return v.ValueString()
	}
	text, _ := s.environment(env)
	return text
}

func (s *settingReader) list(v types.List, name string, env ...string) []string {
	if s.known(v, name) {
		var out []string
		for _, e := range v.Elements() {
			if text, ok := e.(types.String); ok && s.known(text, name) {
				out = append(out, text.ValueString())
			}
		}
		return out
	}
	text, _ := s.environment(env)
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

func (s *settingReader) flag(v types.Bool, name string, env ...string) bool {
	if s.known(v, name) {
		return v.ValueBool()
	}
	text, from := s.environment(env)
	if text == "" {
		return false
	}
	on, err := strconv.ParseBool(text)
	if err != nil {
		s.diags.AddAttributeError(path.Root(s.block), "Invalid environment variable", fmt.Sprintf("%s: found %q, expected true or false.", from, text))
	}
	return on
}

func (s *settingReader) number(v types.Int64, name string, env ...string) int {
	if s.known(v, name) {
		return int(v.ValueInt64())
	}
	text, from := s.environment(env)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		s.diags.AddAttributeError(path.Root(s.block), "Invalid environment variable", fmt.Sprintf("%s: found %q, expected a whole number.", from, text))
	}
	return n
}

// environment returns the first of the variables that is set, and its name.
func environment(names []string) (text, from string) {
	for _, name := range names {
		if text := os.Getenv(name); text != "" {
			return text, name
		}
	}
	return "", ""
}

// tellProgress tells the log how far long work has come.
func tellProgress(ctx context.Context, msg string, fields ...any) {
	tflog.Info(ctx, msg, logFields(fields))
}

func logFields(pairs []any) map[string]any {
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return out
}
