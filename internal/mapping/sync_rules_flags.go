// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/expression"
)

// accountDisabledFlag is the bit of userAccountControl that bars sign-in.
// https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties
const accountDisabledFlag = 2

// readFlags says what a value of userAccountControl means for sign-in: a number, BitOr(2, …),
// which sets the bit, or BitAnd with a mask that takes it away.
func readFlags(s *expression.Syntax) verdict {
	number := func(s *expression.Syntax) (int64, bool) {
		if s == nil || s.Kind != expression.SyntaxNumber && s.Kind != expression.SyntaxText {
			return 0, false
		}
		n, err := strconv.ParseInt(strings.TrimSpace(s.Text), 10, 64)
		return n, err == nil
	}
	if n, ok := number(s); ok {
		if n&accountDisabledFlag != 0 {
			return barred
		}
		return signsIn
	}
	for _, arg := range argumentsOf(s, "BitOr", "BitAnd") {
		n, ok := number(arg)
		switch {
		case ok && s.Is("BitOr") && n&accountDisabledFlag != 0:
			return barred
		case ok && s.Is("BitAnd") && n&accountDisabledFlag == 0:
			return signsIn
		}
	}
	return unclear
}

// argumentsOf returns the arguments of a call of one of the functions.
func argumentsOf(s *expression.Syntax, functions ...string) []*expression.Syntax {
	if slices.ContainsFunc(functions, s.Is) {
		return s.Args
	}
	return nil
}

// isNothing reports whether a node says that nothing flows.
func isNothing(s *expression.Syntax) bool {
	return s.Is("Null") || s != nil && s.Kind == expression.SyntaxWord && (strings.EqualFold(s.Text, "NULL") ||
		strings.EqualFold(s.Text, "IgnoreThisFlow") || s.Text == "IgnoreAttributeFlow")
}
