// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"maps"
	"slices"
	"strings"
)

// The attributes of Microsoft's connector, with the XPaths that it ships for
// versions before 30 and recommends from 30 on:
// https://learn.microsoft.com/entra/identity/app-provisioning/workday-attribute-reference

// shorthands shorten the table below. {job} is the position of the primary job,
// which is in Worker_Job_Data from about version 22 on.
var shorthands = strings.NewReplacer(
	"{data}", "wd:Worker/wd:Worker_Data",
	"{name}", "wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Name_Data",
	"{contact}", "wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data",
	"{status}", "wd:Worker/wd:Worker_Data/wd:Employment_Data/wd:Worker_Status_Data",
	"{org type}", "translate(string(wd:Organization_Type_Reference/wd:ID[@wd:type='Organization_Type_ID']),'abcdefghijklmnopqrstuvwxyz','ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
	"{inner org type}", "translate(string(wd:Organization_Data/wd:Organization_Type_Reference/wd:ID[@wd:type='Organization_Type_ID']),'abcdefghijklmnopqrstuvwxyz','ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
	"{usage}", "translate(string(wd:Usage_Data/wd:Type_Data/wd:Type_Reference/@wd:Descriptor),'abcdefghijklmnopqrstuvwxyz','ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
	"{device}", "translate(string(wd:Phone_Device_Type_Reference/@wd:Descriptor),'abcdefghijklmnopqrstuvwxyz','ABCDEFGHIJKLMNOPQRSTUVWXYZ')",
	"{public work}", "wd:Usage_Data/@wd:Public='1' and string(wd:Usage_Data/wd:Type_Data/wd:Type_Reference/wd:ID[@wd:type='Communication_Usage_Type_ID'])='WORK'",
	"{device id}", "string(wd:Phone_Device_Type_Reference/wd:ID[@wd:type='Phone_Device_Type_ID'])",
)

const (
	job21 = "wd:Worker/wd:Worker_Data/wd:Employment_Data/wd:Position_Data"
	job30 = "wd:Worker/wd:Worker_Data/wd:Employment_Data/wd:Worker_Job_Data[@wd:Primary_Job=1]/wd:Position_Data"
)

// common lists name and XPath of the attributes that are the same in all
// versions, but for {job}.
const common = `
WorkerID                  {data}/wd:Worker_ID/text()
UserID                    {data}/wd:User_ID/text()
WID                       wd:Worker/wd:Worker_Reference/wd:ID[@wd:type='WID']/text()
EmployeeID                wd:Worker/wd:Worker_Reference/wd:ID[@wd:type='Employee_ID']/text()
ContingentWorkerID        wd:Worker/wd:Worker_Reference/wd:ID[@wd:type='Contingent_Worker_ID']/text()
FirstName                 {name}/wd:Legal_Name_Data/wd:Name_Detail_Data/wd:First_Name/text()
MiddleName                {name}/wd:Legal_Name_Data/wd:Name_Detail_Data/wd:Middle_Name/text()
LastName                  {name}/wd:Legal_Name_Data/wd:Name_Detail_Data/wd:Last_Name/text()
PreferredFirstName        {name}/wd:Preferred_Name_Data/wd:Name_Detail_Data/wd:First_Name/text()
PreferredMiddleName       {name}/wd:Preferred_Name_Data/wd:Name_Detail_Data/wd:Middle_Name/text()
PreferredLastName         {name}/wd:Preferred_Name_Data/wd:Name_Detail_Data/wd:Last_Name/text()
PreferredNameData         {name}/wd:Preferred_Name_Data/wd:Name_Detail_Data/@wd:Formatted_Name
Active                    {status}/wd:Active/text()
BusinessTitle             {job}/wd:Business_Title/text()
PositionID                {job}/wd:Position_ID/text()
PositionTitle             {job}/wd:Position_Title/text()
AddressLineData           {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data/text()
AddressLine2Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_2']/text()
AddressLine3Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_3']/text()
AddressLine4Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_4']/text()
AddressLine5Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_5']/text()
AddressLine6Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_6']/text()
AddressLine7Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_7']/text()
AddressLine8Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_8']/text()
AddressLine9Data          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Address_Line_Data[@wd:Type='ADDRESS_LINE_9']/text()
Municipality              {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Municipality/text()
PostalCode                {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Postal_Code/text()
CountryReference          {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Country_Reference/wd:ID[@wd:type='ISO_3166-1_Alpha-3_Code']/text()
CountryReferenceTwoLetter {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Country_Reference/wd:ID[@wd:type='ISO_3166-1_Alpha-2_Code']/text()
CountryReferenceNumeric   {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Country_Reference/wd:ID[@wd:type='ISO_3166-1_Numeric-3_Code']/text()
CountryReferenceFriendly  {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Country_Reference/@wd:Descriptor
SupervisoryOrganization   {data}/wd:Organization_Data/wd:Worker_Organization_Data/wd:Organization_Data[{org type}='SUPERVISORY']/wd:Organization_Name/text()
ManagerReference          {data}/wd:Management_Chain_Data/wd:Worker_Supervisory_Management_Chain_Data[position()=1]/wd:Management_Chain_Data[last()=position()]/wd:Manager_Reference/wd:ID[@wd:type='WID']/text()
JobClassificationID       {job}/wd:Job_Classification_Summary_Data/wd:Job_Classification_Reference/wd:ID[@wd:type='Job_Classification_Reference_ID']/text()
JobFamilyID               {job}/wd:Job_Profile_Summary_Data/wd:Job_Family_Reference/wd:ID[@wd:type='Job_Family_ID']/text()
LeaveAbsenceType          {status}/wd:Leave_Status_Data[wd:On_Leave='1']/wd:Leave_of_Absence_Type_Reference/wd:ID[@wd:type='Leave_of_Absence_Type_ID']/text()
LocalReference            {job}/wd:Business_Site_Summary_Data/wd:Local_Reference/wd:ID[@wd:type='Locale_ID']/text()
LocationIdentifier        {job}/wd:Business_Site_Summary_Data/wd:Location_Reference/wd:ID[@wd:type='Location_ID']/text()
WorkSpaceReference        {job}/wd:Work_Space__Reference/@wd:Descriptor
TransactionLogData        {data}/wd:Transaction_Log_Entry_Data/wd:Transaction_Log_Entry
`

// before30 and from30 are those that differ.
const before30 = `
Company                {data}/wd:Organization_Data/wd:Worker_Organization_Data[{inner org type}='COMPANY']/wd:Organization_Reference/@wd:Descriptor
FacilityLocation       {data}/wd:Organization_Data/wd:Worker_Organization_Data[{inner org type}='FACILITY']/wd:Organization_Reference/@wd:Descriptor
CountryRegionReference {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Country_Region_Reference/@wd:Descriptor
EmailAddress           {contact}/wd:Email_Address_Data[{usage}='WORK']/wd:Email_Address/text()
Fax                    {contact}/wd:Phone_Data[{device}='FAX' and {usage}='WORK']/@wd:Formatted_Phone
Mobile                 {contact}/wd:Phone_Data[{device}='MOBILE' and {usage}='WORK']/@wd:Formatted_Phone
Telephone              {contact}/wd:Phone_Data[{device}='TELEPHONE' and {usage}='WORK']/@wd:Formatted_Phone
PrimaryWorkTelephone   {contact}/wd:Phone_Data[wd:Usage_Data/wd:Type_Data/@wd:Primary='1' and {usage}='WORK']/@wd:Formatted_Phone
WorkerType             {job}/wd:Worker_Type_Reference/@wd:Descriptor
`

const from30 = `
Company                {data}/wd:Organization_Data/wd:Worker_Organization_Data[{inner org type}='COMPANY']/wd:Organization_Data/wd:Organization_Name/text()
FacilityLocation       {data}/wd:Organization_Data/wd:Worker_Organization_Data/wd:Organization_Data[{org type}='LOCATION_HIERARCHY']/wd:Organization_Name/text()
CountryRegionReference {job}/wd:Business_Site_Summary_Data/wd:Address_Data/wd:Country_Region_Descriptor/text()
EmailAddress           {contact}/wd:Email_Address_Data[{public work}]/wd:Email_Address/text()
Fax                    {contact}/wd:Phone_Data[{public work} and {device id}='Fax']/@wd:Workday_Traditional_Formatted_Phone
Mobile                 {contact}/wd:Phone_Data[{public work} and {device id}='Mobile']/@wd:Workday_Traditional_Formatted_Phone
Telephone              {contact}/wd:Phone_Data[{public work} and {device id}='Landline']/@wd:Workday_Traditional_Formatted_Phone
PrimaryWorkTelephone   {contact}/wd:Phone_Data[{public work} and {device id}='Landline']/@wd:Workday_Traditional_Formatted_Phone
WorkerType             {job}/wd:Worker_Type_Reference[wd:ID/@wd:type="Contingent_Worker_Type_ID" or wd:ID/@wd:type="Employee_Type_ID"]/@wd:Descriptor
`

// statuses are the attributes named Status… and their elements below
// Worker_Status_Data. The spelling of the first is Microsoft's.
const statuses = `
AcademisTenureDate Academic_Tenure_Date           ActiveStatusDate Active_Status_Date                         BenefitsServiceDate Benefits_Service_Date
CompanyServiceDate Company_Service_Date           ContinuousFirstDayOfWork First_Day_of_Work                  ContinuousServiceDate Continuous_Service_Date
DateEnteredWorkforce Date_Entered_Workforce       DaysUnemployed Days_Unemployed                              EndEmploymentDate End_Employment_Date
ExpectedRetirementDate Expected_Retirement_Date   HireDate Hire_Date                                          MonthsContinuousPriorEmployment Months_Continuous_Prior_Employment
NotEligibleForHire Not_Eligible_For_Hire          NotEligibleForRehire Not_Eligible_for_Rehire                OriginalHireDate Original_Hire_Date
ProbationEndDate Probation_End_Date               ProbationStartDate Probation_Start_Date                     RegrettableTermination Regrettable_Termination
Rehire Rehire                                     ResignationDate Resignation_Date                            Retired Retired
RetirementDate Retirement_Date                    RetirementEligibilityDate Retirement_Eligibility_Date       SeniorityDate Seniority_Date
SeveranceDate Severance_Date                      Terminated Terminated                                       TerminationDate Termination_Date
TerminationInvoluntary Termination_Involuntary    TerminationLastDayOfWork Termination_Last_Day_of_Work       TimeOffServiceDate Time_Off_Service_Date
VestingDate Vesting_Date`

// XPaths returns the attributes of Microsoft's connector, by name, with their
// XPaths for a version of Workday's web services, such as 44.2.
func XPaths(version float64) map[string]string {
	table := map[string]string{}
	texts, job := []string{common, from30}, job30
	if version < 30 {
		texts, job = []string{common, before30}, job21
	}
	for _, text := range texts {
		for line := range strings.Lines(strings.TrimSpace(text)) {
			name, path, _ := strings.Cut(strings.TrimSpace(line), " ")
			path = strings.ReplaceAll(strings.TrimSpace(path), "{job}", job)
			table[name] = shorthands.Replace(path)
		}
	}
	words := strings.Fields(statuses)
	for i := 0; i < len(words); i += 2 {
		table["Status"+words[i]] = shorthands.Replace("{status}/wd:" + words[i+1] + "/text()")
	}
	return table
}

// manyByDefault is what the data would swell by without use: it is read if it is named.
const manyByDefault = "TransactionLogData"

// column is an attribute to read.
type column struct {
	name  string
	paths []string // the first that finds something counts
	own   bool     // configured; then all results count
}

// isManager reports whether the attribute is the manager, whom records know
// without an XPath: by worker id, not by WID.
func (c *column) isManager() bool { return c.name == "ManagerReference" && !c.own }

// columns returns the attributes that are there: Microsoft's and the configured
// ones, sorted.
func (c *Config) columns() []column {
	table := XPaths(c.version)
	other := map[string]string{}
	if c.version < 30 {
		other = XPaths(30) // the primary job has its own element since about version 22
	}
	var list []column
	for _, name := range slices.Sorted(maps.Keys(table)) {
		if _, own := c.XPaths[name]; own {
			continue
		}
		one := column{name: name, paths: []string{table[name]}}
		if path := other[name]; path != "" && path != table[name] {
			one.paths = append(one.paths, path)
		}
		list = append(list, one)
	}
	for _, name := range slices.Sorted(maps.Keys(c.XPaths)) {
		list = append(list, column{name: name, paths: []string{c.XPaths[name]}, own: true})
	}
	return list
}
