// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"strings"
	"time"
)

// kind is the type of a property.
type kind int

const (
	text   kind = iota // Edm.String
	truth              // Edm.Boolean
	number             // Edm.Int32
	long               // Edm.Int64, which is written as a text
	day                // Edm.DateTime, without an offset
	moment             // Edm.DateTimeOffset
)

// entity is an entity type: its properties, and where navigation leads.
type entity struct {
	name  string
	key   []string
	dated bool // has start and end dates: only rows in force are shown
	props map[string]kind
	navs  map[string]nav
}

type nav struct {
	to   string
	many bool
}

// schemaText lists entity types: name, a star if they are effective dated, the
// properties of the key; properties with a letter for other types than text; navigation with an
// arrow, and a star where it leads to several.
const schemaText = `
PerPerson personIdExternal
  personIdExternal personId:long perPersonUuid dateOfBirth:day countryOfBirth lastModifiedDateTime:moment
  personalInfoNav>PerPersonal* phoneNav>PerPhone* emailNav>PerEmail* employmentNav>EmpEmployment* personEmpTerminationInfoNav>PersonEmpTerminationInfo
PerPersonal* personIdExternal,startDate
  personIdExternal startDate:day endDate:day firstName lastName middleName preferredName displayName gender lastModifiedDateTime:moment
PerPhone phoneType
  personIdExternal phoneType phoneNumber areaCode countryCode extension isPrimary:truth
  phoneTypeNav>PicklistOption
PerEmail emailType
  personIdExternal emailType emailAddress isPrimary:truth
  emailTypeNav>PicklistOption
PersonEmpTerminationInfo personIdExternal
  personIdExternal activeEmploymentsCount:number latestTerminationDate:day
EmpEmployment personIdExternal,userId
  personIdExternal userId startDate:day endDate:day originalStartDate:day firstDateWorked:day lastDateWorked:day assignmentClass isContingentWorker:truth okToRehire:truth customString1 customString2
  userNav>User jobInfoNav>EmpJob*
EmpJob* seqNumber,startDate,userId
  userId seqNumber:long startDate:day endDate:day emplStatus jobTitle position managerId timezone countryOfCompany eventReason customString1 customString13
  company businessUnit division department costCenter location jobCode payGrade employeeClass employmentType
  companyNav>FOCompany businessUnitNav>FOBusinessUnit divisionNav>FODivision departmentNav>FODepartment costCenterNav>FOCostCenter locationNav>FOLocation jobCodeNav>FOJobCode payGradeNav>FOPayGrade
  emplStatusNav>PicklistOption employeeClassNav>PicklistOption employmentTypeNav>PicklistOption eventReasonNav>FOEventReason managerUserNav>User
User userId
  userId username status empId firstName lastName email nickname addressLine1 addressLine2 addressLine3 city state country zipCode businessPhone cellPhone homePhone fax jobFamily timeZone custom01 custom02
  manager>User empInfo>EmpEmployment
FOCompany externalCode
  externalCode name name_localized country
  countryOfRegistrationNav>Territory
Territory territoryCode
  territoryCode territoryName twoCharCountryCode
FOBusinessUnit externalCode
  externalCode name name_localized
FODivision externalCode
  externalCode name name_localized
FODepartment externalCode
  externalCode name name_localized
FOCostCenter externalCode
  externalCode name_localized description_localized
FOJobCode externalCode
  externalCode name name_localized
FOPayGrade externalCode
  externalCode name
FOEventReason externalCode
  externalCode name
FOLocation externalCode
  externalCode name customString4
  addressNavDEFLT>FOCorporateAddressDEFLT
FOCorporateAddressDEFLT addressId
  addressId address1 city zipCode state country
  stateNav>PicklistOption
PicklistOption id
  id:long externalCode status
  picklistLabels>PicklistLabel*
PicklistLabel locale,optionId
  optionId:long locale label
`

var kinds = map[string]kind{"": text, "truth": truth, "number": number, "long": long, "day": day, "moment": moment}

// schema holds the entity types by name.
var schema = parseSchema()

func parseSchema() map[string]*entity {
	all := map[string]*entity{}
	var e *entity
	for line := range strings.Lines(schemaText) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if !strings.HasPrefix(line, " ") {
			name, dated := strings.CutSuffix(words[0], "*")
			e = &entity{name: name, key: strings.Split(words[1], ","), dated: dated, props: map[string]kind{}, navs: map[string]nav{}}
			all[name] = e
			continue
		}
		for _, word := range words {
			if name, to, ok := strings.Cut(word, ">"); ok {
				to, many := strings.CutSuffix(to, "*")
				e.navs[name] = nav{to, many}
				continue
			}
			name, of, _ := strings.Cut(word, ":")
			e.props[name] = kinds[of]
		}
	}
	return all
}

// node is one entity: properties as text, bool, int, int64 or time.Time, and
// navigation as node, []node or a function that returns one of the two.
type node map[string]any

// follow returns what a navigation leads to, as far as it is in force between two dates.
func (n node) follow(e *entity, name string, from, to time.Time) []node {
	v := n[name]
	if f, ok := v.(func() any); ok {
		v = f()
	}
	var list []node
	switch v := v.(type) {
	case node:
		if v != nil {
			list = []node{v}
		}
	case []node:
		list = v
	}
	if !schema[e.navs[name].to].dated {
		return list
	}
	var inForce []node
	for _, row := range list {
		start, _ := row["startDate"].(time.Time)
		end, _ := row["endDate"].(time.Time)
		if !start.After(to) && !end.Before(from) {
			inForce = append(inForce, row)
		}
	}
	return inForce
}
