// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source"
)

// TestRequests counts requests, and holds their moments and response groups
// against what is needed.
func TestRequests(t *testing.T) {
	s, c := tenant(t, 1000)
	c.PageSize = 250
	spec := source.Spec{Attributes: []string{"FirstName", "Company"}}
	if _, err := Read(context.Background(), c, spec, now); err != nil {
		t.Fatal(err)
	}
	calls := s.Calls()
	pages := (started(s.Company) + 249) / 250
	if len(calls) != pages {
		t.Errorf("got %d requests, want %d: one a page", len(calls), pages)
	}
	groups := []string{"Include_Reference", "Include_Personal_Information", "Include_Employment_Information", "Include_Organizations", "Exclude_Organization_Support_Role_Data",
		"Exclude_Location_Hierarchies", "Exclude_Cost_Centers", "Exclude_Cost_Center_Hierarchies", "Exclude_Company_Hierarchies", "Exclude_Matrix_Organizations", "Exclude_Pay_Groups",
		"Exclude_Regions", "Exclude_Region_Hierarchies", "Exclude_Supervisory_Organizations", "Exclude_Teams", "Exclude_Custom_Organizations", "Include_Management_Chain_Data"}
	for _, one := range calls {
		if one.Effective != "2026-01-15" || one.Entry != calls[0].Entry || !strings.HasPrefix(one.Entry, "2026-01-15T09:00:") {
			t.Errorf("page %d is as of %s, entered by %s", one.Page, one.Effective, one.Entry)
		}
		if !slices.Equal(one.Groups, groups) {
			t.Errorf("page %d: got the groups %q, want %q", one.Page, one.Groups, groups)
		}
	}
}

// started counts who has started.
func started(c *company.Company) (n int) {
	for _, w := range c.Workers {
		if w.HireDate <= c.AsOf.Format(time.DateOnly) {
			n++
		}
	}
	return n
}

func TestGroups(t *testing.T) {
	const path = "wd:Worker/wd:Worker_Data/"
	for _, tt := range []struct {
		spec   source.Spec
		xpaths map[string]string
		want   string
	}{
		{source.Spec{Attributes: []string{"UserID"}}, nil, "Reference Employment_Information Management_Chain_Data"},
		{source.Spec{Attributes: []string{"UserID"}, Fields: source.Fields{"manager_id": ""}}, nil, "Reference Employment_Information"},
		{source.Spec{Attributes: []string{}, Fields: source.Fields{"manager_id": "", "worker_id": "EmailAddress"}}, nil, "Reference Personal_Information Employment_Information"},
		{source.Spec{Attributes: []string{"TransactionLogData"}}, nil, "Reference Employment_Information Management_Chain_Data Transaction_Log_Data"},
		{source.Spec{Attributes: []string{"X"}}, map[string]string{"X": path + "wd:User_Account_Data/wd:User_Name/text()"}, "Reference Employment_Information Management_Chain_Data User_Account"},
		{source.Spec{Attributes: []string{"X"}}, map[string]string{"X": path + "wd:Employment_Data/wd:Worker_Job_Data[@wd:Primary_Job=0]/wd:Position_Data/wd:Business_Title"}, "Reference Additional_Jobs Employment_Information Management_Chain_Data"},
		{source.Spec{Attributes: []string{"X"}}, map[string]string{"X": path + "wd:Organization_Data/wd:Worker_Organization_Data[1]/wd:Organization_Reference/@wd:Descriptor"}, "Reference Employment_Information Organizations Management_Chain_Data"},
		{source.Spec{Attributes: []string{"X"}}, map[string]string{"X": "//wd:Municipality"}, "Reference Personal_Information Employment_Information Organizations Management_Chain_Data"},
		{source.Spec{Attributes: []string{"UserID"}}, map[string]string{"X": "//wd:Municipality"}, "Reference Employment_Information Management_Chain_Data"},
		{source.Spec{Attributes: []string{"UserID"}, MinFilled: map[string]float64{"Mobile": 0.5}}, nil, "Reference Personal_Information Employment_Information Management_Chain_Data"},
	} {
		c := Config{XPaths: tt.xpaths, version: 44.2}
		p, err := c.plan(tt.spec)
		if err != nil {
			t.Errorf("%v: %v", tt.xpaths, err)
			continue
		}
		var got []string
		for _, group := range p.groups {
			if name, include := strings.CutPrefix(group, "Include_"); include {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%v %v: got %q, want %q", tt.spec.Attributes, tt.xpaths, got, tt.want)
		}
	}
}

// TestSelection reads some kinds of workers only.
func TestSelection(t *testing.T) {
	count := func(keep func(w *company.Worker) bool, c *company.Company) (n int) {
		for _, w := range c.Workers {
			if w.HireDate <= "2026-01-15" && keep(w) {
				n++
			}
		}
		return n
	}
	for _, tt := range []struct {
		name string
		set  func(*Config)
		keep func(w *company.Worker) bool
	}{
		{"all", func(*Config) {}, func(*company.Worker) bool { return true }},
		{"employees", func(c *Config) { c.ExcludeContingentWorkers = true }, func(w *company.Worker) bool { return w.Type == "Employee" }},
		{"contingent", func(c *Config) { c.ExcludeEmployees = true }, func(w *company.Worker) bool { return w.Type == "Contractor" }},
		{"active", func(c *Config) { c.ExcludeInactive = true }, func(w *company.Worker) bool { return w.Status == "Active" }},
	} {
		s, c := tenant(t, 400)
		tt.set(&c)
		got, err := Read(context.Background(), c, source.Spec{Attributes: []string{}}, now)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if want := count(tt.keep, s.Company); len(got.Workers) != want || want == 0 {
			t.Errorf("%s: got %d workers, want %d", tt.name, len(got.Workers), want)
		}
	}
}

// TestHorizon looks ahead: at joiners, at people who return and at leavers.
func TestHorizon(t *testing.T) {
	base := company.New(7, 16)
	for _, w := range base.Workers {
		w.HireDate, w.TerminationDate, w.LastDayOfWork, w.Status, w.Type, w.OnLeave = "2020-01-01", "", "", "Active", "Employee", false
	}
	at := func(i int) *company.Worker { return base.Workers[i] }
	at(1).HireDate, at(1).JobTitle = "2026-01-25", "Trainee"                                                                        // starts, with another title later
	at(2).HireDate = "2026-03-01"                                                                                                   // beyond the horizon
	at(3).TerminationDate, at(3).LastDayOfWork = "2026-01-30", "2026-01-20"                                                         // leaves
	at(4).TerminationDate, at(4).LastDayOfWork = "2026-06-30", "2026-06-30"                                                         // leaves beyond the horizon
	at(5).TerminationDate, at(5).LastDayOfWork, at(5).Status = "2025-12-31", "2025-12-31", "Inactive"                               // has left, returns
	at(6).Type, at(6).TerminationDate, at(6).LastDayOfWork = "Contractor", "2026-09-30", "2026-09-30"                               // has a contract
	at(7).TerminationDate, at(7).LastDayOfWork, at(7).Status = "2025-06-30", "2025-06-30", "Inactive"                               // has left
	at(9).HireDate, at(9).Type, at(9).TerminationDate, at(9).LastDayOfWork = "2026-02-01", "Contractor", "2026-12-31", "2026-12-31" // starts for a contract
	at(10).HireDate, at(10).TerminationDate, at(10).LastDayOfWork = "2026-01-25", "2026-02-10", "2026-02-10"                        // starts, and leaves soon after
	for _, hidden := range []bool{true, false} {
		s := workday.New(base)
		s.ShowFutureHires = !hidden
		s.Change(workday.Change{WorkerID: at(1).ID, Effective: "2026-02-05", Apply: func(w *company.Worker) { w.JobTitle = "Engineer" }})
		s.Change(workday.Change{WorkerID: at(5).ID, Effective: "2026-01-26", Apply: func(w *company.Worker) {
			w.HireDate, w.TerminationDate, w.LastDayOfWork = "2026-01-26", "", ""
		}})
		s.Change(workday.Change{WorkerID: at(8).ID, Effective: "2026-02-01", Apply: func(w *company.Worker) { w.LastName = "Married" }})
		c := serve(t, s)
		c.HorizonDays = 30
		got, err := Read(context.Background(), c, source.Spec{Attributes: []string{"BusinessTitle", "LastName"}}, now)
		if err != nil {
			t.Fatal(err)
		}
		line := func(i int) string {
			w := got.Workers[at(i).ID]
			if w == nil {
				return "nobody"
			}
			return fmt.Sprintf("%s %s %s %s", w.Status, w.HireDate, w.TerminationDate, w.LastDayOfWork)
		}
		far := "nobody"
		if !hidden {
			far = "Inactive 2026-03-01  "
		}
		for i, want := range map[int]string{
			1: "Active 2026-01-25  ", 2: far, 3: "Active 2020-01-01 2026-01-30 2026-01-20", 4: "Active 2020-01-01  ", 5: "Active 2026-01-26  ",
			6: "Active 2020-01-01 2026-09-30 2026-09-30", 7: "Terminated 2020-01-01 2025-06-30 2025-06-30", 8: "Active 2020-01-01  ", 9: "Active 2026-02-01 2026-12-31 2026-12-31",
			10: "Active 2026-01-25 2026-02-10 2026-02-10",
		} {
			if line(i) != want {
				t.Errorf("hidden %v, worker %d: got %q, want %q", hidden, i, line(i), want)
			}
		}
		if w := got.Workers[at(1).ID]; w.Attributes["BusinessTitle"].Text() != "Trainee" {
			t.Errorf("the starter is a %s, want what is so on the first day", w.Attributes["BusinessTitle"])
		}
		if w := got.Workers[at(8).ID]; w.Attributes["LastName"].Text() == "Married" {
			t.Error("a name of the future is told as that of today")
		}
		// One page for today, one for what is ahead, and one for each of three first days.
		if n := len(s.Calls()); n != 5 {
			t.Errorf("hidden %v: got %d requests, want 5", hidden, n)
		}
	}
}

// TestFrozen enters and changes people while the pages are read.
func TestFrozen(t *testing.T) {
	s, c := tenant(t, 300)
	c.PageSize, c.Concurrency = 50, 1
	late := s.Company.Workers[0]
	s.Spoil = func(_ http.ResponseWriter, one workday.Call, _ []byte) bool {
		if one.Page == 2 {
			s.Change(workday.Change{WorkerID: "000299", Effective: "2026-01-01", Entered: now.Add(time.Minute), Apply: func(w *company.Worker) { w.LastName = "Later" }})
			s.Enter(late.ID, now.Add(time.Minute)) // everybody after this one would move to the page before
		}
		return false
	}
	s.Enter(late.ID, now.Add(time.Minute))
	got, err := Read(context.Background(), c, source.Spec{}, now)
	if err != nil {
		t.Fatal(err)
	}
	if want := started(s.Company) - 1; len(got.Workers) != want {
		t.Errorf("got %d workers, want %d", len(got.Workers), want)
	}
	if w := got.Workers["000299"]; w == nil || w.Attributes["LastName"].Text() == "Later" {
		t.Errorf("got %v, want the worker as of the first page", w)
	}
}

// TestMoved reads a list that changes between its pages again.
func TestMoved(t *testing.T) {
	s, c := tenant(t, 120)
	c.PageSize = 50
	spoilt := 0
	s.Spoil = func(w http.ResponseWriter, one workday.Call, answer []byte) bool {
		if one.Page != 2 || spoilt > 0 {
			return false
		}
		spoilt++
		_, _ = w.Write([]byte(strings.Replace(string(answer), "<wd:Total_Pages>3</wd:Total_Pages>", "<wd:Total_Pages>4</wd:Total_Pages>", 1)))
		return true
	}
	got, err := Read(context.Background(), c, source.Spec{}, now)
	if err != nil || len(got.Workers) != started(s.Company) || spoilt != 1 {
		t.Fatalf("got %v, %v, spoilt %d times", got, err, spoilt)
	}
	calls := s.Calls()
	if first, last := calls[0].Entry, calls[len(calls)-1].Entry; first >= last || len(calls) != 6 {
		t.Errorf("read %d pages as of %s and then of %s, want a later moment", len(calls), first, last)
	}
}

// TestOtherIDs fills worker_id from another attribute: managers follow.
func TestOtherIDs(t *testing.T) {
	s, c := tenant(t, 100)
	got, err := Read(context.Background(), c, source.Spec{Fields: source.Fields{"worker_id": "UserID"}, Attributes: []string{"ManagerReference"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	w := got.Workers["u000010"]
	if w == nil {
		t.Fatal("no worker u000010")
	}
	if want := "u" + s.Company.Worker("000010").ManagerID; w.ManagerID != want || w.Attributes["ManagerReference"].Text() != want {
		t.Errorf("got the manager %s, %s, want %s", w.ManagerID, w.Attributes["ManagerReference"], want)
	}
}

// TestNoChain reads managers where the chain may not be seen.
func TestNoChain(t *testing.T) {
	s := workday.New(company.New(7, 100))
	s.NoManagementChain = true
	got, err := Read(context.Background(), serve(t, s), source.Spec{Attributes: []string{}}, now)
	if err != nil {
		t.Fatal(err)
	}
	managed := 0
	for _, w := range got.Workers {
		if w.ManagerID == s.Company.Worker(w.ID).ManagerID {
			managed++
		}
	}
	if managed < len(got.Workers)/2 {
		t.Errorf("found the managers of %d of %d workers", managed, len(got.Workers))
	}
}

// TestManagerReference reads managers from a field of their own, where a name tells who they are.
func TestManagerReference(t *testing.T) {
	s, c := tenant(t, 60)
	c.XPaths = map[string]string{
		"Boss": "wd:Worker/wd:Worker_Data/wd:Management_Chain_Data/wd:Worker_Supervisory_Management_Chain_Data[position()=1]" +
			"/wd:Management_Chain_Data[last()=position()]/wd:Manager_Reference/wd:ID[@wd:type='WID']/text()",
		"Key": "wd:Worker/wd:Worker_Reference/wd:ID[@wd:type='WID']/text()"}
	spec := source.Spec{Fields: source.Fields{"manager_id": "Boss"}, Attributes: []string{}, ManagerReference: "Key"}
	got, err := Read(context.Background(), c, spec, now)
	if err != nil {
		t.Fatal(err)
	}
	if w, want := got.Workers["000010"], s.Company.Worker("000010").ManagerID; w.ManagerID != want || len(w.Attributes) != 0 || want == "" {
		t.Errorf("got the manager %s, %v, want %s", w.ManagerID, w.Attributes, want)
	}
}
