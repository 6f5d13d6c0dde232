// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"net/url"
	"slices"
	"strings"
)

// referenced resolves the address of an object in a body: "https://…/v1.0/users/{id}"
// or …/directoryObjects/{id}.
func (s *Server) referenced(value any, kinds ...string) (*entry, *failure) {
	text, isText := value.(string)
	if !isText {
		return nil, malformed("Invalid URL format specified in payload.")
	}
	u, err := url.Parse(text)
	if err != nil {
		return nil, malformed("Invalid URL format specified in payload.")
	}
	segments, f := split(strings.TrimPrefix(strings.TrimPrefix(u.EscapedPath(), "/v1.0"), "/beta"))
	if f != nil || len(segments) != 2 || !slices.Contains([]string{"users", "groups", "directoryobjects", "serviceprincipals"}, fold(segments[0])) {
		return nil, badRequest("Unsupported resource type specified in the reference '%s'.", text)
	}
	if fold(segments[1]) == s.store.principal && slices.Contains(kinds, kindApplication) {
		return s.store.app, nil
	}
	for _, kind := range kinds {
		if e := s.store.locate(kind, segments[1]); e != nil {
			if !e.sees(s.now()) {
				return nil, badRequest("The reference target '%s' of type 'User' is not a valid reference update.", segments[1])
			}
			return e, nil
		}
	}
	return nil, notFound(segments[1])
}
