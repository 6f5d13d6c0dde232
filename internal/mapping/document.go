// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ParseRules reads a mapping document, a JSON object in the shape of Rules.
// Unknown keys are refused. The rules are not checked further; Compile does that.
func ParseRules(doc string) (Rules, error) {
	var r Rules
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return Rules{}, fmt.Errorf("not a mapping document: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Rules{}, errors.New("not a mapping document: more text follows the JSON object")
	}
	return r, nil
}

// Marshal writes the canonical mapping document: sorted keys within maps, no
// white space, no HTML escapes. The same rules always give the same bytes.
func (r Rules) Marshal() (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return "", fmt.Errorf("mapping document: %w", err)
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}
