// SPDX-License-Identifier: MPL-2.0

package hrapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// BambooHRColumns are the columns of the company's CSV file, by the ids of fields that StartBambooHR has.
var BambooHRColumns = map[string]string{
	"WorkerID": "employeeNumber", "WorkerStatus": "status", "WorkerType": "employmentHistoryStatus", "FirstName": "firstName", "LastName": "lastName", "PreferredName": "preferredName",
	"ManagerID": "supervisorEId", "HireDate": "hireDate", "TerminationDate": "terminationDate", "LastDayOfWork": "customLastDay", "OnLeave": "customOnLeave",
	"Department": "department", "Division": "division", "CostCenter": "4331", "Company": "customCompany", "Location": "location", "JobTitle": "jobTitle",
	"StreetAddress": "address1", "City": "city", "PostalCode": "zipcode", "CountryCode": "country", "TimeZone": "customTimeZone", "OfficePhone": "workPhone", "Mobile": "mobilePhone",
}

// BambooHRHidden is a field that exists and that nobody sees.
const BambooHRHidden = "payRate"

// StartBambooHR serves custom reports of BambooHR for the API key Secret, at the
// company "example". Fields that do not exist or are hidden are left out without
// a word, onlyCurrent is true unless said otherwise, no date is 0000-00-00, errors
// are empty answers with a header, and an Accept header it does not know is a 404.
func StartBambooHR(c *company.Company) *Server {
	names := map[string]*company.Worker{}
	for _, w := range c.Workers {
		names[w.ID] = w
	}
	today := c.AsOf.Format(time.DateOnly)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/gateway.php/example/v1/reports/custom", func(w http.ResponseWriter, r *http.Request) {
		var question struct{ Fields []string }
		if err := json.NewDecoder(r.Body).Decode(&question); err != nil || len(question.Fields) == 0 || len(question.Fields) > 400 {
			bambooError(w, http.StatusBadRequest, "Invalid request body")
			return
		}
		if r.URL.Query().Get("format") != "json" {
			bambooError(w, http.StatusBadRequest, "Unknown format")
			return
		}
		current := r.URL.Query().Get("onlyCurrent") != "false"
		employees, known := []object{}, map[string]bool{}
		for _, worker := range c.Workers {
			if current && (worker.Status != "Active" || worker.HireDate > today) {
				continue
			}
			all := bambooFields(worker, names[worker.ManagerID])
			record := object{"id": all["id"]}
			for _, id := range question.Fields {
				if value, ok := all[id]; ok {
					record[id], known[id] = value, true
				}
			}
			employees = append(employees, record)
		}
		fields := []object{}
		for _, id := range question.Fields {
			if known[id] {
				fields = append(fields, object{"id": id, "type": "text", "name": strings.ToUpper(id)})
			}
		}
		writeJSON(w, http.StatusOK, object{"title": "Workers", "fields": fields, "employees": employees})
	})
	return start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key, _, _ := r.BasicAuth()
		switch {
		case !strings.Contains(r.Header.Get("Accept"), "application/json"):
			w.WriteHeader(http.StatusNotFound)
		case key != Secret:
			bambooError(w, http.StatusUnauthorized, "API key "+key+" is unknown")
		default:
			mux.ServeHTTP(w, r)
		}
	}), nil)
}

func bambooError(w http.ResponseWriter, status int, message string) {
	w.Header().Set("X-BambooHR-Error-Message", message)
	w.WriteHeader(status)
}

func bambooFields(w, supervisor *company.Worker) object {
	date := func(text string) string {
		if text == "" {
			return "0000-00-00"
		}
		return text
	}
	out := object{
		"id": strconv.FormatInt(internalID(w.ID, 3), 10), "employeeNumber": w.ID, "status": w.Status, "employmentHistoryStatus": w.Type, "firstName": w.FirstName, "lastName": w.LastName,
		"preferredName": orNull(w.PreferredName), "displayName": w.FirstName + " " + w.LastName, "hireDate": w.HireDate, "terminationDate": date(w.TerminationDate), "customLastDay": date(w.LastDayOfWork),
		"customOnLeave": map[bool]string{true: "Yes", false: "No"}[w.OnLeave], "department": w.Department, "division": w.Division, "4331": w.CostCenter, "customCompany": w.Company,
		"location": w.Location, "jobTitle": w.JobTitle, "address1": w.StreetAddress, "city": w.City, "zipcode": w.PostalCode, "country": w.CountryCode, "customTimeZone": w.TimeZone,
		"workPhone": w.OfficePhone, "mobilePhone": w.Mobile, "workEmail": nil, "supervisor": nil, "supervisorEId": nil, "supervisorId": nil,
	}
	if supervisor != nil {
		out["supervisor"] = fmt.Sprintf("%s, %s", supervisor.LastName, supervisor.FirstName)
		out["supervisorEId"], out["supervisorId"] = strconv.FormatInt(internalID(supervisor.ID, 3), 10), supervisor.ID
	}
	return out
}
