// SPDX-License-Identifier: MPL-2.0

package hrapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/sandbox/company"
)

// HiBobColumns are the columns of the company's CSV file, by the ids of fields that StartHiBob has.
var HiBobColumns = map[string]string{
	"WorkerID": "work.employeeIdInCompany", "WorkerStatus": "internal.status", "WorkerType": "payroll.employment.type", "FirstName": "root.firstName", "LastName": "root.surname",
	"PreferredName": "about.nickname", "ManagerID": "work.reportsTo.id", "HireDate": "work.startDate", "TerminationDate": "internal.terminationDate", "LastDayOfWork": "internal.lastDayOfWork",
	"OnLeave": "work.custom.field_1617", "Department": "work.department", "Division": "work.custom.field_1618", "CostCenter": "work.custom.field_1619", "Company": "work.custom.field_1620",
	"Location": "work.site", "JobTitle": "work.title", "StreetAddress": "address.line1", "City": "address.city", "PostalCode": "address.postCode", "CountryCode": "address.country",
	"TimeZone": "root.timezone", "OfficePhone": "work.workPhone", "Mobile": "work.workMobile",
}

// StartHiBob serves people/search of HiBob below /v1 for the service user User
// with the token Secret. Those who left are hidden unless asked for, fields that do not exist
// are left out without a word, and without humanReadable the answer is flat and has ids in the place of names.
func StartHiBob(c *company.Company) *Server {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/people/search", func(w http.ResponseWriter, r *http.Request) {
		var question struct {
			Fields        []string
			ShowInactive  bool
			HumanReadable string
		}
		if err := json.NewDecoder(r.Body).Decode(&question); err != nil {
			writeJSON(w, http.StatusBadRequest, object{"error": "bad request"})
			return
		}
		people := []object{}
		for _, worker := range c.Workers {
			if worker.Status != "Active" && !question.ShowInactive {
				continue
			}
			people = append(people, hibobPerson(hibobFields(worker), question.Fields, question.HumanReadable == "REPLACE"))
		}
		writeJSON(w, http.StatusOK, object{"employees": people})
	})
	return start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, token, _ := r.BasicAuth(); user != User || token != Secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mux.ServeHTTP(w, r)
	}), nil)
}

// hibobPerson answers with the fields that were asked for and have a value.
func hibobPerson(all map[string]any, asked []string, readable bool) object {
	out := object{}
	for _, id := range asked {
		value, ok := all[id]
		if !ok || value == "" {
			continue
		}
		if !readable {
			if id == "work.department" || id == "work.title" || id == "work.site" {
				value = "27" + strconv.Itoa(len(fmt.Sprint(value))) // the id of an item of a list
			}
			out["/"+strings.ReplaceAll(id, ".", "/")] = object{"value": value}
			continue
		}
		at, keys := out, strings.Split(strings.TrimPrefix(id, "root."), ".")
		for _, key := range keys[:len(keys)-1] {
			inner, ok := at[key].(object)
			if !ok {
				inner = object{}
				at[key] = inner
			}
			at = inner
		}
		at[keys[len(keys)-1]] = value
	}
	return out
}

func hibobID(workerID string) string {
	if workerID == "" {
		return ""
	}
	return strconv.FormatInt(internalID(workerID, 3332883884017713000), 10)
}

func hibobFields(w *company.Worker) map[string]any {
	return map[string]any{
		"root.id": hibobID(w.ID), "work.employeeIdInCompany": w.ID, "internal.status": w.Status, "payroll.employment.type": w.Type, "root.firstName": w.FirstName, "root.surname": w.LastName,
		"root.displayName": w.FirstName + " " + w.LastName, "about.nickname": w.PreferredName, "work.reportsTo.id": hibobID(w.ManagerID), "work.startDate": w.HireDate,
		"internal.terminationDate": w.TerminationDate, "internal.lastDayOfWork": w.LastDayOfWork, "work.custom.field_1617": w.OnLeave, "work.department": w.Department,
		"work.custom.field_1618": w.Division, "work.custom.field_1619": w.CostCenter, "work.custom.field_1620": w.Company, "work.site": w.Location, "work.title": w.JobTitle,
		"address.line1": w.StreetAddress, "address.city": w.City, "address.postCode": w.PostalCode, "address.country": w.CountryCode, "root.timezone": w.TimeZone,
		"work.workPhone": w.OfficePhone, "work.workMobile": w.Mobile,
	}
}
