// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/worker"
)

// scope is the record that a built-in attribute is read from. Which of several
// records it is, reader.scopes says.
type scope string

// The scopes, with where they are below a person.
const (
	scopePerson      scope = ""
	scopePersonal    scope = "personalInfoNav"
	scopePhone       scope = "phoneNav"
	scopeEmail       scope = "emailNav"
	scopeTermination scope = "personEmpTerminationInfoNav"
	scopeEmployment  scope = "employmentNav"
	scopeUser        scope = "employmentNav/userNav"
	scopeJob         scope = "employmentNav/jobInfoNav"
)

// builtIn lists the attributes of Microsoft's connector by entity, and below the
// line those that its documentation adds by examples:
// https://learn.microsoft.com/entra/identity/app-provisioning/sap-successfactors-attribute-reference
// A path is that within the entity; of several parted by | the first with a
// value counts. Codes of picklists are the external codes of the options, which
// are the same in every tenant, not their ids. The spelling is Microsoft's.
var builtIn = map[scope]string{
	scopePerson:      `personIdExternal personId perPersonUuid`,
	scopePersonal:    `displayName firstName gender lastName middleName preferredName`,
	scopePhone:       `areaCode countryCode extension phoneNumber phoneType=phoneTypeNav.externalCode`,
	scopeEmail:       `emailAddress emailType=emailTypeNav.externalCode`,
	scopeTermination: `activeEmploymentsCount latestTerminationDate`,
	scopeEmployment: `firstDateWorked lastDateWorked userId isContingentWorker
		assignmentClass originalStartDate employmentStartDate=startDate employmentEndDate=endDate`,
	scopeUser: `addressLine1 addressLine2 addressLIne3=addressLine3 businessPhone cellPhone city country empId homePhone jobFamily nickname state timeZone username zipCode
		fax email userStatus=status`,
	scopeJob: `countryOfCompany emplStatus=emplStatusNav.externalCode endDate startDate jobTitle position
		businessUnit=businessUnitNav.name_localized|businessUnitNav.name businessUnitId=businessUnit
		company=companyNav.name_localized|companyNav.name companyId=company twoCharCountryCode=companyNav.countryOfRegistrationNav.twoCharCountryCode
		costCenter=costCenterNav.name_localized|costCenterNav.name costCenterId=costCenter costCenterDescription=costCenterNav.description_localized|costCenterNav.description
		department=departmentNav.name_localized|departmentNav.name departmentId=department
		division=divisionNav.name_localized|divisionNav.name divisionId=division
		jobCode=jobCodeNav.name_localized|jobCodeNav.name jobCodeId=jobCode
		LocationName=locationNav.name locationId=location
		officeLocationAddress=locationNav.addressNavDEFLT.address1 officeLocationCity=locationNav.addressNavDEFLT.city
		officeLocationState=locationNav.addressNavDEFLT.stateNav.externalCode officeLocationZipCode=locationNav.addressNavDEFLT.zipCode
		payGrade=payGradeNav.name payGradeId=payGrade
		employeeClass=employeeClassNav.externalCode employmentType=employmentTypeNav.externalCode eventReason=eventReasonNav.name eventReasonId=eventReason`,
}

// managerAttribute is the person id of the manager: managerId of the record of
// the job is the id of a user, who may have several.
const managerAttribute = "managerId"

// custom are the fields that each tenant fills with something else. They are
// read if they are named.
func custom() map[scope][]string {
	list := map[scope][]string{scopeJob: {"customString13=customString13", "officeLocationCustomString4=locationNav.customString4"}}
	for i := 1; i <= 15; i++ {
		list[scopeUser] = append(list[scopeUser], fmt.Sprintf("custom%02d=custom%02d", i, i))
		list[scopeEmployment] = append(list[scopeEmployment], fmt.Sprintf("empNavCustomString%d=customString%d", i, i))
		list[scopeJob] = append(list[scopeJob], fmt.Sprintf("empJobNavCustomString%d=customString%d", i, i))
	}
	return list
}

// column is an attribute to read.
type column struct {
	name  string
	scope scope
	paths [][]string // alternatives, by segments
	own   *jsonPath  // configured; then scope and paths are empty
	named bool       // read only if it is named
}

// columns returns the attributes that are there: Microsoft's and the configured
// ones, sorted by name.
func (c *Config) columns() ([]column, error) {
	byName := map[string]column{managerAttribute: {name: managerAttribute, scope: scopeJob, paths: [][]string{{managerAttribute}}}}
	add := func(at scope, word string, named bool) {
		name, paths, renamed := strings.Cut(word, "=")
		if !renamed {
			paths = name
		}
		one := column{name: name, scope: at, named: named}
		for _, path := range strings.Split(paths, "|") {
			one.paths = append(one.paths, strings.Split(path, "."))
		}
		byName[name] = one
	}
	for at, words := range builtIn {
		for _, word := range strings.Fields(words) {
			add(at, word, false)
		}
	}
	for at, words := range custom() {
		for _, word := range words {
			add(at, word, true)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Paths)) {
		if slices.Contains(worker.Fields, name) {
			return nil, fmt.Errorf("paths: %q is the name of a canonical key, expected another one: fields says which attribute fills the key", name)
		}
		path, err := compilePath(c.Paths[name])
		if err != nil {
			return nil, fmt.Errorf("paths: %q: %w", name, err)
		}
		byName[name] = column{name: name, own: path}
	}
	list := make([]column, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		list = append(list, byName[name])
	}
	return list, nil
}

// plan is what to read of each person.
type plan struct {
	spec      source.Spec
	canonical []string // keys of worker.Fields that this package fills
	columns   []column
	names     []string // canonical, then those of columns
	expand    []string
}

// plan finds the attributes that are wanted, and tells those that do not exist
// before anything is asked for.
func (c *Config) plan(s source.Spec) (*plan, error) {
	all, err := c.columns()
	if err != nil {
		return nil, err
	}
	p := &plan{spec: s, columns: all}
	p.spec.DateFormats = dateFormats(s.DateFormats)
	p.spec.StatusWords, p.spec.OwnKeys = statusWords, true
	p.spec.TrueValues, p.spec.FalseValues = withWord(s.TrueValues, "true"), withWord(s.FalseValues, "false")
	for _, key := range worker.Fields {
		if _, named := s.Fields[key]; !named {
			p.canonical = append(p.canonical, key)
		}
	}
	check := p.spec
	check.AllowEmpty, check.MinRecords, check.Sentinels, check.MinFilled = true, 0, nil, nil
	b, err := source.NewBuilder(check, p.allNames())
	if err != nil {
		return nil, err
	}
	if _, err := b.Finish(); err != nil {
		return nil, err
	}
	p.columns = slices.DeleteFunc(p.columns, func(one column) bool { return !one.wanted(s) })
	p.names = p.allNames()
	p.expand = p.navigation()
	return p, nil
}

func (p *plan) allNames() []string {
	list := slices.Clone(p.canonical)
	for _, one := range p.columns {
		list = append(list, one.name)
	}
	return list
}

// wanted reports whether an attribute is read.
func (c column) wanted(s source.Spec) bool {
	if _, watched := s.MinFilled[c.name]; watched || c.name == s.ManagerReference {
		return true
	}
	for _, field := range s.Fields {
		if field == c.name {
			return true
		}
	}
	if s.Attributes != nil {
		return slices.Contains(s.Attributes, c.name)
	}
	return !c.named && (c.own != nil || !source.Sensitive(c.name))
}

// navigation returns the entities to expand: those that tell which employment
// counts and what the canonical keys are, and those of the attributes.
func (p *plan) navigation() []string {
	set := map[string]bool{}
	add := func(segments ...string) {
		for i := range segments {
			set[strings.Join(segments[:i+1], "/")] = true
		}
	}
	add("employmentNav", "jobInfoNav", "emplStatusNav")
	manager := slices.Contains(p.canonical, "manager_id")
	if slices.Contains(p.canonical, "termination_date") {
		add(string(scopeTermination))
	}
	if slices.Contains(p.canonical, "time_zone") {
		add("employmentNav", "userNav")
	}
	for _, one := range p.columns {
		manager = manager || one.name == managerAttribute
		if one.own != nil {
			for _, path := range one.own.navigation {
				add(path...)
			}
			continue
		}
		for _, path := range one.paths {
			if one.scope == scopePerson {
				continue
			}
			add(append(strings.Split(string(one.scope), "/"), path[:len(path)-1]...)...)
		}
	}
	if manager {
		add("employmentNav", "userNav", "manager", "empInfo")
	}
	return slices.Sorted(maps.Keys(set))
}

// dateFormats adds the formats that this package writes dates in.
func dateFormats(configured []string) []string {
	list := slices.Clone(configured)
	if configured == nil {
		list = append(list, source.DefaultDateFormats...)
	}
	for _, format := range []string{"yyyy-MM-dd", microsoftFormat} {
		if !slices.Contains(list, format) {
			list = append(list, format)
		}
	}
	return list
}

// withWord adds a word that this package writes to configured ones.
func withWord(configured []string, word string) []string {
	if configured == nil || slices.ContainsFunc(configured, func(w string) bool { return strings.EqualFold(w, word) }) {
		return configured
	}
	return append(slices.Clone(configured), word)
}
