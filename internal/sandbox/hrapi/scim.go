// SPDX-License-Identifier: MPL-2.0

package hrapi

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"terraform-provider-workforce/internal/sandbox/company"
)

const (
	scimEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	scimWorker     = "urn:example:params:scim:schemas:extension:hr:2.1:Worker"
)

// SCIMColumns are the columns of the company's CSV file, by where StartSCIM has them.
var SCIMColumns = map[string]string{
	"WorkerID": scimEnterprise + ":employeeNumber", "WorkerStatus": scimWorker + ":status", "WorkerType": "userType", "FirstName": "name.givenName", "LastName": "name.familyName",
	"PreferredName": "nickName", "ManagerID": scimEnterprise + ":manager.value", "HireDate": scimWorker + ":dates.hire", "TerminationDate": scimWorker + ":dates.termination",
	"LastDayOfWork": scimWorker + ":dates.lastDay", "OnLeave": scimWorker + ":onLeave", "Department": scimEnterprise + ":department", "Division": scimEnterprise + ":division",
	"CostCenter": scimEnterprise + ":costCenter", "Company": scimEnterprise + ":organization", "Location": scimWorker + ":location", "JobTitle": "title",
	"StreetAddress": `addresses[primary eq true].streetAddress`, "City": `addresses[type eq "work"].locality`, "PostalCode": `addresses[type eq "work"].postalCode`,
	"CountryCode": `addresses[type eq "work"].country`, "TimeZone": "urn:ietf:params:scim:schemas:core:2.0:User:timezone",
	"OfficePhone": `phoneNumbers[type eq "work"].value`, "Mobile": `phoneNumbers[type eq "mobile"].value`,
}

// SCIMPageLimit is the most resources StartSCIM gives on a page, whatever the count.
const SCIMPageLimit = 60

// StartSCIM serves SCIM 2.0 below /scim/v2 for a bearer token, by index (RFC 7644)
// and by cursor (RFC 9865). It gives fewer resources than asked for, leaves an
// empty Resources out, and writes active as text for every third user.
func StartSCIM(c *company.Company) *Server {
	users := make([]object, len(c.Workers))
	for i, w := range c.Workers {
		users[i] = scimUser(w, i)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /scim/v2/Users", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		query := r.URL.Query()
		selected := users
		if filter := query.Get("filter"); filter != "" {
			kind, ok := strings.CutPrefix(filter, `userType eq "`)
			if !ok {
				scimError(w, http.StatusBadRequest, "invalidFilter", "only userType eq is known")
				return
			}
			selected = nil
			for _, u := range users {
				if strings.EqualFold(fmt.Sprint(u["userType"])+`"`, kind) {
					selected = append(selected, u)
				}
			}
		}
		size := min(number(r, "count", SCIMPageLimit), SCIMPageLimit)
		answer := object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:ListResponse"}}
		from := max(number(r, "startIndex", 1), 1) - 1
		if query.Has("cursor") {
			if query.Has("startIndex") {
				scimError(w, http.StatusBadRequest, "invalidValue", "startIndex and cursor")
				return
			}
			var ok bool
			if from, ok = scimCursor(query.Get("cursor")); !ok {
				scimError(w, http.StatusBadRequest, "invalidCursor", "the cursor is not one of mine")
				return
			}
			if from+size < len(selected) {
				answer["nextCursor"] = base64.URLEncoding.EncodeToString([]byte("at " + strconv.Itoa(from+size)))
			}
		} else {
			answer["totalResults"], answer["startIndex"] = len(selected), from+1
		}
		if page := part(selected, from, size); len(page) > 0 {
			answer["Resources"], answer["itemsPerPage"] = page, len(page)
		}
		writeJSON(w, http.StatusOK, answer)
	})
	return start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+Token {
			w.Header().Set("Content-Type", "application/scim+json")
			scimError(w, http.StatusUnauthorized, "", "Authorization failure")
			return
		}
		mux.ServeHTTP(w, r)
	}), nil)
}

func scimError(w http.ResponseWriter, status int, kind, detail string) {
	writeJSON(w, status, object{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": strconv.Itoa(status), "scimType": kind, "detail": detail})
}

// scimCursor returns where a cursor points to; an empty one to the beginning.
func scimCursor(cursor string) (int, bool) {
	if cursor == "" {
		return 0, true
	}
	plain, err := base64.URLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, false
	}
	at, ok := strings.CutPrefix(string(plain), "at ")
	n, err := strconv.Atoi(at)
	return n, ok && err == nil
}

func scimID(workerID string) string { return fmt.Sprintf("2819c223-7f76-453a-919d-%012s", workerID) }

func scimUser(w *company.Worker, i int) object {
	enterprise := object{"employeeNumber": w.ID, "department": w.Department, "division": w.Division, "costCenter": w.CostCenter, "organization": w.Company}
	if w.ManagerID != "" {
		enterprise["manager"] = object{"value": scimID(w.ManagerID), "$ref": "../Users/" + scimID(w.ManagerID)}
	}
	active := any(w.Status == "Active")
	if i%3 == 0 {
		active = map[bool]string{true: "True", false: "False"}[w.Status == "Active"]
	}
	user := object{
		"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:User", scimEnterprise, scimWorker}, "id": scimID(w.ID), "userName": "w" + w.ID, "active": active,
		"name": object{"givenName": w.FirstName, "familyName": w.LastName}, "title": w.JobTitle, "userType": w.Type, "timezone": w.TimeZone,
		"addresses":    []object{{"type": "home"}, {"type": "work", "primary": true, "streetAddress": w.StreetAddress, "locality": w.City, "postalCode": w.PostalCode, "country": w.CountryCode}},
		"phoneNumbers": []object{{"type": "mobile", "value": w.Mobile}, {"type": "work", "value": w.OfficePhone}},
		scimEnterprise: enterprise,
		scimWorker: object{"status": w.Status, "onLeave": w.OnLeave, "location": w.Location,
			"dates": object{"hire": w.HireDate, "termination": orNull(w.TerminationDate), "lastDay": orNull(w.LastDayOfWork)}},
		"meta": object{"resourceType": "User"},
	}
	if w.PreferredName != "" {
		user["nickName"] = w.PreferredName
	}
	return user
}
