// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"terraform-provider-workforce/internal/activedirectory"
	"terraform-provider-workforce/internal/expression"
)

// textFunction is a function of texts: the useful single functions of the
// mapping language, for use outside of mappings.
type textFunction struct {
	name, summary, description string
	parameters                 []function.Parameter
	run                        func(args []string) (string, error)
}

var textFunctions = []textFunction{
	{
		name: "normalize_diacritics", summary: "Replace letters with diacritics",
		description: "Replaces accented Latin letters as Microsoft's `NormalizeDiacritics` does (ä to a, ø to oe, ß to ss). For other scripts and more letters see `transliterate`.",
		parameters:  textParameters("text", "Text, such as a name."),
		run:         evaluated("NormalizeDiacritics([1])"),
	},
	{
		name: "transliterate", summary: "Write a text in ASCII",
		description: "Writes a text of any script in ASCII: `Đặng` becomes `Dang`, `Иван` becomes `Ivan`. The style `german` writes ö as oe, ä as ae, ü as ue and ß as ss; `danish` writes å as aa, æ as ae and ø as oe.",
		parameters:  textParameters("text", "Text, such as a name.", "style", "`default`, `german` or `danish`."),
		run: func(args []string) (string, error) {
			return evaluated("Transliterate([1], " + quoteExpression(args[1]) + ")")(args)
		},
	},
	{
		name: "pcase", summary: "Capitalise words",
		description: "Lower-cases a text and capitalises each word, as Microsoft's `PCase` does. Words are separated by the characters given.",
		parameters:  textParameters("text", "Text, such as a name.", "separators", "Characters that separate words, such as `\" '-\"`."),
		run:         evaluated("PCase([1], [2])"),
	},
	{
		name: "escape_dn", summary: "Escape a value for a distinguished name",
		description: "Escapes a text as a value inside a distinguished name (RFC 4514): `\"CN=${provider::workforce::escape_dn(\"O'Brien, Zoë\")},OU=Staff,DC=corp,DC=example,DC=com\"`.",
		parameters:  textParameters("text", "Unescaped value."),
		run:         func(args []string) (string, error) { return activedirectory.EscapeDN(args[0]), nil },
	},
	{
		name: "filetime", summary: "Convert a moment to a FILETIME",
		description: "Converts an RFC 3339 moment to the 100-nanosecond intervals since 1601-01-01 UTC that `accountExpires` and other Active Directory attributes hold.",
		parameters:  textParameters("moment", "Moment, as RFC 3339."),
		run:         evaluated("NumFromDate([1])"),
	},
	{
		name: "e164", summary: "Normalise a phone number",
		description: "Writes a phone number as E.164, such as `+4930123456`. A text that is not a valid number is an error.",
		parameters:  textParameters("number", "Phone number in any usual form.", "region", "ISO 3166 alpha-2 code of the country assumed for numbers without a country code, such as `DE`."),
		run:         evaluated("E164([1], [2])"),
	},
}

func textParameters(pairs ...string) []function.Parameter {
	var out []function.Parameter
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, function.StringParameter{Name: pairs[i], MarkdownDescription: pairs[i+1]})
	}
	return out
}

// evaluated runs an expression in which [1], [2] … are the arguments.
func evaluated(source string) func([]string) (string, error) {
	return func(args []string) (string, error) {
		program, err := expression.Compile(source, expression.Options{})
		if err != nil {
			return "", err
		}
		result, err := program.Eval(&expression.Env{Attribute: func(name string) (expression.Value, bool) {
			i, err := strconv.Atoi(name)
			if err != nil || i < 1 || i > len(args) {
				return expression.Null, false
			}
			return expression.String(args[i-1]), true
		}})
		if err == nil && result.IsNull() {
			return "", errNotConvertible(args)
		}
		return result.Text(), err
	}
}

// quoteExpression writes a text as a literal of the mapping language.
func quoteExpression(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

type errNotConvertible []string

func (e errNotConvertible) Error() string {
	return "cannot convert " + strconv.Quote(strings.Join(e, ", "))
}

func (f textFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = f.name
}

func (f textFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{Summary: f.summary, MarkdownDescription: f.description, Parameters: f.parameters, Return: function.StringReturn{}}
}

func (f textFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	args := make([]string, len(f.parameters))
	for i := range args {
		if err := req.Arguments.GetArgument(ctx, i, &args[i]); err != nil {
			resp.Error = err
			return
		}
	}
	out, err := f.run(args)
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, out)
}
