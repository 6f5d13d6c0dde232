// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/csv"
	"terraform-provider-workforce/internal/source/location"
)

// hrFingerprint returns the fingerprint of a company as its CSV file has it.
func hrFingerprint(t *testing.T, c *company.Company) string {
	t.Helper()
	var file bytes.Buffer
	if err := c.WriteCSV(&file); err != nil {
		t.Fatal(err)
	}
	r, err := csv.Read(t.Context(), csv.Config{Location: location.Config{Content: file.String()}}, source.Spec{Fields: hrapi.Fields}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := source.Fingerprint(r.Workers)
	if err != nil {
		t.Fatal(err)
	}
	return fingerprint
}

// hclMap writes a map of strings.
func hclMap(m map[string]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "    %q = %q\n", key, m[key])
	}
	return "{\n" + b.String() + "  }"
}

// hrConfig reads the company from a server.
func hrConfig(system, more string, columns map[string]string) string {
	return fmt.Sprintf("data \"workforce_hr_%s\" \"staff\" {\n%s\n  columns = %s\n  fields = %s\n}\n", system, more, hclMap(columns), hclMap(hrapi.Fields))
}

// testHR reads the company with credentials from the environment, compares the
// people with those of the CSV file, and looks for the secret in an error.
func testHR(t *testing.T, system string, s *hrapi.Server, c *company.Company, secretVariable, config string) {
	t.Helper()
	address := "data.workforce_hr_" + system + ".staff"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{{
			Config: config,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr(address, "worker_count", fmt.Sprint(len(c.Workers))),
				resource.TestCheckResourceAttr(address, "fingerprint", hrFingerprint(t, c)),
				resource.TestCheckResourceAttr(address, "warnings.#", "0"),
			),
		}},
	})
	t.Setenv(secretVariable, "wrong-"+hrapi.Secret)
	s.Fail(func(_ int64, w http.ResponseWriter, r *http.Request) bool {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "%s %s are wrong", r.Header.Get("Authorization"), "wrong-"+hrapi.Secret)
		return true
	})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps:                    []resource.TestStep{{Config: config, ExpectError: regexp.MustCompile(`(?s)401\s+Unauthorized.*\[hidden\].*check\s+the\s+credentials`)}},
		ErrorCheck: func(err error) error {
			if strings.Contains(err.Error(), hrapi.Secret) {
				t.Errorf("the secret is in the error %v", err)
			}
			return err
		},
	})
}

func TestAccHRREST(t *testing.T) {
	c := company.New(5, 120)
	s := hrapi.StartREST(c)
	defer s.Close()
	t.Setenv("PAYROLL_TOKEN", hrapi.Token)
	t.Setenv("WORKFORCE_REST_CA_CERTIFICATE_PEM", s.CA)
	t.Setenv("PAYROLL_CA_CERTIFICATE_PEM", s.CA)
	testHR(t, "rest", s, c, "PAYROLL_TOKEN", hrConfig("rest", fmt.Sprintf(`
  url                = %q
  environment_prefix = "PAYROLL"
  path               = "offset"
  records            = "items"
  paging = {
    kind           = "offset"
    parameter      = "offset"
    size_parameter = "limit"
    size           = 50
    total          = "totalResults"
  }`, s.URL), hrapi.RESTColumns))
}

func TestAccHRREST_signIn(t *testing.T) {
	c := company.New(5, 20)
	s := hrapi.StartREST(c)
	defer s.Close()
	t.Setenv("WORKFORCE_REST_CA_CERTIFICATE_PEM", s.CA)
	config := func(more string) string {
		return hrConfig("rest", fmt.Sprintf("  url = %q\n  path = \"all\"\n%s", s.URL, more), hrapi.RESTColumns)
	}
	read := resource.TestCheckResourceAttr("data.workforce_hr_rest.staff", "worker_count", "20")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: testProviders,
		Steps: []resource.TestStep{
			{Config: config(fmt.Sprintf("  api_key = %q", hrapi.Secret)), Check: read},
			{Config: config(fmt.Sprintf("  headers = { \"X-API-Key\" = %q }", hrapi.Secret)), Check: read},
			{Config: config(fmt.Sprintf("  token = %q\n  api_key = %q", hrapi.Token, hrapi.Secret)), ExpectError: regexp.MustCompile("several ways to sign in")},
			{Config: config(`  paging = { kind = "cursor" }`), ExpectError: regexp.MustCompile("expected the one that carries")},
			{Config: config(`  paging = { kind = "pages" }`), ExpectError: regexp.MustCompile("value must be one of")},
			{Config: config(fmt.Sprintf("  username = %q\n  password = %q", hrapi.User, hrapi.Secret)), Check: read},
		},
	})
}

// TestAccHRSystems reads each system whose interface is its own.
func TestAccHRSystems(t *testing.T) {
	plain := func(start func(*company.Company) *hrapi.Server) func(*testing.T, *company.Company) *hrapi.Server {
		return func(_ *testing.T, c *company.Company) *hrapi.Server { return start(c) }
	}
	for system, tt := range map[string]struct {
		start func(*testing.T, *company.Company) *hrapi.Server
		// secret is the variable with the secret, and environment has further ones; their prefix is the system's.
		secret, value string
		environment   map[string]string
		config        string // {url} is that of the server
		columns       map[string]string
	}{
		"scim":     {plain(hrapi.StartSCIM), "TOKEN", hrapi.Token, nil, "url = \"{url}/scim/v2\"\npaging = \"cursor\"", hrapi.SCIMColumns},
		"bamboohr": {plain(hrapi.StartBambooHR), "API_KEY", hrapi.Secret, nil, `url = "{url}/api/gateway.php/example/v1"`, hrapi.BambooHRColumns},
		"hibob":    {plain(hrapi.StartHiBob), "TOKEN", hrapi.Secret, map[string]string{"SERVICE_USER": hrapi.User}, `url = "{url}/v1"`, hrapi.HiBobColumns},
		"personio": {plain(hrapi.StartPersonio), "CLIENT_SECRET", hrapi.Secret, map[string]string{"CLIENT_ID": hrapi.User}, "url = \"{url}/v1\"\npage_size = 50", hrapi.PersonioColumns},
		"adp": {startADP, "CLIENT_SECRET", hrapi.Secret, map[string]string{"CLIENT_ID": hrapi.User},
			"url = \"{url}\"\ntoken_url = \"{url}/auth/oauth/v2/token\"\nmanager_relationship = \"" + hrapi.ADPManager + `"`, hrapi.ADPColumns},
	} {
		t.Run(system, func(t *testing.T) {
			c := company.New(5, 120)
			s := tt.start(t, c)
			t.Cleanup(s.Close)
			prefix := "WORKFORCE_" + strings.ToUpper(system) + "_"
			t.Setenv(prefix+"CA_CERTIFICATE_PEM", s.CA)
			t.Setenv(prefix+tt.secret, tt.value)
			for name, value := range tt.environment {
				t.Setenv(prefix+name, value)
			}
			testHR(t, system, s, c, prefix+tt.secret, hrConfig(system, strings.ReplaceAll(tt.config, "{url}", s.URL), tt.columns))
		})
	}
}

// startADP gives the client's certificate to the data source, too.
func startADP(t *testing.T, c *company.Company) *hrapi.Server {
	t.Helper()
	s, err := hrapi.StartADP(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("WORKFORCE_ADP_CLIENT_CERTIFICATE_PEM", s.ClientCertificate)
	t.Setenv("WORKFORCE_ADP_CLIENT_KEY_PEM", s.ClientKey)
	return s.Server
}
