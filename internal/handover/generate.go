// SPDX-License-Identifier: MPL-2.0

// Package handover makes the credentials that people first sign in with, encrypts them to the
// people who hand them over, and writes them to files that nobody else can read.
package handover

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode"
)

// Class is a kind of characters of a password.
type Class string

// The classes that password policies count ([MS-SAMR] 3.1.1.7.2).
const (
	Upper   Class = "upper"
	Lower   Class = "lower"
	Digits  Class = "digits"
	Symbols Class = "symbols"
)

// Classes lists all classes.
var Classes = []Class{Upper, Lower, Digits, Symbols}

// alphabets holds no characters that are easily mistaken for each other, and none that a
// keyboard may turn into an accent.
var alphabets = map[Class]string{
	Upper: "ABCDEFGHJKLMNPQRSTUVWXYZ", Lower: "abcdefghijkmnopqrstuvwxyz", Digits: "23456789", Symbols: "!#%*+-./:=?@_",
}

// FewestClasses is what the complexity rule of Active Directory asks for ([MS-SAMR] 3.1.1.7.2).
const FewestClasses = 3

// Bounds of [Policy.Length]. DefaultLength is 99 bits of all classes; LongestPassword is what the
// consoles of Active Directory take.
const (
	ShortestPassword = 12
	LongestPassword  = 127
	DefaultLength    = 16
)

// Policy says what passwords are made of. The zero value is [DefaultLength] characters of all classes.
type Policy struct {
	Length  int // characters
	Classes []Class
}

// tries bounds how often a password is thrown away for what stands in it.
const tries = 1000

// Generate returns a random password of all classes of the policy, at least minimum characters
// long. None of avoid stands in it, whatever its case.
func (p Policy) Generate(minimum int, avoid []string) (string, error) {
	length := p.Length
	if length == 0 {
		length = DefaultLength
	}
	classes := p.Classes
	if len(classes) == 0 {
		classes = Classes
	}
	for range tries {
		password, err := draw(max(length, minimum), classes)
		if err != nil {
			return "", fmt.Errorf("making a password: %w", err)
		}
		lower := strings.ToLower(password)
		if !slices.ContainsFunc(avoid, func(part string) bool { return part != "" && strings.Contains(lower, strings.ToLower(part)) }) {
			return password, nil
		}
	}
	return "", errors.New("making a password: the names of the person leave none")
}

// draw returns length characters, at least one of each class, in random order.
func draw(length int, classes []Class) (string, error) {
	all := ""
	for _, c := range classes {
		all += alphabets[c]
	}
	out := make([]byte, length)
	for i := range out {
		from := all
		if i < len(classes) {
			from = alphabets[classes[i]]
		}
		n, err := below(len(from))
		if err != nil {
			return "", err
		}
		out[i] = from[n]
	}
	for i := len(out) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return "", err
		}
		out[i], out[j] = out[j], out[i]
	}
	return string(out), nil
}

func below(n int) (int64, error) {
	v, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, err
	}
	return v.Int64(), nil
}

// shortestPart is how long a part of a name must be for a policy to forbid it ([MS-SAMR] 3.1.1.7.2).
const shortestPart = 3

// NameParts returns what a password policy forbids of names: their parts of three characters or more.
func NameParts(names ...string) []string {
	var parts []string
	for _, name := range names {
		for _, p := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.-_#", r) }) {
			if len(p) >= shortestPart {
				parts = append(parts, p)
			}
		}
	}
	return parts
}
