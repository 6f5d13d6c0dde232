// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
)

var numberFunctions = []definition{
	{name: "BitAnd", params: "value1 number, value2 number", result: numberType, dialects: "PCM", bind: bindBits(func(a, b int64) int64 { return a & b }),
		description: "Returns the bits set in both numbers; numbers are decimal or &H hexadecimal."},
	{name: "BitOr", params: "mask number, flag number", result: numberType, dialects: "M", bind: bindBits(func(a, b int64) int64 { return a | b }),
		description: "Returns the bits set in either number; numbers are decimal or &H hexadecimal."},
	{name: "RandomNum", params: "start number, end number", result: numberType, dialects: "M", varies: true, bind: bindRandomNum,
		description: "Returns a random whole number from start to end, both included."},
	{name: "RandomString", params: "length number, minimumNumbers number, minimumSpecialCharacters number, minimumCapital number, minimumLowerCase number, charactersToAvoid text?", result: textType, dialects: "P", varies: true, bind: bindRandomString,
		description: "Returns a random text with at least so many characters of each class; what is left is filled from the classes asked for, or from letters and digits if none is."},
	{name: "Guid", result: textType, dialects: "PC", varies: true, bind: bindGuid,
		description: "Returns a new random GUID in lower case."},
	{name: "DefaultDomain", result: textType, dialects: "P", varies: true, bind: bindDefaultDomain,
		description: "Returns the default domain of the target."},
}

func bindBits(f func(a, b int64) int64) func(*call) evaluator {
	return func(c *call) evaluator {
		left, right := c.args[0], c.args[1]
		return func(st *state) (Value, error) {
			a, err := left.integer(st, 0)
			if err != nil {
				return Null, err
			}
			b, err := right.integer(st, 0)
			return number(f(a, b)), err
		}
	}
}

func bindRandomNum(c *call) evaluator {
	c.program.random = true
	from, to := c.args[0], c.args[1]
	return func(st *state) (Value, error) {
		a, err := from.integer(st, 0)
		if err != nil {
			return Null, err
		}
		b, err := to.integer(st, 0)
		switch {
		case err != nil:
			return Null, err
		case a > b:
			return Null, fmt.Errorf("start %d is greater than end %d", a, b)
		case st.env.Random == nil:
			return Null, ErrNeedsRandom
		}
		if width := uint64(b) - uint64(a) + 1; width != 0 { // 0: all 64 bits
			return number(int64(uint64(a) + st.env.Random.Uint64N(width))), nil
		}
		return number(int64(st.env.Random.Uint64())), nil
	}
}

// The classes of characters of RandomString, those of Windows password complexity.
var randomClasses = [4]struct{ name, characters string }{
	{"minimumNumbers", "0123456789"},
	{"minimumSpecialCharacters", "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"},
	{"minimumCapital", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"minimumLowerCase", "abcdefghijklmnopqrstuvwxyz"},
}

func bindRandomString(c *call) evaluator {
	c.program.random = true
	args := c.args
	return func(st *state) (Value, error) {
		length, err := args[0].integer(st, 0)
		if err != nil {
			return Null, err
		}
		var minima [4]int64
		for i := range minima {
			if minima[i], err = args[i+1].integer(st, 0); err != nil {
				return Null, err
			}
		}
		avoid, err := args[5].text(st)
		if err != nil {
			return Null, err
		}
		s, err := randomString(st.env.Random, length, minima, avoid)
		return String(s), err
	}
}

func randomString(random *rand.Rand, length int64, minima [4]int64, avoid string) (string, error) {
	if length < 0 || length > MaxRandomString {
		return "", fmt.Errorf("length is %d; expected 0 to %d", length, MaxRandomString)
	}
	var sum int64
	var classes [4]string
	fill := ""
	for i, m := range minima {
		if m < 0 || m > MaxRandomString {
			return "", fmt.Errorf("%s is %d; expected 0 to %d", randomClasses[i].name, m, MaxRandomString)
		}
		sum += m
		classes[i] = strings.Map(func(r rune) rune {
			if strings.ContainsRune(avoid, r) {
				return -1
			}
			return r
		}, randomClasses[i].characters)
		if m > 0 {
			if classes[i] == "" {
				return "", fmt.Errorf("%s is %d, but charactersToAvoid leaves none of them", randomClasses[i].name, m)
			}
			fill += classes[i]
		}
	}
	if sum > length {
		return "", fmt.Errorf("the minima add up to %d, more than the length %d", sum, length)
	}
	if sum == 0 {
		fill = classes[0] + classes[2] + classes[3]
	}
	if fill == "" && length > 0 {
		return "", errors.New("charactersToAvoid leaves no character to choose from")
	}
	if random == nil {
		return "", ErrNeedsRandom
	}
	out := make([]byte, 0, length)
	for i, m := range minima {
		for range m {
			out = append(out, classes[i][random.IntN(len(classes[i]))])
		}
	}
	for int64(len(out)) < length {
		out = append(out, fill[random.IntN(len(fill))])
	}
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return string(out), nil
}

func bindGuid(c *call) evaluator {
	c.program.random = true
	return func(st *state) (Value, error) {
		if st.env.Random == nil {
			return Null, ErrNeedsRandom
		}
		high, low := st.env.Random.Uint64(), st.env.Random.Uint64()
		high = high&^0xf000 | 0x4000       // RFC 9562: version 4
		low = low&^(3<<62) | uint64(2)<<62 // variant 10
		return String(fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&0xffffffffffff)), nil
	}
}

func bindDefaultDomain(*call) evaluator {
	return func(st *state) (Value, error) {
		if st.env.DefaultDomain == "" {
			return Null, errors.New("no default domain is configured")
		}
		return String(st.env.DefaultDomain), nil
	}
}
