// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

// now is the present of the company.
var now = company.DefaultDate.Add(9 * time.Hour)

// tenant starts a tenant with a company of n people.
func tenant(t testing.TB, n int) (*workday.Server, Config) {
	t.Helper()
	s := workday.New(company.New(7, n))
	return s, serve(t, s)
}

// serve serves a tenant, and returns how to read it.
func serve(t testing.TB, s *workday.Server) Config {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return Config{Web: web.Config{URL: server.URL, Retries: -1}, Tenant: workday.Tenant, Username: workday.User, Password: workday.Password}
}

// zones are the time zones of the company's sites.
func zones(c *company.Company) map[string]string {
	m := map[string]string{}
	for _, w := range c.Workers {
		m[workday.LocationID(w)] = w.TimeZone
	}
	return m
}

// TestSamePeople reads a company, and finds everyone as HR has them.
func TestSamePeople(t *testing.T) {
	for _, version := range []string{"v21.1", "v44.2"} {
		s, c := tenant(t, 1200)
		c.Version, c.HorizonDays, c.PageSize = version, 70, 250
		got, err := Read(context.Background(), c, source.Spec{TimeZones: zones(s.Company)}, now)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Workers) != 1200 || len(got.Warnings) > 0 || len(got.LeftOut) > 0 {
			t.Fatalf("%s: got %d workers, warnings %q, left out %q", version, len(got.Workers), got.Warnings, got.LeftOut)
		}
		wrong := 0
		for _, want := range s.Company.Workers {
			if differences := compare(got, want); len(differences) > 0 {
				if wrong++; wrong < 5 {
					t.Errorf("%s: worker %s: %s", version, want.ID, strings.Join(differences, "; "))
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of 1200 workers differ", version, wrong)
		}
	}
}

// compare holds a worker against the company's record.
func compare(got *source.Result, want *company.Worker) (differences []string) {
	w := got.Workers[want.ID]
	if w == nil {
		return []string{"missing"}
	}
	check := func(what, got, want string) {
		if got != want {
			differences = append(differences, fmt.Sprintf("%s is %q, want %q", what, got, want))
		}
	}
	status := map[string]string{"Active": "Active", "Inactive": "Terminated"}[want.Status]
	check("status", w.Status, status)
	check("worker_type", w.Type, map[string]string{"Employee": "Employee", "Contractor": "Contingent Worker"}[want.Type])
	check("hire_date", string(w.HireDate), want.HireDate)
	check("termination_date", string(w.TerminationDate), want.TerminationDate)
	check("last_day_of_work", string(w.LastDayOfWork), want.LastDayOfWork)
	check("manager_id", w.ManagerID, want.ManagerID)
	check("time_zone", w.TimeZone, want.TimeZone)
	if w.OnLeave == nil || *w.OnLeave != want.OnLeave {
		differences = append(differences, "on_leave")
	}
	attribute := func(name, want string) { check(name, w.Attributes[name].Text(), strings.TrimSpace(want)) }
	attribute("FirstName", want.FirstName)
	attribute("LastName", want.LastName)
	attribute("Company", want.Company)
	attribute("SupervisoryOrganization", want.Department)
	attribute("BusinessTitle", want.JobTitle)
	attribute("AddressLineData", want.StreetAddress)
	attribute("Municipality", want.City)
	attribute("PostalCode", want.PostalCode)
	attribute("CountryReferenceTwoLetter", want.CountryCode)
	attribute("EmailAddress", "w"+want.ID+"@example.com")
	attribute("PrimaryWorkTelephone", want.OfficePhone)
	attribute("Mobile", want.Mobile)
	attribute("UserID", "u"+want.ID)
	attribute("ManagerReference", want.ManagerID)
	attribute("WID", workday.WID(want.ID))
	attribute("StatusHireDate", want.HireDate+"-08:00")
	if leave := w.Attributes["LeaveAbsenceType"].Text(); want.OnLeave != (leave == "PARENTAL") {
		differences = append(differences, "LeaveAbsenceType "+leave)
	}
	if want.Type == "Contractor" {
		attribute("ContingentWorkerID", want.ID)
		attribute("WorkerType", "Independent Contractor")
	} else {
		attribute("EmployeeID", want.ID)
		attribute("WorkerType", "Regular")
	}
	return differences
}

func text(v expression.Value) string { return strings.Join(v.Strings(), "|") }
