// SPDX-License-Identifier: MPL-2.0

// Package adp reads workers from ADP Workforce Now (Workers API v2), which is
// asked over mutual TLS and ends a list with 204 No Content.
package adp

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/jsonrecord"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/web"
)

// What Transform puts into each record beside what ADP answers.
const (
	// Primary is the primary work assignment.
	Primary = "primaryWorkAssignment"
	// Manager is the one of its reportsTo that Config.ManagerRelationship chooses.
	Manager = "manager"
)

// DefaultFields says which values fill canonical keys that Spec.Fields does not name.
var DefaultFields = source.Fields{"worker_id": "workerID.idValue", "status": "workerStatus.statusCode.codeValue", "worker_type": Primary + ".workerTypeCode.codeValue",
	"hire_date": "workerDates.originalHireDate", "termination_date": "workerDates.terminationDate", "manager_id": Manager + ".associateOID"}

// NoDate are the values that mean no date, if Spec.NoDate names none.
var NoDate = append(slices.Clone(source.DefaultNoDate), "2099-12-31")

// DefaultAttributes are read when neither attributes nor columns are named.
var DefaultAttributes = []string{"associateOID", "person.legalName.givenName", "person.legalName.familyName1", "person.legalName.formattedName", Primary + ".jobTitle", "businessCommunication.emails.0.emailUri"}

// Config says whose data is read.
type Config struct {
	// Web.URL is https://api.adp.com if empty, and Web has the client's
	// certificate. Web.Auth is set by the client's credentials.
	Web web.Config
	// TokenURL is https://accounts.adp.com/auth/oauth/v2/token if empty; if Web.URL is
	// that of another host of ADP, api.eu.adp.com for instance, the one that belongs to it.
	TokenURL, ClientID, ClientSecret string
	// Query are further parameters, such as $filter.
	Query map[string]string
	// Columns names columns by their paths in a worker, where the primary work
	// assignment is at primaryWorkAssignment and the manager at manager.
	Columns map[string]string
	// PageSize is how many workers are asked for at once; 100, the most there can be, if 0.
	PageSize int
	// ManagerRelationship is the reportsToRelationshipCode of managers. If empty, a
	// worker who reports to several is an error.
	ManagerRelationship string
}

const maxPageSize = 100

// Read reads the workers.
func Read(ctx context.Context, c Config, s source.Spec) (*source.Result, error) {
	if c.Web.URL == "" {
		c.Web.URL = "https://api.adp.com"
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return nil, errors.New("found no client id or no client secret, expected both, as ADP issues them for a project")
	}
	if c.Web.ClientCertificateFile == "" && c.Web.ClientCertificatePEM == "" {
		return nil, errors.New("found no client certificate, expected the one that ADP signed: it is asked for at sign-in and with each request (mutual TLS)")
	}
	if c.PageSize < 0 || c.PageSize > maxPageSize {
		return nil, fmt.Errorf("page_size: found %d, expected 1 to %d", c.PageSize, maxPageSize)
	}
	if c.PageSize == 0 {
		c.PageSize = maxPageSize
	}
	c.Web.Auth = web.Auth{OAuth2: &web.OAuth2{TokenURL: c.tokenURL(), ClientID: c.ClientID, ClientSecret: c.ClientSecret, InHeader: true}}
	fields := maps.Clone(DefaultFields)
	maps.Copy(fields, s.Fields)
	s.Fields = fields
	if s.NoDate == nil {
		s.NoDate = NoDate
	}
	var optional []string
	if s.Attributes == nil && c.Columns == nil {
		s.Attributes, optional = DefaultAttributes, DefaultAttributes
	}
	return rest.Read(ctx, rest.Config{
		Web: c.Web, Path: "hr/v2/workers", Query: c.Query, Records: "workers", Columns: c.Columns, Optional: optional,
		References: map[string]string{"": "associateOID"},
		Paging:     rest.Paging{Kind: rest.Offset, Parameter: "$skip", SizeParameter: "$top", Size: c.PageSize, Total: "meta.totalNumber", TotalOptional: true},
		Transform:  c.transformer(s),
	}, s)
}

// tokenURL returns where tokens come from: accounts.eu.adp.com belongs to api.eu.adp.com.
func (c Config) tokenURL() string {
	if c.TokenURL != "" {
		return c.TokenURL
	}
	if host, ok := strings.CutPrefix(c.Web.URL, "https://api."); ok && strings.HasSuffix(strings.TrimSuffix(host, "/"), "adp.com") {
		return "https://accounts." + strings.TrimSuffix(host, "/") + "/auth/oauth/v2/token"
	}
	return "https://accounts.adp.com/auth/oauth/v2/token"
}

// transformer returns what adds the primary assignment and the manager, where a column is below them.
func (c Config) transformer(s source.Spec) func(any) (any, error) {
	paths := slices.Collect(maps.Values(c.Columns))
	for _, name := range jsonrecord.Names(s) {
		if _, renamed := c.Columns[name]; !renamed {
			paths = append(paths, name)
		}
	}
	below := func(key string) bool {
		return slices.ContainsFunc(paths, func(path string) bool {
			return strings.HasPrefix(strings.TrimPrefix(path, "$."), key)
		})
	}
	needManager := below(Manager)
	if !needManager && !below(Primary) {
		return nil
	}
	return func(record any) (any, error) {
		worker, ok := record.(map[string]any)
		if !ok {
			return record, nil
		}
		assignment, err := primary(worker)
		if err != nil || assignment == nil {
			return worker, err
		}
		worker[Primary] = assignment
		if needManager {
			if manager, err := c.manager(worker, assignment); err != nil {
				return nil, err
			} else if manager != nil {
				worker[Manager] = manager
			}
		}
		return worker, nil
	}
}

// primary returns the work assignment that is marked as primary, or the only one there is.
func primary(worker map[string]any) (map[string]any, error) {
	list, _ := worker["workAssignments"].([]any)
	var found []map[string]any
	for _, element := range list {
		assignment, _ := element.(map[string]any)
		if is, _ := assignment["primaryIndicator"].(bool); is || len(list) == 1 && assignment != nil {
			found = append(found, assignment)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(list) == 0:
		return nil, nil
	}
	return nil, fmt.Errorf("%s: found %d work assignments, %d of them primary, expected one primary (primaryIndicator): read the wanted one by its number, such as workAssignments.0.jobTitle", name(worker), len(list), len(found))
}

// manager returns whom the worker reports to.
func (c Config) manager(worker, assignment map[string]any) (any, error) {
	list, _ := assignment["reportsTo"].([]any)
	var found []any
	var codes []string
	for _, element := range list {
		superior, _ := element.(map[string]any)
		relationship, _ := superior["reportsToRelationshipCode"].(map[string]any)
		code, _ := relationship["codeValue"].(string)
		codes = append(codes, code)
		if c.ManagerRelationship == "" || code == c.ManagerRelationship {
			found = append(found, superior)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return nil, nil
	}
	return nil, fmt.Errorf("%s: found %d superiors with the relationship codes %q, expected one: say by manager_relationship which code managers have", name(worker), len(found), codes)
}

// name calls a worker in messages.
func name(worker map[string]any) string {
	id, _ := worker["workerID"].(map[string]any)
	return fmt.Sprintf("worker %v (associateOID %v)", id["idValue"], worker["associateOID"])
}
