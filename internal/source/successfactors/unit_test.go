// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/source/web"
	"terraform-provider-workforce/internal/worker"
)

// decode reads JSON as answers are read.
func decode(t *testing.T, text string) object {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var o object
	if err := decoder.Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

const ada = `{"personIdExternal":"1001","a b":"blank","n":7,"flag":true,"nothing":null,
 "linkNav":{"__deferred":{"uri":"https://x"}},
 "emailNav":{"results":[{"isPrimary":false,"emailAddress":"p@x"},{"isPrimary":true,"emailAddress":"w@x"}]},
 "employmentNav":{"results":[
  {"assignmentClass":"ST","userId":"u1","userNav":{"username":"ada","manager":{"empInfo":{"personIdExternal":"900","jobInfoNav":{"__deferred":{"uri":"https://x"}}}}},
   "jobInfoNav":{"results":[{"jobTitle":"A","emplStatusNav":{"externalCode":"T"}},{"jobTitle":"B","emplStatusNav":{"externalCode":"A"}}]}},
  {"assignmentClass":"GA","userId":"u2","userNav":null,"jobInfoNav":{"results":[{"jobTitle":"C || D","emplStatusNav":{"externalCode":"U"}}]}}]}}`

func TestPaths(t *testing.T) {
	root := decode(t, ada)
	for path, want := range map[string]string{
		"$.personIdExternal": "1001",
		"$['a b']":           "blank",
		"$[\"n\"]":           "7",
		"$.flag":             "True",
		"$.nothing":          "",
		"$.missing.x":        "",
		"$.employmentNav.results[0].userNav.username":                                         "ada",
		"$.employmentNav.results[1].userNav.username":                                         "",
		"$.employmentNav.results[-1].userId":                                                  "u2",
		"$.employmentNav.results[-1:].userId":                                                 "u2",
		"$.employmentNav.results[0:1].userId":                                                 "u1",
		"$.employmentNav.results[:1].userId":                                                  "u1",
		"$.employmentNav.results[5].userId":                                                   "",
		"$.employmentNav.results[-5].userId":                                                  "",
		"$.employmentNav.results[1:0].userId":                                                 "",
		"$.employmentNav.results[*].userId":                                                   "u1|u2",
		"$.employmentNav.results[?(@.assignmentClass == 'GA')].userId":                        "u2",
		"$.employmentNav.results[?(@.assignmentClass!='GA')].userId":                          "u1",
		"$.employmentNav.results[?(@.userNav)].userId":                                        "u1",
		"$.employmentNav.results[?(@.userNav == null)].userId":                                "u2",
		"$.emailNav.results[?(@.isPrimary == true)].emailAddress":                             "w@x",
		"$.emailNav.results[?(@.isPrimary == false && @.emailAddress == 'p@x')].emailAddress": "p@x",
		"$.employmentNav..jobInfoNav..results[?(@.emplStatusNav.externalCode == 'A' || @.emplStatusNav.externalCode == 'U')].jobTitle": "B|C || D",
		"$.employmentNav..results[?(@.jobTitle == 'C || D')].jobTitle":                                                                 "C || D",
		"$.employmentNav.results[0].userNav.manager.empInfo.personIdExternal":                                                          "900",
		"$..username": "ada",
	} {
		p, err := compilePath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		found, err := p.find(root)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		texts := make([]string, len(found))
		for i, v := range found {
			texts[i] = plain(v)
		}
		if got := strings.Join(texts, "|"); got != want {
			t.Errorf("%s: got %q, expected %q", path, got, want)
		}
	}
	for _, path := range []string{"$.linkNav.x", "$.employmentNav.results[0].userNav.manager.empInfo.jobInfoNav.results[0].jobTitle", "$..linkNav.x"} {
		p, err := compilePath(path)
		if err != nil {
			t.Fatal(err)
		}
		if found, err := p.find(root); err == nil || !strings.Contains(err.Error(), path+" is not expanded") {
			t.Errorf("%s: got %v, %v", path, found, err)
		}
	}
}

func TestPathsThatAreNone(t *testing.T) {
	for path, want := range map[string]string{
		"":                                     "expected a JSONPath beginning with $",
		"employmentNav.x":                      "expected a JSONPath beginning with $",
		"$":                                    "expected it to end with the name of a property",
		"$.employmentNav":                      "expected it to end with the name of a property",
		"$.employmentNav.results":              "expected it to end with the name of a property",
		"$.a..":                                "expected the name of a property",
		"$.a[":                                 "expected a closing ]",
		"$.a[x].b":                             "expected a number, *, a name in quotes or a filter",
		"$.a[1:x].b":                           "expected a number, *, a name in quotes or a filter",
		"$.a[?@.b == 1].c":                     "expected a filter such as",
		"$.a[?(b == 1)].c":                     "expected a comparison such as",
		"$.a[?(@.b == c)].c":                   "expected a text in quotes, a number, true, false or null",
		"$.a[?(@.b > 1)].c":                    "expected a comparison such as",
		"$.a b":                                "expected the name of a property",
		"$a":                                   "expected . or [",
		"$.a[?(@.b == 'x' || @.c == 'y'].jobs": "expected a filter such as",
	} {
		if p, err := compilePath(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, expected %q", path, p, err, want)
		}
	}
}

func TestNavigation(t *testing.T) {
	p, err := compilePath("$.employmentNav..jobInfoNav..results[?(@.emplStatusNav.externalCode == 'A')].locationNav.addressNavDEFLT.city")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, path := range p.navigation {
		got = append(got, strings.Join(path, "/"))
	}
	if want := []string{"employmentNav/jobInfoNav/emplStatusNav", "employmentNav/jobInfoNav/locationNav/addressNavDEFLT"}; !slices.Equal(got, want) {
		t.Errorf("got %q, expected %q", got, want)
	}
}

func TestDates(t *testing.T) {
	for _, tt := range []struct {
		text, date, microsoft, iso string
		wrong                      bool
	}{
		{"/Date(1714521600000)/", "2024-05-01", "5/1/2024 12:00:00 AM", "2024-05-01", false},
		{"/Date(-86400000)/", "1969-12-31", "12/31/1969 12:00:00 AM", "1969-12-31", false},
		{"/Date(253402214400000)/", "", "12/31/9999 12:00:00 AM", "", false},
		{"/Date(253402300799000)/", "", "12/31/9999 11:59:59 PM", "", false},
		{"/Date(1618796144000+0000)/", "2021-04-19", "4/19/2021 01:35:44 AM", "2021-04-19T01:35:44Z", false},
		{"/Date(1618796144000-0420)/", "2021-04-19", "4/19/2021 01:35:44 AM", "2021-04-19T01:35:44Z", false},
		{"/Date(253402300800000)/", "", "", "", false}, // the year 10000
		{"/Date(8640000000000000)/", "", "", "", false},
		{"/Date(-62135596800000)/", "0001-01-01", "1/1/0001 12:00:00 AM", "0001-01-01", false},
		{"/Date(-62135596800001)/", "", "/Date(-62135596800001)/", "/Date(-62135596800001)/", true}, // before the year 1
		{"/Date(-9223372036854775808)/", "", "/Date(-9223372036854775808)/", "/Date(-9223372036854775808)/", true},
		{"", "", "", "", false},
		{"/Date()/", "", "/Date()/", "/Date()/", true},
		{"/Date(99999999999999999999)/", "", "/Date(99999999999999999999)/", "/Date(99999999999999999999)/", true},
		{"2024-05-01", "", "2024-05-01", "2024-05-01", true},
	} {
		got, err := date(object{"d": tt.text}, "d")
		if got != worker.Date(tt.date) || (err != nil) != tt.wrong {
			t.Errorf("%s: got %q, %v", tt.text, got, err)
		}
		for style, want := range map[bool]string{false: tt.microsoft, true: tt.iso} {
			if got := (&Config{ISODates: style}).present(tt.text); got != want {
				t.Errorf("%s: got %q, expected %q", tt.text, got, want)
			}
		}
	}
}

// TestPrimaryEmployment puts employments into order.
func TestPrimaryEmployment(t *testing.T) {
	e := func(user, class, start, end, status string) *employment {
		return &employment{node: object{"userId": user, "assignmentClass": class}, start: worker.Date(start), end: worker.Date(end), status: status}
	}
	r := &reader{asOf: "2026-11-22", horizon: "2026-12-22"}
	for name, list := range map[string][]*employment{ // the first is expected to count
		"standard before global":               {e("1", "ST", "2020-01-01", "", "A"), e("2", "GA", "2026-01-01", "", "A")},
		"dormant at home, abroad":              {e("1", "ST", "2020-01-01", "", "D"), e("2", "GA", "2026-01-01", "", "A")},
		"ended at home, abroad":                {e("2", "GA", "2026-01-01", "", "A"), e("1", "ST", "2020-01-01", "2026-01-01", "T")},
		"global before pension":                {e("2", "GA", "2020-01-01", "", "A"), e("1", "PP", "2026-01-01", "", "A")},
		"rehire":                               {e("2", "ST", "2026-01-01", "", "A"), e("1", "ST", "2010-01-01", "2015-01-01", "T")},
		"rehire without a class":               {e("2", "", "2026-01-01", "", "A"), e("1", "", "2010-01-01", "2015-01-01", "")},
		"rehire soon":                          {e("2", "ST", "2026-12-01", "", ""), e("1", "ST", "2010-01-01", "2015-01-01", "T")},
		"rehire some day":                      {e("1", "ST", "2010-01-01", "2015-01-01", "T"), e("2", "ST", "2027-12-01", "", "")},
		"conversion on the first of December":  {e("1", "ST", "2020-01-01", "2026-11-30", "A"), e("2", "ST", "2026-12-01", "", "")},
		"last day today":                       {e("1", "ST", "2020-01-01", "2026-11-22", "A"), e("2", "ST", "2026-11-23", "", "")},
		"two at a time, one suspended":         {e("1", "ST", "2010-01-01", "", "A"), e("2", "ST", "2026-01-01", "", "S")},
		"two at a time":                        {e("2", "ST", "2026-01-01", "", "A"), e("1", "ST", "2010-01-01", "", "P")},
		"two at a time, begun on the same day": {e("1", "ST", "2026-01-01", "", "A"), e("2", "ST", "2026-01-01", "", "A")},
		"two that are over":                    {e("2", "ST", "2020-01-01", "2021-01-01", "T"), e("1", "ST", "2010-01-01", "2015-01-01", "T")},
		"did not show up":                      {e("1", "ST", "2010-01-01", "", "A"), e("2", "ST", "2026-11-01", "", "RNS")},
	} {
		for _, order := range [][]*employment{list, {list[1], list[0]}} {
			got := slices.Clone(order)
			slices.SortStableFunc(got, func(a, b *employment) int { return r.rank(a, b, r.asOf) })
			if got[0] != list[0] {
				t.Errorf("%s: got user %s", name, text(got[0].node, "userId"))
			}
		}
	}
}

func TestEffective(t *testing.T) {
	rows := rows(decode(t, `{"results":[
	 {"jobTitle":"later","seqNumber":"1","startDate":"/Date(1798761600000)/","endDate":"/Date(253402214400000)/"},
	 {"jobTitle":"replaced","seqNumber":"2","startDate":"/Date(1735689600000)/","endDate":"/Date(1798675200000)/"},
	 {"jobTitle":"now","seqNumber":"10","startDate":"/Date(1735689600000)/","endDate":"/Date(1798675200000)/"},
	 {"jobTitle":"replaced","seqNumber":"9","startDate":"/Date(1735689600000)/","endDate":"/Date(1798675200000)/"},
	 {"jobTitle":"before","seqNumber":"1","startDate":"/Date(1577836800000)/","endDate":"/Date(1609372800000)/"}]}`))
	for day, want := range map[worker.Date]string{"2026-11-22": "now", "2026-12-31": "now", "2027-01-01": "later", "2020-06-01": "before", "2022-01-01": "before", "2019-01-01": ""} {
		row, err := effective(rows, day)
		if err != nil || text(row, "jobTitle") != want {
			t.Errorf("%s: got %q, %v, expected %q", day, text(row, "jobTitle"), err, want)
		}
	}
}

func TestKeys(t *testing.T) {
	block := func(kind string, der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(curve)
	for text, want := range map[string]string{
		block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private), nil): "",
		block("PRIVATE KEY", pkcs8, err):                                    "expected an RSA key: SuccessFactors takes no other",
		block("CERTIFICATE", []byte("x"), nil):                              "found CERTIFICATE, expected an RSA key",
		"-----BEGIN":                                                        "found no PEM",
	} {
		_, err := newSigner(text)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected %q", err, want)
		}
	}
}

// TestErrorsOfGateways reads errors with more in them, as SAP's gateways write
// them, and, where WORKFORCE_SHARED names a directory with recordings, those.
func TestErrorsOfGateways(t *testing.T) {
	bodies := map[string]string{
		"fixture": `{"error":{"code":"0050569259751EE4BA9710043F8A5115","message":{"lang":"en","value":"Resource not found for the segment 'Addresses'."},"innererror":{"transactionid":"1","errordetails":[{"code":"X","message":"y"}]}}}`,
	}
	if dir := os.Getenv("WORKFORCE_SHARED"); dir != "" {
		b, err := os.ReadFile(filepath.Join(dir, "data", "successfactors-error.json"))
		if err != nil {
			t.Fatal(err)
		}
		bodies["recording"] = string(b)
	}
	for name, body := range bodies {
		r := refused(&web.Response{Status: 404, Body: []byte(body)})
		if r == nil || !strings.Contains(r.Error(), "404 0050") || !strings.Contains(r.Error(), "Resource not found for the segment") {
			t.Errorf("%s: got %v", name, r)
		}
	}
}

// TestRecordedPages reads pages of other entities than persons.
func TestRecordedPages(t *testing.T) {
	pages := map[string][]byte{"fixture": []byte(`{"d":{"results":[{"__metadata":{"uri":"https://x/Picklist('a')","type":"SFOData.Picklist"},"picklistId":"a","picklistOptions":{"results":[{"id":"1","externalCode":"A"}]}}]}}`)}
	if dir := os.Getenv("WORKFORCE_SHARED"); dir != "" {
		for _, name := range []string{"successfactors-data.json", "successfactors-data1.json"} {
			b, err := os.ReadFile(filepath.Join(dir, "data", name))
			if err != nil {
				t.Fatal(err)
			}
			pages[name] = b
		}
	}
	for name, body := range pages {
		p, err := parsePage(&web.Response{Status: 200, Body: bytes.TrimSpace(body)})
		if err != nil || len(p.persons) == 0 || p.total != -1 || p.next != "" {
			t.Errorf("%s: got %+v, %v", name, p, err)
		}
		for _, row := range p.persons {
			for _, property := range sortedNames(row) {
				if text := plain(row[property]); strings.HasPrefix(text, "/Date(") {
					if _, err := date(row, property); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
		}
	}
}
