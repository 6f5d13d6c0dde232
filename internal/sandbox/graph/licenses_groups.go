// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"maps"
	"net/http"
	"slices"
)

// processing is how often somebody asks for the state of group licensing before a change has reached the members.
const processing = 2

var licenseGroup = []string{"LicenseAssignment.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"}

// assignGroupLicense changes the licences of a group. The answer says that they were taken over: members have them later.
// https://learn.microsoft.com/graph/api/group-assignlicense
func assignGroupLicense(s *Server, c *call) (*answer, error) {
	e, f := s.find(kindGroup, c.param(0))
	if f != nil {
		return nil, f
	}
	add, remove, f := licenseChange(c)
	switch {
	case f != nil:
		return nil, f
	case e.props["securityEnabled"] != true:
		return nil, badRequest("Group-based licensing is available for groups that are security-enabled only.")
	}
	have := licensesOf(e)
	for _, v := range remove {
		id, _ := v.(string)
		if have[fold(id)] == nil {
			return nil, badRequest("Group does not have a corresponding license.")
		}
		delete(have, fold(id))
	}
	for _, v := range add {
		l, f := s.licence(v)
		if f != nil {
			return nil, f
		}
		have[at[string](l, "skuId")] = l
	}
	var assigned []any
	for _, id := range slices.Sorted(maps.Keys(have)) {
		assigned = append(assigned, have[id])
	}
	e.set("assignedLicenses", assigned)
	if e.processing = processing; assigned == nil {
		delete(e.props, "assignedLicenses")
	}
	s.store.touch(e)
	body := s.render(e, nil)
	body["@odata.context"] = s.context("groups/$entity")
	return &answer{status: http.StatusAccepted, body: body}, nil
}

// process goes on with what a change of a group's licences means for its members.
func (s *Server) process(e *entry) object {
	state := "ProcessingComplete"
	switch e.processing {
	case 0:
		if e.props["assignedLicenses"] == nil && !s.store.licensed[e] {
			return nil
		}
	case processing:
		state = "QueuedForProcessing"
		e.processing--
	default:
		state = "ProcessingInProgress"
		if e.processing--; e.processing == 0 {
			s.passOn(e)
		}
	}
	return object{"state": state}
}

// passOn gives the licences of a group to its members.
func (s *Server) passOn(e *entry) {
	s.store.licensed[e] = true
	delete(e.props, "hasMembersWithLicenseErrors")
	s.inherit(e, e.members.order...)
}

// inherit gives members, or former ones, the licences that they have through groups. Groups in groups pass on nothing.
func (s *Server) inherit(e *entry, members ...string) {
	if !s.store.licensed[e] {
		return
	}
	for _, id := range slices.Clone(members) {
		if m := s.store.entries[id]; m != nil && m.kind == kindUser && m.deleted.IsZero() {
			s.relicense(m)
		}
	}
}

// ProcessLicenses ends the processing of the licences of all groups.
func (s *Server) ProcessLicenses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.store.all(kindGroup, false) {
		if e.processing > 0 {
			e.processing = 0
			s.passOn(e)
		}
	}
}

// AssignLicense gives a user a licence as an administrator does by hand, by skuId and the ids of the plans that are off.
func (s *Server) AssignLicense(user, sku string, disabled ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	off := []any{}
	for _, plan := range disabled {
		off = append(off, plan)
	}
	e := s.must(user)
	if e.direct == nil {
		e.direct = map[string]object{}
	}
	e.direct[fold(sku)] = object{"skuId": fold(sku), "disabledPlans": off}
	s.relicense(e)
}

// RemoveLicense takes a licence from a user as an administrator does by hand, by skuId.
func (s *Server) RemoveLicense(user, sku string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.must(user)
	delete(e.direct, fold(sku))
	s.relicense(e)
}

// unlicensed is what keeps a licence from working: the state, and the word for why.
type unlicensed struct{ state, word string }

// FaultLicense puts a licence of a user, which it has by itself or gets later, into a state such as ActiveWithError for a
// reason such as DependencyViolation. Without a state it works again.
// https://learn.microsoft.com/graph/api/resources/licenseassignmentstate
func (s *Server) FaultLicense(user, sku, state, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.must(user)
	if e.faults == nil {
		e.faults = map[string]unlicensed{}
	}
	if e.faults[fold(sku)] = (unlicensed{state, word}); state == "" {
		delete(e.faults, fold(sku))
	}
	s.relicense(e)
}
