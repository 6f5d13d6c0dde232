// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

const request = `<?xml version="1.0" encoding="UTF-8"?>
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:b="urn:com.workday/bsvc">
<e:Header><s:Security xmlns:s="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" e:mustUnderstand="1"><s:UsernameToken><s:Username>ISU_Identity@acme_dpt1</s:Username>
<s:Password Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">wd-P4ssw0rd&amp;&lt;canary&gt;</s:Password></s:UsernameToken></s:Security></e:Header>
<e:Body><b:Get_Workers_Request b:version="v44.2">
<b:Request_Criteria><b:Exclude_Inactive_Workers>false</b:Exclude_Inactive_Workers></b:Request_Criteria>
<b:Response_Filter><b:As_Of_Effective_Date>2026-01-15</b:As_Of_Effective_Date><b:As_Of_Entry_DateTime>2026-01-15T09:00:00Z</b:As_Of_Entry_DateTime><b:Page>1</b:Page><b:Count>10</b:Count></b:Response_Filter>
<b:Response_Group><b:Include_Reference>true</b:Include_Reference></b:Response_Group>
</b:Get_Workers_Request></e:Body></e:Envelope>`

func ask(t *testing.T, s *Server, body string, path string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "text/xml; charset=utf-8")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const service = "/ccx/service/acme_dpt1/Human_Resources/v44.2"

// TestUnforgiving refuses what the real service would refuse.
func TestUnforgiving(t *testing.T) {
	s := New(company.New(7, 25))
	if status, answer := ask(t, s, request, service); status != http.StatusOK || !strings.Contains(answer, "<wd:Page_Results>10</wd:Page_Results>") {
		t.Fatalf("got %d %s", status, answer)
	}
	for _, tt := range []struct{ old, new, want string }{
		{"</e:Body>", "", "Invalid request"},
		{"http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope", "VersionMismatch"},
		{`"urn:com.workday/bsvc"`, `"urn:com.workday/other"`, "no request of urn"},
		{`b:version="v44.2"`, `b:version="v40.1"`, "not that of the URL"},
		{`b:version="v44.2"`, `version="v44.2"`, "not that of the URL"},
		{`e:mustUnderstand="1"`, ``, "authenticationError"},
		{"#PasswordText", "#PasswordDigest", "authenticationError"},
		{"ISU_Identity@acme_dpt1", "ISU_Identity", "authenticationError"},
		{"wd-P4ssw0rd", "wd-Passw0rd", "authenticationError"},
		{"<b:Page>1", "<b:Page>0", "pages count from 1"},
		{"<b:Page>1", "<b:Page>4", "Page 4 is out of range"},
		{"<b:Page>1</b:Page><b:Count>10", "<b:Page>1</b:Page><b:Count>1000", "1 to 999"},
		{"2026-01-15</b:As", "2026-01-32</b:As", "is no date"},
		{"T09:00:00Z", "", "is no dateTime"},
		{"Exclude_Inactive_Workers>false</b:Exclude_Inactive_Workers", "Exclude_Inactive>false</b:Exclude_Inactive", "is unknown"},
		{"Exclude_Inactive_Workers>false", "Exclude_Inactive_Workers>no", "is no boolean"},
		{"Include_Reference>true</b:Include_Reference", "Include_All>true</b:Include_All", "is unknown"},
		{"<b:Page>1</b:Page><b:Count>10</b:Count>", "<b:Count>10</b:Count><b:Page>1</b:Page>", "out of order"},
		{"<b:Request_Criteria>", "<b:Request_References><b:Worker_Reference><b:ID b:type=\"WID\">" + WID("000001") + "</b:ID></b:Worker_Reference></b:Request_References><b:Request_Criteria>", "exclude each other"},
		{"<b:Request_Criteria><b:Exclude_Inactive_Workers>false</b:Exclude_Inactive_Workers></b:Request_Criteria>", "<b:Request_References><b:Worker_Reference><b:ID b:type=\"WID\">" + WID("x") + "</b:ID></b:Worker_Reference></b:Request_References>", "Invalid ID value"},
		{"<b:Request_Criteria><b:Exclude_Inactive_Workers>false</b:Exclude_Inactive_Workers></b:Request_Criteria>", "<b:Request_References><b:Worker_Reference><b:ID b:type=\"Employee_Id\">1</b:ID></b:Worker_Reference></b:Request_References>", "of type"},
	} {
		body := strings.Replace(request, tt.old, tt.new, 1)
		if body == request {
			t.Fatalf("%q is not in the request", tt.old)
		}
		status, answer := ask(t, s, body, service)
		if status != http.StatusInternalServerError || !strings.Contains(answer, tt.want) {
			t.Errorf("%s → %s: got %d %s, want %q", tt.old, tt.new, status, answer, tt.want)
		}
		if err := xml.Unmarshal([]byte(answer), new(element)); err != nil {
			t.Errorf("the fault is not well-formed: %v", err)
		}
	}
	for path, want := range map[string]int{"/ccx/service/other/Human_Resources/v44.2": 500, "/ccx/service/acme_dpt1/Human_Resources/v44.3": 500, "/ccx/service/acme_dpt1/Staffing/v44.2": 404, "/": 404} {
		if status, _ := ask(t, s, strings.ReplaceAll(request, "v44.2", "v44.3"), path); status != want {
			t.Errorf("%s: got %d, want %d", path, status, want)
		}
	}
}

// TestMoments refuses pages that do not fit the first one.
func TestMoments(t *testing.T) {
	page2 := strings.Replace(request, "<b:Page>1", "<b:Page>2", 1)
	for _, tt := range []struct {
		second string
		want   int
	}{
		{page2, 200},
		{strings.Replace(page2, "T09:00:00Z", "T09:00:01Z", 1), 500},
		{strings.Replace(page2, "<b:As_Of_Effective_Date>2026-01-15", "<b:As_Of_Effective_Date>2026-01-16", 1), 500},
		{strings.Replace(page2, "<b:As_Of_Entry_DateTime>2026-01-15T09:00:00Z</b:As_Of_Entry_DateTime>", "", 1), 500},
		{strings.Replace(page2, "<b:Count>10", "<b:Count>11", 1), 500},
	} {
		s := New(company.New(7, 25))
		if status, answer := ask(t, s, request, service); status != 200 {
			t.Fatal(answer)
		}
		if status, answer := ask(t, s, tt.second, service); status != tt.want {
			t.Errorf("got %d %.300s, want %d", status, answer, tt.want)
		}
	}
}

// TestHistory shows people as of a date, as known at a moment.
func TestHistory(t *testing.T) {
	c := company.New(7, 4)
	for _, w := range c.Workers {
		w.HireDate, w.TerminationDate, w.LastDayOfWork = "2020-01-01", "", ""
	}
	s := New(c)
	s.Change(Change{WorkerID: "000002", Effective: "2026-02-01", Entered: c.AsOf.Add(24 * time.Hour), Apply: func(w *company.Worker) { w.LastName = "Later" }})
	s.Enter("000003", c.AsOf.Add(24*time.Hour))
	groups := strings.Replace(request, "<b:Include_Reference>true</b:Include_Reference>", "<b:Include_Reference>true</b:Include_Reference><b:Include_Personal_Information>1</b:Include_Personal_Information>", 1)
	for _, tt := range []struct {
		effective, entry, total string
		later                   bool
	}{
		{"2026-01-15", "2026-01-15T09:00:00Z", "3", false},
		{"2026-02-15", "2026-01-15T09:00:00Z", "3", false},
		{"2026-01-31", "2026-01-17T09:00:00Z", "4", false},
		{"2026-02-01", "2026-01-17T09:00:00Z", "4", true},
	} {
		body := strings.NewReplacer("2026-01-15T09:00:00Z", tt.entry, "2026-01-15</b:As", tt.effective+"</b:As").Replace(groups)
		_, answer := ask(t, s, body, service)
		if !strings.Contains(answer, "<wd:Total_Results>"+tt.total+"</wd:Total_Results>") || strings.Contains(answer, "Later") != tt.later {
			t.Errorf("as of %s, entered by %s: got %.400s", tt.effective, tt.entry, answer)
		}
	}
}

// TestTokens gives out access tokens to the API client only.
func TestTokens(t *testing.T) {
	s := New(company.New(7, 2))
	for _, tt := range []struct {
		path, id, secret, form string
		want                   int
	}{
		{"/ccx/oauth2/acme_dpt1/token", ClientID, ClientSecret, "grant_type=refresh_token&refresh_token=" + RefreshToken, 200},
		{"/ccx/oauth2/other/token", ClientID, ClientSecret, "grant_type=refresh_token&refresh_token=" + RefreshToken, 404},
		{"/ccx/oauth2/acme_dpt1/token", ClientID, "x", "grant_type=refresh_token&refresh_token=" + RefreshToken, 401},
		{"/ccx/oauth2/acme_dpt1/token", ClientID, ClientSecret, "grant_type=client_credentials", 400},
		{"/ccx/oauth2/acme_dpt1/token", ClientID, ClientSecret, "grant_type=refresh_token&refresh_token=x", 400},
	} {
		r := httptest.NewRequest(http.MethodPost, tt.path, strings.NewReader(tt.form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(tt.id, tt.secret)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%+v: got %d", tt, w.Code)
		}
	}
	r := httptest.NewRequest(http.MethodGet, fmt.Sprintf("/ccx/service/customreport2/%s/%s/%s?format=json", Tenant, ReportOwner, ReportName), nil)
	for token, want := range map[string]int{"wd-access-token-canary-1": 200, "wd-access-token-canary-0": 401} {
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		body, _ := io.ReadAll(w.Body)
		if w.Code != want {
			t.Errorf("%s: got %d %s, want %d", token, w.Code, body, want)
		}
	}
}
