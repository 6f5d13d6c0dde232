// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"strings"
)

var listFunctions = []definition{
	{name: "Split", params: "source text, delimiter text", result: listType, dialects: "PC", bind: bindSplit,
		description: "Splits a text into a list; values are not trimmed; null stays null and the empty text gives an empty list."},
	{name: "Item", params: "attribute list, index number", result: textType, dialects: "PC", bind: bindItem,
		description: "Returns the value with the 1-based index; null for a null attribute, an error outside the list."},
	{name: "Count", params: "attribute list", result: numberType, dialects: "PC", bind: bindCount,
		description: "Returns the number of values, 0 for null."},
	{name: "RemoveDuplicates", params: "attribute list", result: listType, dialects: "PC", bind: bindRemoveDuplicates,
		description: "Keeps the first of equal values; case counts."},
}

func bindSplit(c *call) evaluator {
	source, delimiter := c.args[0], c.args[1]
	return func(st *state) (Value, error) {
		s, null, err := source.single(st)
		if err != nil || null {
			return Null, err
		}
		by, err := delimiter.text(st)
		switch {
		case err != nil:
			return Null, err
		case by == "":
			return Null, errors.New("delimiter is empty; expected a character")
		case s == "":
			return listOf(nil), nil
		}
		return listOf(strings.Split(s, by)), nil
	}
}

func bindItem(c *call) evaluator {
	source, index := c.args[0], c.args[1]
	return func(st *state) (Value, error) {
		items, null, err := source.items(st)
		if err != nil || null {
			return Null, err
		}
		i, err := index.integer(st, 0)
		if err != nil {
			return Null, err
		}
		if i < 1 || i > int64(len(items)) {
			return Null, fmt.Errorf("index %d is outside %s, which has %s (the first has the index 1)", i, source.label(), count(len(items), "value"))
		}
		return String(items[i-1]), nil
	}
}

func bindCount(c *call) evaluator {
	source := c.args[0]
	return func(st *state) (Value, error) {
		items, _, err := source.items(st)
		return number(int64(len(items))), err
	}
}

func bindRemoveDuplicates(c *call) evaluator {
	source := c.args[0]
	return func(st *state) (Value, error) {
		items, null, err := source.items(st)
		if err != nil || null {
			return Null, err
		}
		var seen seenTexts
		out := make([]string, 0, len(items))
		for _, item := range items {
			if seen.add(item) {
				out = append(out, item)
			}
		}
		return listOf(out), nil
	}
}
