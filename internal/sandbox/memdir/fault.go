// SPDX-License-Identifier: MPL-2.0

package memdir

import ber "github.com/go-asn1-ber/asn1-ber"

// Request is a write that a client asks for.
type Request struct {
	Op         string // "add", "modify", "delete" or "rename"
	DN         string
	Attributes []string // those of an add or a modify
	// Values are the values of each that an add or a modify brings, by attribute.
	Values map[string][]string
}

// Verdict is what happens to a request. The zero value lets it be.
type Verdict struct {
	// Code is the result code of the answer, such as 51 for busy; 0 for that of the work.
	Code int64
	// Undone says that the request is not carried out.
	Undone bool
	// Lost says that the answer never comes: the connection breaks.
	Lost bool
}

// Intercept lets f decide about every write, one at a time; nil ends that.
func (s *Server) Intercept(f func(Request) Verdict) {
	s.faults.Lock()
	defer s.faults.Unlock()
	s.intercept = f
}

func (s *Server) verdictOn(name string, op *ber.Packet) Verdict {
	s.faults.Lock()
	defer s.faults.Unlock()
	if s.intercept == nil {
		return Verdict{}
	}
	r := Request{Op: name, Values: map[string][]string{}}
	if name == "delete" {
		r.DN = op.Data.String()
	} else {
		r.DN = text(op.Children[0])
	}
	switch name {
	case "add":
		for _, a := range op.Children[1].Children {
			r.bring(a)
		}
	case "modify":
		for _, c := range op.Children[1].Children {
			r.bring(c.Children[1])
		}
	}
	return s.intercept(r)
}

// bring notes an attribute with its values.
func (r *Request) bring(attribute *ber.Packet) {
	name := text(attribute.Children[0])
	r.Attributes, r.Values[name] = append(r.Attributes, name), append(r.Values[name], values(attribute.Children[1])...)
}

// Hang breaks all connections, and accepts none until it is called with false: so it
// is for a process that is killed, or whose network is gone.
func (s *Server) Hang(up bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hung = up
	if up {
		for c := range s.conns {
			_ = c.Close()
		}
	}
}

// Disconnect breaks all connections, as when the client's process ends.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}
