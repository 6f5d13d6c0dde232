// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/xuri/excelize/v2"
)

// fileWorkers are the workers that every file of these tests holds, so that
// one document comes out of all of them.
const fileWorkers = `{"000017":{"worker_id":"000017","status":null,"worker_type":null,"hire_date":"2024-02-29","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":"000018","time_zone":null,"attributes":{"Name":"Jürgen Müller"}},` +
	`"000018":{"worker_id":"000018","status":null,"worker_type":null,"hire_date":"2020-01-31","termination_date":null,"last_day_of_work":null,"on_leave":null,"manager_id":null,"time_zone":null,"attributes":{"Name":"Bo Li"}}}`

const fileFields = `fields = { worker_id = "ID", hire_date = "Hired", manager_id = "Manager" }`

const fileCSV = "ID,Name,Hired,Manager\n000017,Jürgen Müller,2024-02-29,000018\n000018,Bo Li,2020-01-31,\n"

// workbook is the workers as an Excel workbook, with dates and ids that are numbers.
func workbook(t *testing.T, manager string) []byte {
	t.Helper()
	f := excelize.NewFile()
	zeros := "000000"
	padded, err := f.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
	if err != nil {
		t.Fatal(err)
	}
	date, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	boss := any(manager)
	if number, err := strconv.Atoi(manager); err == nil {
		boss = excelize.Cell{StyleID: padded, Value: number}
	}
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{
		{"Staff"},
		{"ID", "Name", "Hired", "Manager"},
		{excelize.Cell{StyleID: padded, Value: 17}, "Jürgen Müller", excelize.Cell{StyleID: date, Value: 45351}, boss},
		{"000018", "Bo Li", excelize.Cell{StyleID: date, Value: 43861}, nil},
	} {
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fileSources are the configurations of all sources of files, in which a worker names their manager.
func fileSources(t *testing.T, manager string) map[string]string {
	return map[string]string{
		"workforce_hr_xlsx": `content_base64 = "` + base64.StdEncoding.EncodeToString(workbook(t, manager)) + `"`,
		"workforce_hr_csv":  `content = ` + strconv.Quote(strings.ReplaceAll(fileCSV, ",000018\n", ","+manager+"\n")),
		"workforce_hr_json": `
			content = jsonencode({ meta = { total = 2 }, data = [{ ID = "000017", Name = "Jürgen Müller", Hired = "2024-02-29", Manager = "` + manager + `" }, { ID = "000018", Name = "Bo Li", Hired = "2020-01-31", Manager = null }] })
			records = "data"
			total_path = "meta.total"`,
		"workforce_hr_xml": `
			content = "<Staff xmlns=\"urn:x\" n=\"2\"><W id=\"000017\"><Name>Jürgen Müller</Name><Hired>2024-02-29</Hired><Boss>` + manager + `</Boss></W><W id=\"000018\"><Name>Bo Li</Name><Hired>2020-01-31</Hired></W></Staff>"
			records = "/x:Staff/x:W"
			namespaces = { x = "urn:x" }
			columns = { ID = "@id", Name = "Name", Hired = "x:Hired", Manager = "string(Boss)" }
			total_path = "/Staff/@n"`,
		"workforce_hr_fixed_width": `
			content = "000017Jürgen Müller 2024-02-29` + fmt.Sprintf("%-6s", manager) + `\n000018Bo Li         2020-01-31      \nT2\n"
			columns = [{ name = "ID", start = 1, width = 6 }, { name = "Name", start = 7, width = 14 }, { name = "Hired", start = 21, width = 10 }, { name = "Manager", start = 31, width = 6 }]
			trailer = "^T(\\d+)$"`,
	}
}

func TestAccHRFile_sameWorkersFromEveryFormat(t *testing.T) {
	for kind, config := range fileSources(t, "000018") {
		t.Run(kind, func(t *testing.T) {
			address := "data." + kind + ".staff"
			byName := fmt.Sprintf("data %q \"staff\" {\n%s\n%s\nmanager_reference = \"Name\"\nattributes = []\n}", kind,
				fileSources(t, "bo LI")[kind], fileFields)
			withoutNames := regexp.MustCompile(`"Name":"[^"]*"`).ReplaceAllString(fileWorkers, "")
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: testProviders,
				Steps: []resource.TestStep{{
					Config: fmt.Sprintf("data %q \"staff\" {\n%s\n%s\n}", kind, config, fileFields),
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("json"), knownvalue.StringExact(fileWorkers)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("worker_count"), knownvalue.Int64Exact(2)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("warnings"), knownvalue.ListExact(nil)),
					},
				}, {
					Config: byName,
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue(address, tfjsonpath.New("json"), knownvalue.StringExact(withoutNames)),
						statecheck.ExpectKnownValue(address, tfjsonpath.New("warnings"), knownvalue.ListExact(nil)),
					},
				}},
			})
		})
	}
}

func TestAccHRFile_mistakes(t *testing.T) {
	dir := t.TempDir()
	xls := filepath.Join(dir, "staff.xls")
	if err := os.WriteFile(xls, append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		kind, config string
		want         []string
	}{
		"two places":               {"workforce_hr_json", `path = "a"; url = "https://x.example.com/"`, []string{"path", "content", "url"}},
		"no place":                 {"workforce_hr_xml", `records = "//w"`, []string{"path", "content", "url"}},
		"checksum":                 {"workforce_hr_json", `content = "[]"; sha256 = "abc"`, []string{"64", "hexadecimal"}},
		"wrong checksum":           {"workforce_hr_json", `content = "[]"; sha256 = sha256("x")`, []string{"SHA-256", "sha256"}},
		"two places of CSV":        {"workforce_hr_csv", `content = "a"; url = "https://x.example.com/"`, []string{"path", "content", "url"}},
		"wrong checksum of CSV":    {"workforce_hr_csv", `content = "ID\n1\n"; sha256 = sha256("x")`, []string{"SHA-256", "sha256"}},
		"empty CSV":                {"workforce_hr_csv", `content = ""`, []string{"content", "the file is empty"}},
		"half a document":          {"workforce_hr_json", `content = "[{\"ID\":\"1\"},{"`, []string{"cut", "off"}},
		"bomb":                     {"workforce_hr_xml", `content = "<!DOCTYPE x><x/>"; records = "//w"`, []string{"DTD"}},
		"xls":                      {"workforce_hr_xlsx", `path = "` + xls + `"`, []string{"(.xls)", "save", "it", "as"}},
		"not Base64":               {"workforce_hr_xlsx", `content_base64 = "ü"`, []string{"filebase64"}},
		"two sheets":               {"workforce_hr_xlsx", `content_base64 = "eA=="; sheet = "a"; sheet_number = 1`, []string{"sheet_number"}},
		"columns that overlap":     {"workforce_hr_fixed_width", `content = "x"; columns = [{ name = "ID", start = 1, width = 5 }, { name = "N", start = 5, width = 1 }]`, []string{"begins", "at", "5", "behind"}},
		"variable of other use":    {"workforce_hr_json", `url = "https://x.example.com/"; headers_from_environment = { A = "WORKFORCE_AD_PASSWORD" }`, []string{"WORKFORCE_HR_"}},
		"variable that is not set": {"workforce_hr_json", `url = "https://x.example.com/"; headers_from_environment = { A = "WORKFORCE_HR_NOT_SET" }`, []string{"WORKFORCE_HR_NOT_SET", "is", "not", "set"}},
	} {
		t.Run(name, func(t *testing.T) {
			config := strings.ReplaceAll(c.config, "; ", "\n")
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: testProviders,
				Steps:                    []resource.TestStep{{Config: fmt.Sprintf("data %q \"staff\" {\n%s\n%s\n}", c.kind, config, fileFields), PlanOnly: true, ExpectError: wordsInOrder(c.want...)}},
			})
		})
	}
}

// TestAccHRFile_download reads over https with a header from the environment,
// whose value stays out of the state.
func TestAccHRFile_download(t *testing.T) {
	const secret = "canary-77ab"
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		file := []byte(fileCSV)
		if r.URL.Path == "/staff.xlsx" {
			file = workbook(t, "000018")
		}
		if _, err := w.Write(file); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(s.Close)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	config := func(kind, variable string) string {
		return fmt.Sprintf("data \"workforce_hr_%s\" \"staff\" {\nurl = %q\nca_certificate = <<-EOT\n%sEOT\nheaders_from_environment = { Authorization = %q }\n%s\n}", kind, s.URL+"/staff."+kind, ca, variable, fileFields)
	}
	t.Setenv("WORKFORCE_HR_TEST_AUTHORIZATION", secret)
	t.Setenv("WORKFORCE_HR_TEST_WRONG", secret+"x")
	for _, kind := range []string{"xlsx", "csv"} {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: testProviders,
			Steps: []resource.TestStep{
				{
					Config: config(kind, "WORKFORCE_HR_TEST_AUTHORIZATION"),
					Check: func(state *terraform.State) error {
						if text := state.String(); bytes.Contains([]byte(text), []byte(secret)) {
							return fmt.Errorf("the secret is in the state: %s", text)
						}
						return nil
					},
					ConfigStateChecks: []statecheck.StateCheck{
						statecheck.ExpectKnownValue("data.workforce_hr_"+kind+".staff", tfjsonpath.New("json"), knownvalue.StringExact(fileWorkers)),
					},
				},
				{Config: config(kind, "WORKFORCE_HR_TEST_WRONG"), ExpectError: wordsInOrder("401", "Unauthorized", "credentials")},
			},
		})
	}
}
