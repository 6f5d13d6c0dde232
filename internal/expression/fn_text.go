// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var textFunctions = []definition{
	{name: "Append", params: "source text, suffix text", result: textType, dialects: "PC", bind: bindAppend,
		description: "Puts suffix after source; null if either is null."},
	{name: "Join", params: "separator text, source any?*", result: textType, dialects: "PC", bind: bindJoin,
		description: "Joins texts and the values of lists with a separator; null is left out, the empty text is not; null if nothing is left."},
	{name: "Left", params: "string text, numChars number", result: textType, dialects: "PCM", bind: bindLeftRight(false),
		description: "Returns the first characters; the whole text if numChars is negative or too large, the empty text for null."},
	{name: "Right", params: "string text, numChars number", result: textType, dialects: "M", bind: bindLeftRight(true),
		description: "Returns the last characters; the whole text if numChars is negative or too large, the empty text for null."},
	{name: "Mid", params: "source text, start number, length number?", result: textType, dialects: "PCM", bind: bindMid,
		description: "Returns length characters from the 1-based position start on; what is there if there are fewer, all to the end without a length."},
	{name: "InStr", params: "value1 text, value2 text, start number?, compareType word?:vbBinaryCompare|vbTextCompare|0|1", result: numberType, dialects: "PC", bind: bindInStr,
		description: "Returns the 1-based position of value2 in value1 from start on, 0 if it is not there; vbTextCompare ignores case."},
	{name: "Contains", params: "source any, search text, case word?:CaseSensitive|CaseInsensitive", result: numberType, dialects: "C", bind: bindContains,
		description: "Returns the 1-based number of the first value that contains search, 0 if none does; as a condition, True if one does."},
	{name: "StartsWith", params: "source text, prefix text", result: boolType, bind: bindAffix(strings.HasPrefix),
		description: "Returns True if source begins with prefix, case-sensitively."},
	{name: "EndsWith", params: "source text, suffix text", result: boolType, bind: bindAffix(strings.HasSuffix),
		description: "Returns True if source ends with suffix, case-sensitively."},
	{name: "StripSpaces", params: "source each", dialects: "PC", bind: bindEach(func(s string) string { return strings.ReplaceAll(s, " ", "") }),
		description: "Removes every blank (U+0020), and only blanks."},
	{name: "Trim", params: "value each", dialects: "CM", bind: bindEach(strings.TrimSpace),
		description: "Removes white space at both ends, of every value of a list."},
	{name: "LTrim", params: "string each", dialects: "M", bind: bindEach(func(s string) string { return strings.TrimLeftFunc(s, unicode.IsSpace) }),
		description: "Removes white space at the beginning."},
	{name: "RTrim", params: "string each", dialects: "M", bind: bindEach(func(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) }),
		description: "Removes white space at the end."},
	{name: "ToLower", params: "source each, culture text?", dialects: "PC", bind: bindCase(strings.ToLower, lowerIn),
		description: "Converts to lower case, invariantly or by the rules of a culture such as tr-TR."},
	{name: "ToUpper", params: "source each, culture text?", dialects: "PC", bind: bindCase(strings.ToUpper, upperIn),
		description: "Converts to upper case, invariantly or by the rules of a culture such as tr-TR."},
	{name: "LowerCase", params: "string each", dialects: "M", bind: bindEach(strings.ToLower),
		description: "Converts to lower case."},
	{name: "UpperCase", params: "string each", dialects: "M", bind: bindEach(strings.ToUpper),
		description: "Converts to upper case."},
	{name: "LCase", params: "string each", dialects: "M", bind: bindEach(strings.ToLower),
		description: "Converts to lower case, as in Microsoft Entra Connect."},
	{name: "UCase", params: "string each", dialects: "M", bind: bindEach(strings.ToUpper),
		description: "Converts to upper case, as in Microsoft Entra Connect."},
	{name: "Len", params: "string text", result: numberType, dialects: "M", bind: bindLen,
		description: "Returns the number of characters; 0 for null."},
	{name: "PCase", params: "source each, wordSeparators text?", dialects: "P", bind: bindPCase,
		description: "Converts the first character of each word to upper case and all others to lower case; words end at punctuation, symbols and white space, or only at the given separators."},
	{name: "ProperCase", params: "string each", dialects: "M", bind: bindEach(func(s string) string { return properCase(s, isBlank) }),
		description: "Converts the first character of each blank-delimited word to upper case and all others to lower case."},
	{name: "LeftPad", params: "string text, length number, padCharacter text", result: textType, dialects: "M", bind: bindPad(false),
		description: "Fills up to length characters at the left; the empty text for null."},
	{name: "RightPad", params: "string text, length number, padCharacter text", result: textType, dialects: "M", bind: bindPad(true),
		description: "Fills up to length characters at the right; the empty text for null."},
	{name: "ReplaceString", params: "string text, oldValue text, newValue text", result: textType, dialects: "M", bind: bindReplaceString,
		description: "Replaces every occurrence of oldValue."},
	{name: "Replace", params: "source text, oldValue text?, regexPattern text?, regexGroupName text?, replacementValue text?, replacementAttributeName text?, template text?", result: textType, dialects: "PC", bind: bindReplace,
		description: "Replaces a literal text, a .NET regular expression or a named group of one, or puts source into a template."},
	{name: "Word", params: "string text, wordNumber number, delimiters text", result: textType, dialects: "PCM", bind: bindWord,
		description: "Returns the n-th word, counting from 1 and counting empty ones; every character of delimiters ends a word; the empty text if there is none."},
	{name: "CStr", params: "value text", result: textType, dialects: "PC", bind: bindCStr,
		description: "Returns a number, truth value or reference as text."},
	{name: "CRLF", result: textType, dialects: "M", bind: func(*call) evaluator { return func(*state) (Value, error) { return String("\r\n"), nil } },
		description: "Returns a carriage return and a line feed."},
}

// bindEach compiles a function of one text that works on every value of a list and leaves null alone.
func bindEach(f func(string) string) func(*call) evaluator {
	return func(c *call) evaluator {
		return each(c, func(_ *state, s string) (string, error) { return f(s), nil })
	}
}

func each(c *call, f func(*state, string) (string, error)) evaluator {
	arg := c.args[0]
	if arg.typ != anyType {
		c.result = textType
		if arg.typ == listType {
			c.result = listType
		}
	}
	return func(st *state) (Value, error) {
		v, err := arg.any(st)
		if err != nil || v.Kind() == KindNull {
			return Null, err
		}
		if v.Kind() == KindString {
			s, err := f(st, v.text)
			return String(s), err
		}
		items := make([]string, len(v.items()))
		for i, item := range v.items() {
			if items[i], err = f(st, item); err != nil {
				return Null, err
			}
		}
		return listOf(items), nil
	}
}

func bindAppend(c *call) evaluator {
	source, suffix := c.args[0], c.args[1]
	return func(st *state) (Value, error) {
		a, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		b, null, err := suffix.single(st)
		if err != nil || null {
			return Null, err
		}
		return String(a + b), nil
	}
}

func bindJoin(c *call) evaluator {
	separator, sources := c.args[0], c.args[1:]
	return func(st *state) (Value, error) {
		sep, err := separator.text(st)
		if err != nil {
			return Null, err
		}
		var few [16]string
		parts, length := few[:0], 0
		for _, source := range sources {
			if source == nil {
				continue
			}
			v, err := source.any(st)
			if err != nil {
				return Null, err
			}
			switch v.Kind() {
			case KindString:
				parts = append(parts, v.text)
				length += len(v.text) + len(sep)
			case KindList:
				parts = append(parts, v.items()...)
				for _, item := range v.items() {
					length += len(item) + len(sep)
				}
			}
			if length > MaxOutput+len(sep) {
				return Null, errTooLong
			}
		}
		if len(parts) == 0 {
			return Null, nil
		}
		return String(strings.Join(parts, sep)), nil
	}
}

// cut returns the characters from (0-based) up to, but not including, to; to < 0 means the end.
func cut(s string, from, to int64) string {
	if to >= 0 && from >= to {
		return ""
	}
	start := offsetOf(s, from)
	if to < 0 {
		return s[start:]
	}
	return s[start : start+offsetOf(s[start:], to-from)]
}

// offsetOf returns the byte offset of the n-th character, len(s) if there are fewer.
func offsetOf(s string, n int64) int {
	if n >= int64(len(s)) {
		return len(s)
	}
	for offset := range s {
		if n == 0 {
			return offset
		}
		n--
	}
	return len(s)
}

func bindLeftRight(right bool) func(*call) evaluator {
	return func(c *call) evaluator {
		source, length := c.args[0], c.args[1]
		return func(st *state) (Value, error) {
			s, err := source.text(st)
			if err != nil {
				return Null, err
			}
			n, err := length.integer(st, 0)
			switch {
			case err != nil:
				return Null, err
			case n < 0:
				return String(s), nil
			case right:
				return String(cut(s, max(0, int64(utf8.RuneCountInString(s))-n), -1)), nil
			}
			return String(cut(s, 0, n)), nil
		}
	}
}

// bindMid follows the provisioning and cloud-sync documents, which leave a start before 1 open (an
// error here), or that of MIM, which returns the input when start is outside the text.
func bindMid(c *call) evaluator {
	source, startArg, lengthArg, mim := c.args[0], c.args[1], c.args[2], c.Dialect == MIM
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null && !mim {
			return Null, err
		}
		start, err := startArg.integer(st, 1)
		if err != nil {
			return Null, err
		}
		length, err := lengthArg.integer(st, int64(len(s)))
		if err != nil {
			return Null, err
		}
		switch {
		case mim && length <= 0:
			return String(""), nil
		case mim && (start < 1 || start > int64(utf8.RuneCountInString(s))):
			return String(s), nil
		case start < 1:
			return Null, fmt.Errorf("start is %d; the first character has the position 1", start)
		case length < 0:
			return Null, fmt.Errorf("length is %d; expected 0 or more", length)
		case start > int64(len(s)):
			return String(""), nil
		}
		return String(cut(s, start-1, start-1+min(length, int64(len(s))))), nil
	}
}

func bindLen(c *call) evaluator {
	source := c.args[0]
	return func(st *state) (Value, error) {
		s, _, err := source.single(st)
		if err != nil {
			return Null, err
		}
		return String(strconv.Itoa(utf8.RuneCountInString(s))), nil
	}
}

func bindInStr(c *call) evaluator {
	compare, ok := c.choice(3)
	if !ok {
		return nil
	}
	source, search, startArg, fold := c.args[0], c.args[1], c.args[2], compare == "vbTextCompare" || compare == "1"
	return func(st *state) (Value, error) {
		s, err := source.text(st)
		if err != nil {
			return Null, err
		}
		what, err := search.text(st)
		if err != nil {
			return Null, err
		}
		start, err := startArg.integer(st, 1)
		if err != nil {
			return Null, err
		}
		if start < 1 {
			return Null, fmt.Errorf("start is %d; the first character has the position 1", start)
		}
		if fold {
			s, what = strings.Map(unicode.ToLower, s), strings.Map(unicode.ToLower, what)
		}
		if start > int64(utf8.RuneCountInString(s)) {
			return number(0), nil
		}
		from := offsetOf(s, start-1)
		i := strings.Index(s[from:], what)
		if i < 0 {
			return number(0), nil
		}
		return number(int64(utf8.RuneCountInString(s[:from+i])) + 1), nil
	}
}

func bindContains(c *call) evaluator {
	mode, ok := c.choice(2)
	if !ok {
		return nil
	}
	source, search, fold := c.args[0], c.args[1], mode == "CaseInsensitive"
	return func(st *state) (Value, error) {
		items, _, err := source.items(st)
		if err != nil {
			return Null, err
		}
		what, err := search.text(st)
		if err != nil {
			return Null, err
		}
		if fold {
			what = strings.ToLower(what)
		}
		for i, item := range items {
			if fold {
				item = strings.ToLower(item)
			}
			if strings.Contains(item, what) {
				return number(int64(i) + 1), nil
			}
		}
		return number(0), nil
	}
}

func bindAffix(test func(s, affix string) bool) func(*call) evaluator {
	return func(c *call) evaluator {
		source, affix := c.args[0], c.args[1]
		return func(st *state) (Value, error) {
			s, null, err := source.single(st)
			if err != nil {
				return Null, err
			}
			a, err := affix.text(st)
			return boolean(!null && test(s, a)), err
		}
	}
}

func bindPad(right bool) func(*call) evaluator {
	return func(c *call) evaluator {
		source, lengthArg, padArg := c.args[0], c.args[1], c.args[2]
		return func(st *state) (Value, error) {
			s, null, err := source.single(st)
			if err != nil || null {
				return String(""), err
			}
			length, err := lengthArg.integer(st, 0)
			if err != nil {
				return Null, err
			}
			pad, err := padArg.text(st)
			if err != nil {
				return Null, err
			}
			if utf8.RuneCountInString(pad) != 1 {
				return Null, fmt.Errorf("padCharacter is %s; expected a single character", quote(pad))
			}
			if length > MaxPad {
				return Null, fmt.Errorf("length is %d; at most %d is allowed", length, MaxPad)
			}
			fill := strings.Repeat(pad, max(0, int(length)-utf8.RuneCountInString(s)))
			if right {
				return String(s + fill), nil
			}
			return String(fill + s), nil
		}
	}
}

func bindWord(c *call) evaluator {
	source, numberArg, delimiters := c.args[0], c.args[1], c.args[2]
	return func(st *state) (Value, error) {
		s, err := source.text(st)
		if err != nil {
			return Null, err
		}
		n, err := numberArg.integer(st, 0)
		if err != nil {
			return Null, err
		}
		ends, err := delimiters.text(st)
		if err != nil || n < 1 {
			return String(""), err
		}
		for {
			end := strings.IndexAny(s, ends)
			if n == 1 {
				if end >= 0 {
					s = s[:end]
				}
				return String(s), nil
			}
			if end < 0 {
				return String(""), nil
			}
			_, size := utf8.DecodeRuneInString(s[end:])
			s, n = s[end+size:], n-1
		}
	}
}

func bindCStr(c *call) evaluator {
	arg := c.args[0]
	return func(st *state) (Value, error) {
		s, null, err := arg.single(st)
		if err != nil || null {
			return Null, err
		}
		return String(s), nil
	}
}

// literalReplace replaces every occurrence of old within the output limit.
func literalReplace(s, old, with string) (string, error) {
	if old == "" {
		return s, nil
	}
	if n := strings.Count(s, old); len(s)+n*(len(with)-len(old)) > MaxOutput {
		return "", errTooLong
	}
	return strings.ReplaceAll(s, old, with), nil
}

func bindReplaceString(c *call) evaluator {
	source, oldArg, newArg := c.args[0], c.args[1], c.args[2]
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		old, err := oldArg.text(st)
		if err != nil {
			return Null, err
		}
		if old == "" {
			return Null, errors.New("oldValue is empty; expected the text to replace")
		}
		with, err := newArg.text(st)
		if err != nil {
			return Null, err
		}
		s, err = literalReplace(s, old, with)
		return String(s), err
	}
}
