// SPDX-License-Identifier: MPL-2.0

package export_test

import (
	"maps"
	"net/http/httptest"
	"slices"
	"testing"

	"terraform-provider-workforce/internal/expression"
	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/export"
	sfserver "terraform-provider-workforce/internal/sandbox/successfactors"
	wdserver "terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/successfactors"
	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/source/workday"
	"terraform-provider-workforce/internal/worker"
)

// dialect is how a system names what the columns of the company hold.
type dialect struct {
	// attributes has the system's name by column.
	attributes map[string]string
	// without are canonical keys that the system does not tell.
	without []string
	// status and kind have the company's words by those of the system.
	status, kind map[string]string
	read         func(t *testing.T, c *company.Company, attributes []string) (*source.Result, error)
}

var (
	workdayNames = map[string]string{"FirstName": "FirstName", "LastName": "LastName", "Department": "SupervisoryOrganization", "CostCenter": "CostCenter", "Company": "Company", "JobTitle": "BusinessTitle",
		"StreetAddress": "AddressLineData", "City": "Municipality", "PostalCode": "PostalCode", "CountryCode": "CountryReferenceTwoLetter", "OfficePhone": "PrimaryWorkTelephone", "Mobile": "Mobile"}
	workdayStatus = map[string]string{"Terminated": "Inactive"}
	workdayKind   = map[string]string{"Contingent Worker": "Contractor"}
)

var dialects = map[string]dialect{
	"Workday": {workdayNames, nil, workdayStatus, workdayKind, func(t *testing.T, c *company.Company, attributes []string) (*source.Result, error) {
		zones := map[string]string{}
		for _, w := range c.Workers {
			zones[wdserver.LocationID(w)] = w.TimeZone
		}
		config := workdayTenant(t, c)
		config.HorizonDays = 70
		config.XPaths = map[string]string{"CostCenter": "wd:Worker/wd:Worker_Data/wd:Organization_Data/wd:Worker_Organization_Data/wd:Organization_Data[wd:Organization_Type_Reference/wd:ID='COST_CENTER']/wd:Organization_Code/text()"}
		return workday.Read(t.Context(), config, source.Spec{Attributes: attributes, TimeZones: zones}, now)
	}},
	"Workday report": {map[string]string{"FirstName": "First_Name", "LastName": "Last_Name", "Department": "Department", "JobTitle": "Business_Title", "City": "Location"}, []string{"time_zone"}, nil, nil,
		func(t *testing.T, c *company.Company, attributes []string) (*source.Result, error) {
			config := workdayTenant(t, c)
			config.Report = &workday.Report{Owner: wdserver.ReportOwner, Name: wdserver.ReportName}
			return workday.Read(t.Context(), config, source.Spec{Attributes: attributes, Fields: source.Fields{"worker_id": "Employee_ID", "status": "Worker_Status", "worker_type": "Worker_Type", "hire_date": "Hire_Date",
				"termination_date": "Termination_Date", "last_day_of_work": "Last_Day_of_Work", "on_leave": "On_Leave", "manager_id": "Manager_ID"}}, now)
		}},
	"SuccessFactors": {map[string]string{"FirstName": "firstName", "LastName": "lastName", "PreferredName": "preferredName", "Department": "department", "Division": "division", "CostCenter": "costCenterId", "Company": "company",
		"Location": "LocationName", "JobTitle": "jobTitle", "StreetAddress": "officeLocationAddress", "City": "city", "PostalCode": "officeLocationZipCode", "CountryCode": "twoCharCountryCode", "OfficePhone": "businessPhone", "Mobile": "cellPhone"},
		nil, map[string]string{"Unpaid leave": "Active", "Paid leave": "Active", "Terminated": "Inactive"}, workdayKind,
		func(t *testing.T, c *company.Company, attributes []string) (*source.Result, error) {
			server := httptest.NewServer(sfserver.New(c, sfserver.Options{CompanyID: "ACME", Username: "reader", Password: "made-up"}))
			t.Cleanup(server.Close)
			return successfactors.Read(t.Context(), successfactors.Config{Web: web.Config{URL: server.URL, Retries: -1}, CompanyID: "ACME", Username: "reader", Password: "made-up", HorizonDays: 70}, source.Spec{Attributes: attributes}, now)
		}},
}

func workdayTenant(t *testing.T, c *company.Company) workday.Config {
	server := httptest.NewServer(wdserver.New(c))
	t.Cleanup(server.Close)
	return workday.Config{Web: web.Config{URL: server.URL, Retries: -1}, Tenant: wdserver.Tenant, Username: wdserver.User, Password: wdserver.Password}
}

// TestSameFromTheCloud reads one company from the systems whose names and codes
// are their own: under the company's names, the same document as from its file.
// Those whose names can be chosen are held against the file by their fingerprints.
func TestSameFromTheCloud(t *testing.T) {
	c := company.New(11, 400)
	text := written(t, c.WriteCSV)
	for _, name := range slices.Sorted(maps.Keys(dialects)) {
		t.Run(name, func(t *testing.T) {
			d := dialects[name]
			want, err := csv.Read(t.Context(), csv.Config{Location: location.Config{Content: text.Content}}, d.spec(), now)
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.read(t, c, slices.Sorted(maps.Values(d.attributes)))
			if err != nil {
				t.Fatal(err)
			}
			d.translate(got.Workers)
			a, errA := got.Workers.Marshal()
			b, errB := want.Workers.Marshal()
			if errA != nil || errB != nil || a != b {
				t.Errorf("%v, %v: the workers differ from those of the CSV file: %s", errA, errB, difference(got.Workers, want.Workers))
			}
			if len(got.Warnings) > 0 {
				t.Errorf("found the warnings %q", got.Warnings)
			}
		})
	}
}

// spec reads from the file what the system has.
func (d *dialect) spec() source.Spec {
	fields := maps.Clone(source.Fields(export.Fields))
	for _, key := range d.without {
		fields[key] = ""
	}
	return source.Spec{Fields: fields, Attributes: slices.Sorted(maps.Keys(d.attributes))}
}

// translate puts the company's names and words in the place of the system's.
func (d *dialect) translate(people worker.Population) {
	word := func(words map[string]string, text string) string {
		if other, ok := words[text]; ok {
			return other
		}
		return text
	}
	for _, w := range people {
		w.Status, w.Type = word(d.status, w.Status), word(d.kind, w.Type)
		attributes := map[string]expression.Value{}
		for column, name := range d.attributes {
			attributes[column] = w.Attributes[name]
		}
		w.Attributes = attributes
	}
}
