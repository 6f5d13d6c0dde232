// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
)

// forever is the end date of what is open.
var forever = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// picklists hold the ids of options, which are of this instance alone, by the
// external codes.
var picklists = map[string]map[string]int64{
	"employee-status": {"A": 5586, "D": 5587, "F": 5588, "O": 5589, "P": 5590, "R": 5591, "S": 5592, "U": 5593, "T": 5594, "RNS": 5595},
	"ecPhoneType":     {"B": 10605, "C": 10606, "P": 10607},
	"ecEmailType":     {"B": 8448, "P": 8447},
	"EMPLOYEECLASS":   {"E": 3001, "X": 3002},
	"employmentType":  {"FT": 3101, "PT": 3102},
}

func option(picklist, code string) (id string, n node) {
	number := picklists[picklist][code]
	return strconv.FormatInt(number, 10), node{"id": number, "externalCode": code, "status": "ACTIVE",
		"picklistLabels": []node{{"optionId": number, "locale": "en_US", "label": picklist + " " + code}, {"optionId": number, "locale": "de_DE", "label": "Option " + code}}}
}

func parse(date string) time.Time {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}
	}
	return t
}

// optional returns a date, or nil for none.
func optional(date string) any {
	if t := parse(date); !t.IsZero() {
		return t
	}
	return nil
}

// userOf is the user of a worker's employment that counts. It is not the person id.
func userOf(id string) string { return "u" + id }

// Employments of a person that do not count. Every worker has the same ones in a
// company of any size.
const (
	rehired  = 7 // of 20 workers: has worked there before, under another user
	assigned = 9 // of 20 workers: is on a global assignment, under another user
	moved    = 3 // of 10 workers: has earlier jobs, and was corrected on the day of the last
	promoted = 5 // of 10 workers: has another job from the next month on
)

// person returns a worker as SuccessFactors has them, with all their history.
func (s *Server) person(w *company.Worker) node {
	i, _ := strconv.Atoi(w.ID)
	hire, today := parse(w.HireDate), s.company.AsOf
	p := node{"personIdExternal": w.ID, "personId": int64(i + 1000), "perPersonUuid": strings.ToUpper(strconv.FormatUint(uint64(i)*0x9e3779b97f4a7c15, 16)),
		"dateOfBirth": time.Date(1980, 1, 1+i%365, 0, 0, 0, 0, time.UTC), "lastModifiedDateTime": today}
	p["personalInfoNav"] = personal(w, i, hire)
	work, private := node{}, node{}
	work["emailType"], work["emailTypeNav"] = option("ecEmailType", "B")
	private["emailType"], private["emailTypeNav"] = option("ecEmailType", "P")
	work["emailAddress"], work["isPrimary"] = strings.ToLower("w"+w.ID+"@example.com"), true
	private["emailAddress"], private["isPrimary"] = "private@example.net", false
	p["emailNav"] = []node{private, work}
	p["phoneNav"] = phones(w)
	employments := []node{s.employment(w, i)}
	switch i % 20 {
	case rehired:
		employments = []node{s.formerEmployment(w, hire), employments[0]}
	case assigned:
		employments = []node{s.assignment(w, hire), employments[0]}
	}
	p["employmentNav"] = employments
	if !hire.After(today) {
		info := node{"personIdExternal": w.ID, "activeEmploymentsCount": int64(1), "latestTerminationDate": nil}
		if end := parse(w.TerminationDate); !end.IsZero() && end.Before(today) {
			info["activeEmploymentsCount"], info["latestTerminationDate"] = int64(0), end
		}
		if i%20 == assigned {
			if n, ok := info["activeEmploymentsCount"].(int64); ok && n > 0 {
				info["activeEmploymentsCount"] = n + 1
			}
		}
		p["personEmpTerminationInfoNav"] = info
	} else if i%20 == rehired {
		p["personEmpTerminationInfoNav"] = node{"personIdExternal": w.ID, "activeEmploymentsCount": int64(0), "latestTerminationDate": hire.AddDate(0, -6, -1)}
	}
	return p
}

// personal has no row before the first day of work.
func personal(w *company.Worker, i int, hire time.Time) []node {
	row := func(from, to time.Time, last string) node {
		return node{"personIdExternal": w.ID, "startDate": from, "endDate": to, "firstName": w.FirstName, "lastName": last, "preferredName": filled(w.PreferredName),
			"displayName": strings.TrimSpace(w.FirstName + " " + last), "gender": "U", "lastModifiedDateTime": from}
	}
	if i%10 != moved {
		return []node{row(hire, forever, w.LastName)}
	}
	change := hire.AddDate(0, 0, 10)
	return []node{row(hire, change.AddDate(0, 0, -1), w.LastName), row(change, forever, w.LastName)}
}

func filled(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func phones(w *company.Worker) []node {
	one := func(kind, number string, primary bool) node {
		country, rest, _ := strings.Cut(strings.TrimPrefix(number, "+"), " ")
		n := node{"countryCode": country, "areaCode": nil, "phoneNumber": rest, "extension": nil, "isPrimary": primary}
		n["phoneType"], n["phoneTypeNav"] = option("ecPhoneType", kind)
		return n
	}
	var list []node
	if w.Mobile != "" {
		list = append(list, one("C", w.Mobile, false))
	}
	return append(list, one("B", w.OfficePhone, true))
}

// employment is the one that counts, with its jobs.
func (s *Server) employment(w *company.Worker, i int) node {
	hire := parse(w.HireDate)
	e := node{"personIdExternal": w.ID, "userId": userOf(w.ID), "startDate": hire, "originalStartDate": hire, "firstDateWorked": hire, "endDate": optional(w.TerminationDate),
		"lastDateWorked": optional(w.LastDayOfWork), "assignmentClass": "ST", "isContingentWorker": w.Type == "Contractor", "okToRehire": nil}
	e["userNav"] = s.user(w, userOf(w.ID), func() any { return e })
	e["jobInfoNav"] = s.jobs(w, i, hire)
	return e
}

func (s *Server) jobs(w *company.Worker, i int, hire time.Time) []node {
	status := "A"
	if w.OnLeave {
		status = []string{"P", "U"}[i%2]
	}
	end := forever
	var left []node
	if last := parse(w.TerminationDate); !last.IsZero() {
		end = last
		left = []node{s.job(w, userOf(w.ID), 1, last.AddDate(0, 0, 1), forever, "T", w.JobTitle)}
	}
	switch {
	case i%10 == moved && end.Sub(hire) > 21*24*time.Hour && s.company.AsOf.Sub(hire) > 21*24*time.Hour:
		change := hire.AddDate(0, 0, 20)
		jobs := []node{
			s.job(w, userOf(w.ID), 1, hire, change.AddDate(0, 0, -1), "A", "Earlier Job"),
			s.job(w, userOf(w.ID), 1, change, end, "D", "Replaced On The Same Day"),
			s.job(w, userOf(w.ID), 2, change, end, status, w.JobTitle),
		}
		return append(left, jobs...)
	case i%10 == promoted && left == nil:
		next := s.company.AsOf.AddDate(0, 2, 20)
		return []node{s.job(w, userOf(w.ID), 1, next, forever, "A", "Later Job"), s.job(w, userOf(w.ID), 1, hire, next.AddDate(0, 0, -1), status, w.JobTitle)}
	}
	return append([]node{s.job(w, userOf(w.ID), 1, hire, end, status, w.JobTitle)}, left...)
}

// formerEmployment ended half a year before the one that counts began.
func (s *Server) formerEmployment(w *company.Worker, hire time.Time) node {
	user := userOf(w.ID) + "-1"
	start, end := hire.AddDate(-2, 0, 0), hire.AddDate(0, -6, -1)
	e := node{"personIdExternal": w.ID, "userId": user, "startDate": start, "originalStartDate": start, "firstDateWorked": start, "endDate": end, "lastDateWorked": end,
		"assignmentClass": "ST", "isContingentWorker": true, "okToRehire": true, "userNav": nil}
	e["jobInfoNav"] = []node{s.job(w, user, 1, start, end, "A", "Former Job"), s.job(w, user, 1, end.AddDate(0, 0, 1), forever, "T", "Former Job")}
	return e
}

// assignment is newer than the employment that counts, and active.
func (s *Server) assignment(w *company.Worker, hire time.Time) node {
	user := userOf(w.ID) + "-GA"
	start := hire.AddDate(0, 0, 14)
	e := node{"personIdExternal": w.ID, "userId": user, "startDate": start, "originalStartDate": start, "firstDateWorked": start, "endDate": optional(w.TerminationDate), "lastDateWorked": nil,
		"assignmentClass": "GA", "isContingentWorker": false, "okToRehire": nil}
	e["userNav"] = s.user(w, user, func() any { return e })
	e["jobInfoNav"] = []node{s.job(w, user, 1, start, forever, "A", "Job Abroad")}
	return e
}

func (s *Server) job(w *company.Worker, user string, sequence int64, from, to time.Time, status, title string) node {
	j := node{"userId": user, "seqNumber": sequence, "startDate": from, "endDate": to, "jobTitle": title, "position": "P" + w.ID, "timezone": nil, "countryOfCompany": w.CountryCode,
		"eventReason": "NEWHIRE", "managerId": s.managerUser(w), "company": "C1", "businessUnit": "BU1", "division": "V-" + w.Division, "department": "D-" + w.Department,
		"costCenter": w.CostCenter, "location": "L-" + w.City, "jobCode": "J1", "payGrade": "G7"}
	j["emplStatus"], j["emplStatusNav"] = option("employee-status", status)
	j["employeeClass"], j["employeeClassNav"] = option("EMPLOYEECLASS", map[bool]string{true: "X", false: "E"}[w.Type == "Contractor"])
	j["employmentType"], j["employmentTypeNav"] = option("employmentType", "FT")
	named := func(code, name string) node { return node{"externalCode": code, "name": name, "name_localized": name} }
	j["companyNav"] = node{"externalCode": "C1", "name": w.Company, "name_localized": w.Company, "country": w.CountryCode,
		"countryOfRegistrationNav": node{"territoryCode": w.CountryCode, "territoryName": w.CountryCode, "twoCharCountryCode": w.CountryCode}}
	j["businessUnitNav"], j["divisionNav"], j["departmentNav"] = named("BU1", "Business Unit 1"), named("V-"+w.Division, w.Division), named("D-"+w.Department, w.Department)
	j["costCenterNav"] = node{"externalCode": w.CostCenter, "name_localized": w.CostCenter, "description_localized": "Cost center of " + w.Department}
	j["jobCodeNav"], j["payGradeNav"], j["eventReasonNav"] = named("J1", "Job 1"), node{"externalCode": "G7", "name": "Grade 7"}, node{"externalCode": "NEWHIRE", "name": "New hire"}
	j["locationNav"] = node{"externalCode": "L-" + w.City, "name": w.Location,
		"addressNavDEFLT": node{"addressId": "A" + w.ID, "address1": w.StreetAddress, "city": w.City, "zipCode": w.PostalCode, "country": w.CountryCode}}
	if manager := s.company.Worker(w.ManagerID); manager != nil {
		j["managerUserNav"] = func() any { return s.user(manager, s.managerUser(w), nil) }
	}
	return j
}

// managerUser is the user that jobs name as manager: that of the assignment, where the manager has one.
func (s *Server) managerUser(w *company.Worker) string {
	if w.ManagerID == "" {
		return "NO_MANAGER"
	}
	if i, _ := strconv.Atoi(w.ManagerID); i%20 == assigned {
		return userOf(w.ManagerID) + "-GA"
	}
	return userOf(w.ManagerID)
}

func (s *Server) user(w *company.Worker, id string, employment func() any) node {
	u := node{"userId": id, "username": strings.ToLower(id), "status": "t", "empId": w.ID, "firstName": w.FirstName, "lastName": w.LastName, "email": strings.ToLower("w" + w.ID + "@example.com"),
		"addressLine1": w.StreetAddress, "city": w.City, "country": w.CountryCode, "zipCode": w.PostalCode, "businessPhone": w.OfficePhone, "cellPhone": filled(w.Mobile), "timeZone": w.TimeZone,
		"custom01": "x" + w.ID}
	if end := parse(w.TerminationDate); !end.IsZero() && end.Before(s.company.AsOf) {
		u["status"] = "f"
	}
	if employment == nil {
		employment = func() any { return node{"personIdExternal": w.ID, "userId": id} }
	}
	u["empInfo"] = employment
	if manager := s.company.Worker(w.ManagerID); manager != nil {
		u["manager"] = func() any { return s.user(manager, userOf(manager.ID), nil) }
	}
	return u
}
