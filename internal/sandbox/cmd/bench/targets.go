// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"terraform-provider-workforce/internal/entra"
	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// target is a directory to measure with.
type target struct {
	title, resource string
	documents       func(people int, department string) map[string]string
	// prefix starts the names of its resources.
	prefix string
	// rules are twenty attributes, most of them expressions.
	rules func() mapping.Rules
	// bare writes accounts into a new directory with a client that checks nothing, and returns how long that took.
	bare func(ctx context.Context, accounts []*bareAccount) (time.Duration, error)
	// start makes a new directory.
	start func() (*instance, error)
}

// instance is a directory to measure with.
type instance struct {
	env   []string // points the provider at it
	meter meter
	stop  func()
	// user and group make objects without the provider, user by worker id.
	user, group func(name string)
}

// meter reads how often each kind of request came.
type meter func() counts

type counts []count

type count struct {
	what string
	n    int64
}

func (c counts) since(b counts) string { return c.minus(b).String() }

func (c counts) minus(b counts) counts {
	out := slices.Clone(c)
	for i := range out {
		out[i].n -= b[i].n
	}
	return out
}

func (c counts) String() string {
	parts := make([]string, len(c))
	for i := range c {
		parts[i] = fmt.Sprintf("%d %s", c[i].n, c[i].what)
	}
	return strings.Join(parts, ", ")
}

var activeDirectory = target{"directory in memory over LDAPS", "workforce_ad_population", documents,
	"ad", rules, bareLDAP, func() (*instance, error) {
		s, err := memdir.Start(container)
		if err != nil {
			return nil, err
		}
		env := []string{"WORKFORCE_AD_URL=" + s.URL(), "WORKFORCE_AD_CA_CERTIFICATE_PEM=" + s.CAPEM(),
			"WORKFORCE_AD_USERNAME=bench@corp.example.com", "WORKFORCE_AD_PASSWORD=bench"}
		return &instance{env: env, meter: func() counts {
			return counts{{"searches", s.Searches.Load()}, {"adds", s.Adds.Load()}, {"modifies", s.Modifies.Load()}, {"renames", s.Renames.Load()}}
		}, stop: s.Close, user: func(id string) {
			s.PutUser("CN="+id+","+container, map[string]string{"employeeID": id, "sAMAccountName": "p" + id})
		},
			group: func(name string) { s.PutGroup("CN="+name+","+container, name) }}, nil
	}}

var entraID = target{"a tenant of the sandbox, without limits", "workforce_entra_population", cloudDocuments,
	"entra", cloudRules, bareGraph, func() (*instance, error) {
		s, err := graph.Start(graph.Options{})
		if err != nil {
			return nil, err
		}
		env := []string{"WORKFORCE_ENTRA_TENANT_ID=" + s.TenantID(), "WORKFORCE_ENTRA_CLIENT_ID=" + s.ClientID(),
			"WORKFORCE_ENTRA_CLIENT_SECRET=" + s.ClientSecret(),
			"WORKFORCE_ENTRA_GRAPH_ENDPOINT=" + s.URL(), "WORKFORCE_ENTRA_AUTHORITY_HOST=" + s.URL(),
			"WORKFORCE_ENTRA_CA_CERTIFICATE_PEM=" + string(s.CAPEM())}
		return &instance{env: env, meter: func() counts {
			x := s.Stats()
			return counts{{"requests", int64(x.Requests)}, {"of them batches", int64(x.Batches)}, {"writes", int64(x.Writes)}}
		}, stop: s.Close, user: func(id string) {
			s.AddUser(map[string]any{"userPrincipalName": id + "@example.com", "displayName": id, "mailNickname": id, "employeeId": id})
		}, group: func(name string) { s.AddGroup(map[string]any{"displayName": name, "mailNickname": name}) }}, nil
	}}

// cloudDocuments returns documents of users with as many attributes as documents has.
func cloudDocuments(people int, department string) map[string]string {
	docs := make(map[string]string, people)
	for i := range people {
		id := fmt.Sprintf("%06d", i+1)
		manager := "null"
		if i > 0 {
			manager = fmt.Sprintf("%q", fmt.Sprintf("%06d", i/10+1))
		}
		dept := "Sales"
		if i%100 == 0 {
			dept = department
		}
		docs[id] = fmt.Sprintf(`{"attributes":{"businessPhones":"+4930%[2]s","city":"Berlin","companyName":"Example","country":"Germany","department":%[1]q,"employeeHireDate":"2020-01-01","employeeId":%[2]q,"employeeOrgData/division":"Retail","employeeType":"Employee","givenName":"Person","jobTitle":"Clerk","officeLocation":"HQ","surname":"N%[2]s","usageLocation":"DE"},"display_name":"Person %[2]s","enabled":true,"mail_nickname":"p%[2]s","manager":%[3]s,"user_principal_name":"p%[2]s@example.com"}`,
			dept, id, manager)
	}
	return docs
}

// cloudRules are twenty attributes of users, most of them expressions.
func cloudRules() mapping.Rules {
	expression := func(s string) mapping.AttributeRule { return mapping.AttributeRule{Expression: s} }
	r := rules()
	return mapping.Rules{
		Target: entra.Format.Target,
		Match:  []mapping.MatchRule{{All: []mapping.MatchCondition{{Source: "worker_id", Target: "employeeId"}}}},
		// Microsoft Entra ID takes no two dots in a row, and none at an end.
		Expressions: map[string]string{"login": `Replace(Replace(` + r.Expressions["login"] + `, , "[.]+", , ".", , ), , "^[.]|[.]$", , "", , )`},
		Attributes: map[string]mapping.AttributeRule{
			"employeeId": {Source: "worker_id"},
			"userPrincipalName": expression(`SelectUniqueValue(Join("@", Use("login"), "example.com"), ` +
				`Join("", Use("login"), Counter(), "@example.com"))`),
			"mailNickname":               expression(`SelectUniqueValue(Use("login"), Join("", Use("login"), Counter()))`),
			"displayName":                r.Attributes["displayName"],
			"givenName":                  r.Attributes["givenName"],
			"surname":                    r.Attributes["sn"],
			"jobTitle":                   r.Attributes["title"],
			"department":                 r.Attributes["department"],
			"employeeOrgData/division":   {Source: "Division"},
			"employeeOrgData/costCenter": {Source: "CostCenter"},
			"companyName":                {Source: "Company"},
			"employeeType":               r.Attributes["employeeType"],
			"employeeHireDate":           {Source: "hire_date"},
			"city":                       {Source: "City"},
			"country":                    expression(`Country([CountryCode], "name")`),
			"usageLocation":              expression(`Country([CountryCode], "alpha2")`),
			"businessPhones":             r.Attributes["telephoneNumber"],
			"officeLocation":             r.Attributes["physicalDeliveryOfficeName"],
			"preferredLanguage":          expression(`Switch([CountryCode], "en-US", "DE", "de-DE", "JP", "ja-JP")`),
			"manager":                    {Source: "manager_id"},
		},
	}
}
