// SPDX-License-Identifier: MPL-2.0

package hrapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"terraform-provider-workforce/internal/sandbox/company"
)

// RESTColumns are the columns of the company's CSV file, by where StartREST has them.
var RESTColumns = map[string]string{
	"WorkerID": "id", "WorkerStatus": "status", "WorkerType": "type", "FirstName": "name.given", "LastName": "name.family", "PreferredName": "name.preferred",
	"ManagerID": "manager.id", "HireDate": "dates.hire", "TerminationDate": "dates.termination", "LastDayOfWork": "dates.last_day", "OnLeave": "on_leave",
	"Department": "organization.department", "Division": "organization.division", "CostCenter": "organization.cost_center", "Company": "organization.company",
	"Location": "location", "JobTitle": "title", "StreetAddress": "address.street", "City": "address.city", "PostalCode": "address.postal\\.code", "CountryCode": "address.country",
	"TimeZone": "time_zone", "OfficePhone": "$.phones[?@.type == 'office'].number", "Mobile": "$.phones[?@.type == 'mobile'].number",
}

// RESTPageLimit is the most records StartREST gives on a page, whatever is asked for.
const RESTPageLimit = 200

// StartREST serves an invented JSON API that takes a bearer token, basic
// authentication or the header X-API-Key, with one list in every way of paging:
// /all, /link, /next, /page, /offset, /cursor and POST /search.
func StartREST(c *company.Company) *Server {
	people := make([]object, len(c.Workers))
	for i, w := range c.Workers {
		people[i] = restRecord(w)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /all", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, people) })
	mux.HandleFunc("GET /link", func(w http.ResponseWriter, r *http.Request) {
		page, size := number(r, "page", 1), min(number(r, "size", 50), RESTPageLimit)
		if page*size < len(people) {
			w.Header().Add("Link", fmt.Sprintf(`<https://%s/link?page=1&size=%d>; rel="first", </link?page=%d&size=%d>; rel="next"`, r.Host, size, page+1, size))
		}
		writeJSON(w, http.StatusOK, part(people, (page-1)*size, size))
	})
	mux.HandleFunc("GET /next", func(w http.ResponseWriter, r *http.Request) {
		from, size := number(r, "$skip", 0), min(number(r, "$top", 50), RESTPageLimit)
		answer := object{"value": part(people, from, size)}
		if from+size < len(people) {
			answer["@odata.nextLink"] = fmt.Sprintf("https://%s/next?$top=%d&$skip=%d", r.Host, size, from+size)
		}
		writeJSON(w, http.StatusOK, answer)
	})
	mux.HandleFunc("GET /page", func(w http.ResponseWriter, r *http.Request) {
		page, size := number(r, "page", 1), min(number(r, "size", 50), RESTPageLimit)
		writeJSON(w, http.StatusOK, object{"people": part(people, (page-1)*size, size), "meta": object{"pages": (len(people) + size - 1) / size, "total": len(people)}})
	})
	mux.HandleFunc("GET /offset", func(w http.ResponseWriter, r *http.Request) {
		from, size := number(r, "offset", 0), min(number(r, "limit", 50), RESTPageLimit)
		writeJSON(w, http.StatusOK, object{"items": part(people, from, size), "totalResults": strconv.Itoa(len(people)), "hasMore": from+size < len(people)})
	})
	mux.HandleFunc("GET /cursor", func(w http.ResponseWriter, r *http.Request) {
		from, size := number(r, "after", 0), min(number(r, "limit", 50), RESTPageLimit)
		next := any(nil)
		if from+size < len(people) {
			next = strconv.Itoa(from + size)
		}
		writeJSON(w, http.StatusOK, object{"data": part(people, from, size), "paging": object{"next": next}})
	})
	mux.HandleFunc("POST /search", func(w http.ResponseWriter, r *http.Request) {
		var question struct {
			Active *bool
			Page   struct{ Number, Size int }
		}
		if err := json.NewDecoder(r.Body).Decode(&question); err != nil || question.Active == nil || question.Page.Size == 0 || r.Header.Get("Content-Type") != "application/json" {
			writeJSON(w, http.StatusBadRequest, object{"error": fmt.Sprint("bad question: ", err)})
			return
		}
		size := min(question.Page.Size, RESTPageLimit)
		writeJSON(w, http.StatusOK, object{"result": object{"people": part(people, question.Page.Number*size, size)}})
	})
	return start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if r.Header.Get("Authorization") != "Bearer "+Token && r.Header.Get("X-API-Key") != Secret && (user != User || password != Secret) {
			writeJSON(w, http.StatusUnauthorized, object{"error": "who are you?"})
			return
		}
		mux.ServeHTTP(w, r)
	}), nil)
}

// restRecord leaves out what has no value, as JSON often does.
func restRecord(w *company.Worker) object {
	dates := object{"hire": w.HireDate}
	if w.TerminationDate != "" {
		dates["termination"] = w.TerminationDate + "T00:00:00+02:00"
	}
	if w.LastDayOfWork != "" {
		dates["last_day"] = w.LastDayOfWork
	}
	out := object{
		"id": w.ID, "status": w.Status, "type": w.Type, "name": object{"given": w.FirstName, "family": w.LastName, "preferred": orNull(w.PreferredName)},
		"dates": dates, "on_leave": w.OnLeave, "organization": object{"department": w.Department, "division": w.Division, "cost_center": w.CostCenter, "company": w.Company},
		"location": w.Location, "title": w.JobTitle, "address": object{"street": w.StreetAddress, "city": w.City, "postal.code": w.PostalCode, "country": w.CountryCode},
		"time_zone": w.TimeZone, "phones": []object{{"type": "mobile", "number": w.Mobile}, {"type": "office", "number": w.OfficePhone}},
	}
	if w.ManagerID != "" {
		out["manager"] = object{"id": w.ManagerID}
	}
	return out
}
