// SPDX-License-Identifier: MPL-2.0

package hrapi

import (
	"encoding/json"
	"net/http"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// PersonioColumns are the columns of the company's CSV file, by the attributes that StartPersonio has.
var PersonioColumns = map[string]string{
	"WorkerID": "dynamic_1001", "WorkerStatus": "dynamic_1002", "WorkerType": "dynamic_1003", "FirstName": "first_name", "LastName": "last_name", "PreferredName": "preferred_name",
	"ManagerID": "supervisor.id", "HireDate": "hire_date", "TerminationDate": "termination_date", "LastDayOfWork": "last_working_day", "OnLeave": "dynamic_1004",
	"Department": "department.name", "Division": "dynamic_1005", "CostCenter": "cost_centers.0.name", "Company": "subcompany.name", "Location": "office.name", "JobTitle": "position",
	"StreetAddress": "dynamic_1006", "City": "dynamic_1007", "PostalCode": "dynamic_1008", "CountryCode": "dynamic_1009", "TimeZone": "dynamic_1010",
	"OfficePhone": "dynamic_1011", "Mobile": "dynamic_1012",
}

// StartPersonio serves API v1 of Personio below /v1 for the client User with
// Secret. A page has 10 employees unless a limit is given and never more than 200, every value is
// wrapped, and errors come as {"success": false}.
func StartPersonio(c *company.Company) *Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth", func(w http.ResponseWriter, r *http.Request) {
		var client struct {
			ID     string `json:"client_id"`
			Secret string `json:"client_secret"`
		}
		if err := json.NewDecoder(r.Body).Decode(&client); err != nil || client.ID != User || client.Secret != Secret {
			personioError(w, http.StatusForbidden, "Wrong credentials: "+client.Secret)
			return
		}
		writeJSON(w, http.StatusOK, object{"success": true, "data": object{"token": Token, "expires_in": 86400}})
	})
	mux.HandleFunc("GET /v1/company/employees", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+Token {
			personioError(w, http.StatusUnauthorized, "The bearer token is not valid")
			return
		}
		from, size := number(r, "offset", 0), min(max(number(r, "limit", 10), 1), 200)
		data := []object{}
		for _, worker := range part(c.Workers, from, size) {
			data = append(data, personioEmployee(worker, c.Worker(worker.ManagerID), c.AsOf.Format(time.DateOnly)))
		}
		writeJSON(w, http.StatusOK, object{"success": true, "data": data, "offset": from, "limit": size,
			"metadata": object{"total_elements": len(c.Workers), "current_page": from / size, "total_pages": (len(c.Workers) + size - 1) / size}})
	})
	return start(mux, nil)
}

func personioError(w http.ResponseWriter, status int, message string) {
	writeJSON(w, status, object{"success": false, "error": object{"code": 0, "message": message}})
}

func personioEmployee(w, supervisor *company.Worker, today string) object {
	attributes := object{}
	put := func(id, label, kind string, value any) {
		attributes[id] = object{"label": label, "value": value, "type": kind, "universal_id": id}
	}
	date := func(text string) any {
		if text == "" {
			return nil
		}
		return text + "T00:00:00+01:00"
	}
	put("id", "ID", "integer", internalID(w.ID, 1_000_000))
	put("first_name", "First name", "standard", w.FirstName)
	put("last_name", "Last name", "standard", w.LastName)
	put("preferred_name", "Preferred name", "standard", w.PreferredName)
	put("position", "Position", "standard", w.JobTitle)
	put("status", "Status", "standard", personioStatus(w, today))
	put("employment_type", "Employment type", "standard", map[string]string{"Employee": "internal", "Contractor": "external"}[w.Type])
	put("hire_date", "Hire date", "date", date(w.HireDate))
	put("termination_date", "Termination date", "date", date(w.TerminationDate))
	put("last_working_day", "Last day of work", "date", date(w.LastDayOfWork))
	put("supervisor", "Supervisor", "standard", nil)
	if supervisor != nil {
		put("supervisor", "Supervisor", "standard", object{"type": "Employee", "attributes": object{
			"id":         object{"label": "ID", "value": internalID(supervisor.ID, 1_000_000), "type": "integer", "universal_id": "id"},
			"first_name": object{"label": "First name", "value": supervisor.FirstName, "type": "standard", "universal_id": "first_name"}}})
	}
	put("department", "Department", "standard", object{"type": "Department", "attributes": object{"id": 77, "name": w.Department}})
	put("subcompany", "Subcompany", "standard", object{"type": "Subcompany", "attributes": object{"id": 5, "name": w.Company}})
	put("office", "Office", "standard", object{"type": "Office", "attributes": object{"id": 9, "name": w.Location}})
	put("cost_centers", "Cost center", "standard", []object{{"type": "CostCenter", "attributes": object{"id": 3, "name": w.CostCenter, "percentage": 100}}})
	for id, value := range map[string]string{"1001": w.ID, "1002": w.Status, "1003": w.Type, "1004": map[bool]string{true: "Yes", false: "No"}[w.OnLeave], "1005": w.Division, "1006": w.StreetAddress,
		"1007": w.City, "1008": w.PostalCode, "1009": w.CountryCode, "1010": w.TimeZone, "1011": w.OfficePhone, "1012": w.Mobile} {
		attributes["dynamic_"+id] = object{"label": "Custom " + id, "value": value, "type": "standard", "universal_id": nil}
	}
	return object{"type": "Employee", "attributes": attributes}
}

func personioStatus(w *company.Worker, today string) string {
	switch {
	case w.Status != "Active":
		return "inactive"
	case w.HireDate > today:
		return "onboarding"
	case w.OnLeave:
		return "leave"
	}
	return "active"
}
