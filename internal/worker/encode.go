// SPDX-License-Identifier: MPL-2.0

package worker

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/canonical"
	"terraform-provider-workforce/internal/expression"
)

// MarshalJSON writes the worker with null for every key that is absent, and problems only
// where there are some.
func (w Worker) MarshalJSON() ([]byte, error) {
	return new(encoder).worker(nil, &w)
}

// Marshal writes the canonical workers document: sorted by worker id, the
// attributes of a worker by name, no white space.
func (p Population) Marshal() (string, error) {
	var (
		e   encoder
		out strings.Builder // gives its bytes away as a string, without a copy of all of them
		one []byte
		err error
	)
	out.WriteByte('{')
	for i, id := range p.IDs() {
		one = one[:0]
		if i > 0 {
			one = append(one, ',')
		}
		if i == sample {
			// Documents reach a hundred megabytes: growing by doubling would
			// copy all of it again and again.
			out.Grow(out.Len() / sample * (len(p) - sample) * 11 / 10)
		}
		w := p[id]
		if w == nil {
			return "", fmt.Errorf("worker %q is nil", id)
		}
		if one, err = e.worker(append(canonical.AppendString(one, id), ':'), w); err != nil {
			return "", fmt.Errorf("worker %q: %w", id, err)
		}
		out.Write(one)
	}
	out.WriteByte('}')
	return out.String(), nil
}

// sample is how many workers are written before the size of the rest is guessed.
const sample = 100

// encoder writes workers by hand, see [canonical]. The bytes are those that
// encoding/json gives for document without HTML escapes.
type encoder struct {
	names []string // the attributes of the worker before: most workers have the same
}

func (e *encoder) worker(out []byte, w *Worker) ([]byte, error) {
	out = append(out, `{"worker_id":`...)
	out = canonical.AppendString(out, w.ID)
	for _, f := range [...]struct{ key, text string }{
		{`,"status":`, w.Status}, {`,"worker_type":`, w.Type}, {`,"hire_date":`, string(w.HireDate)},
		{`,"termination_date":`, string(w.TerminationDate)}, {`,"last_day_of_work":`, string(w.LastDayOfWork)},
	} {
		out = appendNullable(append(out, f.key...), f.text)
	}
	out = append(out, `,"on_leave":`...)
	switch {
	case w.OnLeave == nil:
		out = append(out, "null"...)
	case *w.OnLeave:
		out = append(out, "true"...)
	default:
		out = append(out, "false"...)
	}
	out = appendNullable(append(out, `,"manager_id":`...), w.ManagerID)
	out = appendNullable(append(out, `,"time_zone":`...), w.TimeZone)
	out, err := e.attributes(append(out, `,"attributes":{`...), w.Attributes)
	if out = append(out, '}'); len(w.Problems) > 0 {
		out = canonical.AppendList(append(out, `,"problems":`...), w.Problems)
	}
	return append(out, '}'), err
}

func (e *encoder) attributes(out []byte, attributes map[string]expression.Value) ([]byte, error) {
	same := len(e.names) == len(attributes)
	for i := 0; same && i < len(e.names); i++ {
		_, same = attributes[e.names[i]]
	}
	if !same {
		e.names = slices.AppendSeq(e.names[:0], maps.Keys(attributes))
		slices.Sort(e.names)
	}
	for i, name := range e.names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(canonical.AppendString(out, name), ':')
		switch v := attributes[name]; v.Kind() {
		case expression.KindNull:
			out = append(out, "null"...)
		case expression.KindString:
			out = canonical.AppendString(out, v.Text())
		case expression.KindList:
			out = canonical.AppendList(out, v.Strings())
		default:
			return nil, fmt.Errorf("attributes.%s: %s is an instruction of a rule, expected a value", name, v.Kind())
		}
	}
	return out, nil
}

func appendNullable(out []byte, s string) []byte {
	if s == "" {
		return append(out, "null"...)
	}
	return canonical.AppendString(out, s)
}
