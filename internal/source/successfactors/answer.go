// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/web"
)

// page is one page of persons.
type page struct {
	persons []object
	total   int // -1: not said
	next    string
}

// mark tells the page from others: the persons on it.
func (p *page) mark() string {
	sum := sha256.New()
	for _, o := range p.persons {
		sum.Write([]byte(rawID(o) + "\x00"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// refusal is an error that SuccessFactors has put into words.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "SuccessFactors answers %d %s", r.status, r.code)
	if r.message != "" {
		fmt.Fprintf(&b, ": %s", shorten(r.message))
	}
	for _, h := range hints {
		if strings.Contains(r.code, h.code) {
			b.WriteString("; " + h.text)
			break
		}
	}
	return b.String()
}

// hints say what to do about codes of errors, or beginnings of them.
var hints = []struct{ code, text string }{
	{"COE_PROPERTY_NOT_FOUND", "the property does not exist in this instance, or the API user may not see it: leave the attribute out (attributes, paths), or grant the permission to the field"},
	{"COE_NAVIGATION_NOT_FOUND", "the entity does not exist in this instance, or the API user may not see it: leave the attribute out (attributes, paths), or grant the permission to the entity"},
	{"FORBIDDEN", "the API user may not read this: grant the permissions of Employee Central OData API to it"},
	{"COE_UNSUPPORTED_FEATURE", "the instance does not know a part of the request"},
	{"LGN", "check company_id, username and the permitted addresses of the API user"},
}

const maxMessage = 400

func shorten(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		return string(runes[:maxMessage]) + "…"
	}
	return text
}

// refused reads the error in an answer, or returns nil: {"error": {"code", "message"}},
// where the message is a text or an object with the text in value.
func refused(a *web.Response) *refusal {
	if !bytes.Contains(a.Body[:min(len(a.Body), 256)], []byte(`"error"`)) {
		return nil
	}
	var body struct {
		Error *struct {
			Code    string          `json:"code"`
			Message json.RawMessage `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.Body, &body) // what cannot be read has no error in words
	if body.Error == nil {
		return nil
	}
	r := &refusal{status: a.Status, code: body.Error.Code}
	var message struct {
		Value string `json:"value"`
	}
	if json.Unmarshal(body.Error.Message, &message) == nil {
		r.message = message.Value
	} else if json.Unmarshal(body.Error.Message, &r.message) != nil {
		r.message = string(body.Error.Message)
	}
	return r
}

// worded takes the answers whose error this package reads itself. Those that may
// pass, and 401, which a new token may mend, stay with package web.
func worded(a *web.Response) bool {
	return slices.Contains([]int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound}, a.Status) && refused(a) != nil
}

// parsePage reads an answer.
func parsePage(a *web.Response) (*page, error) {
	if r := refused(a); r != nil {
		return nil, r
	}
	var body struct {
		D *struct {
			Results *[]object   `json:"results"`
			Count   json.Number `json:"__count"`
			Next    string      `json:"__next"`
		} `json:"d"`
	}
	decoder := json.NewDecoder(bytes.NewReader(a.Body))
	decoder.UseNumber()
	if err := decoder.Decode(&body); err != nil {
		return nil, fmt.Errorf("the answer is no JSON of OData v2: %w", err)
	}
	if err := jsonrecord.Check(a.Body); err != nil {
		return nil, fmt.Errorf("the answer is no JSON of OData v2: %w", err)
	}
	if body.D == nil || body.D.Results == nil {
		return nil, errors.New("found no d.results in the answer, expected a list of persons of OData v2")
	}
	p := &page{persons: *body.D.Results, total: -1, next: body.D.Next}
	if body.D.Count != "" {
		n, err := body.D.Count.Int64()
		if err != nil || n < 0 {
			return nil, fmt.Errorf("found the count %s, expected a number", source.Quote(body.D.Count.String()))
		}
		p.total = int(n)
	}
	return p, nil
}

// expired reports whether an error of a further page says that the snapshot it
// belongs to is gone: reading has to begin again.
func expired(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && (r.status == http.StatusBadRequest || r.status == http.StatusNotFound) && !strings.Contains(r.code, "PROPERTY")
}
