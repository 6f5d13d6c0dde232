// SPDX-License-Identifier: MPL-2.0

package hrapi_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"terraform-provider-workforce/internal/sandbox/company"
	"terraform-provider-workforce/internal/sandbox/hrapi"
	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/adp"
	"terraform-provider-workforce/internal/source/bamboohr"
	"terraform-provider-workforce/internal/source/hibob"
	"terraform-provider-workforce/internal/source/personio"
	"terraform-provider-workforce/internal/source/rest"
	"terraform-provider-workforce/internal/source/scim"
	"terraform-provider-workforce/internal/source/web"
)

// reader reads an HR system by a client with these limits.
type reader func(ctx context.Context, c web.Config, s source.Spec) (*source.Result, error)

// systems start each HR system with a company.
var systems = map[string]func(t *testing.T, c *company.Company) (*hrapi.Server, reader){
	"REST": func(_ *testing.T, c *company.Company) (*hrapi.Server, reader) {
		s := hrapi.StartREST(c)
		return s, func(ctx context.Context, w web.Config, spec source.Spec) (*source.Result, error) {
			w.URL, w.CAPEM, w.Auth = s.URL, s.CA, web.Auth{Token: hrapi.Token}
			return rest.Read(ctx, rest.Config{Web: w, Path: "offset", Records: "items", Columns: hrapi.RESTColumns, Paging: rest.Paging{Kind: rest.Offset, Parameter: "offset", Total: "totalResults"}}, spec)
		}
	},
	"SCIM": func(_ *testing.T, c *company.Company) (*hrapi.Server, reader) {
		s := hrapi.StartSCIM(c)
		return s, func(ctx context.Context, w web.Config, spec source.Spec) (*source.Result, error) {
			w.URL, w.CAPEM, w.Auth = s.URL+"/scim/v2", s.CA, web.Auth{Token: hrapi.Token}
			return scim.Read(ctx, scim.Config{Web: w, Columns: hrapi.SCIMColumns}, spec)
		}
	},
	"BambooHR": func(_ *testing.T, c *company.Company) (*hrapi.Server, reader) {
		s := hrapi.StartBambooHR(c)
		return s, func(ctx context.Context, w web.Config, spec source.Spec) (*source.Result, error) {
			w.URL, w.CAPEM = s.URL+"/api/gateway.php/example/v1", s.CA
			return bamboohr.Read(ctx, bamboohr.Config{Web: w, APIKey: hrapi.Secret, Columns: hrapi.BambooHRColumns}, spec)
		}
	},
	"HiBob": func(_ *testing.T, c *company.Company) (*hrapi.Server, reader) {
		s := hrapi.StartHiBob(c)
		return s, func(ctx context.Context, w web.Config, spec source.Spec) (*source.Result, error) {
			w.URL, w.CAPEM = s.URL+"/v1", s.CA
			return hibob.Read(ctx, hibob.Config{Web: w, ServiceUser: hrapi.User, Token: hrapi.Secret, Columns: hrapi.HiBobColumns}, spec)
		}
	},
	"Personio": func(_ *testing.T, c *company.Company) (*hrapi.Server, reader) {
		s := hrapi.StartPersonio(c)
		return s, func(ctx context.Context, w web.Config, spec source.Spec) (*source.Result, error) {
			w.URL, w.CAPEM = s.URL+"/v1", s.CA
			return personio.Read(ctx, personio.Config{Web: w, ClientID: hrapi.User, ClientSecret: hrapi.Secret, Columns: hrapi.PersonioColumns}, spec)
		}
	},
	"ADP": func(t *testing.T, c *company.Company) (*hrapi.Server, reader) {
		s, err := hrapi.StartADP(c)
		if err != nil {
			t.Fatal(err)
		}
		return s.Server, func(ctx context.Context, w web.Config, spec source.Spec) (*source.Result, error) {
			w.URL, w.CAPEM, w.ClientCertificatePEM, w.ClientKeyPEM = s.URL, s.CA, s.ClientCertificate, s.ClientKey
			return adp.Read(ctx, adp.Config{Web: w, TokenURL: s.URL + "/auth/oauth/v2/token", ClientID: hrapi.User, ClientSecret: hrapi.Secret, Columns: hrapi.ADPColumns, ManagerRelationship: hrapi.ADPManager}, spec)
		}
	},
}

// TestEverySystemFails lets each system answer, once it has signed in, with
// what is no list of workers: nobody is made of it, and no secret is told.
func TestEverySystemFails(t *testing.T) {
	var strangers atomic.Int32
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer stranger.Close()
	status := func(code int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(code)
			fmt.Fprintf(w, `{"error":"not with %s"}`, r.Header.Get("Authorization"))
		}
	}
	body := func(text string, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			_, _ = io.WriteString(w, text)
		}
	}
	faults := []struct {
		name   string
		answer http.HandlerFunc
		want   []string // one of these
	}{
		{"maintenance page", body("<!DOCTYPE html><html>Down for maintenance</html>", "Content-Type", "text/html"), []string{"found a web page"}},
		{"maintenance page as JSON", body("\n <html>Down for maintenance</html>"), []string{"found a web page"}},
		{"nothing", body(""), []string{"found an empty answer"}},
		{"half of JSON", body(`[{"id":"1"},`), []string{"the JSON ends in the middle"}},
		{"closed after half", body(`{"`, "Content-Length", "4000"), []string{"the connection ended after 2 bytes"}},
		{"another encoding", body("[{\"id\":\"M\xfcller\"}]"), []string{"not UTF-8"}},
		{"2 GB", body("[", "Content-Length", fmt.Sprint(2<<30)), []string{"announces 2147483648 bytes, expected at most"}},
		{"without an end", func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, "["+strings.Repeat(" ", 1<<16)); err != nil {
					return
				}
			}
		}, []string{"the answer is longer, expected at most"}},
		{"drip", func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, " ")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}, []string{"the server sent less than 4096 bytes"}},
		{"unauthorized", status(http.StatusUnauthorized), []string{"401 Unauthorized"}},
		{"forbidden", status(http.StatusForbidden), []string{"403 Forbidden"}},
		{"too many requests", status(http.StatusTooManyRequests, "Retry-After", "86400"), []string{"429 Too Many Requests"}},
		{"unavailable", status(http.StatusServiceUnavailable), []string{"503 Service Unavailable"}},
		{"redirect to another host", status(http.StatusTemporaryRedirect, "Location", stranger.URL+"/x"), []string{"credentials are sent to no other host"}},
	}
	for _, name := range slices.Sorted(maps.Keys(systems)) {
		c := company.New(7, 120)
		s, read := systems[name](t, c)
		defer s.Close()
		for _, tt := range faults {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				s.Fail(func(_ int64, w http.ResponseWriter, r *http.Request) bool {
					if strings.Contains(r.URL.Path, "auth") {
						return false
					}
					tt.answer(w, r)
					return true
				})
				limits := web.Config{Retries: -1, MaxBytes: 1 << 20}
				if tt.name == "drip" { // others have all the time that a busy machine needs
					limits.Stall = 300 * time.Millisecond
				}
				got, err := read(t.Context(), limits, source.Spec{Fields: hrapi.Fields})
				if err == nil {
					t.Fatalf("found %d workers, expected an error", len(got.Workers))
				}
				if !slices.ContainsFunc(tt.want, func(part string) bool { return strings.Contains(err.Error(), part) }) {
					t.Errorf("found %v, expected one of %q", err, tt.want)
				}
				if text := err.Error(); strings.Contains(text, hrapi.Secret) || strings.Contains(text, hrapi.Token) {
					t.Errorf("the error tells a secret: %v", err)
				}
			})
		}
		s.Fail(nil)
		if got, err := read(t.Context(), web.Config{}, source.Spec{Fields: hrapi.Fields}); err != nil || len(got.Workers) != 120 {
			t.Errorf("%s: the system itself is not read: %v", name, err)
		}
	}
	if strangers.Load() != 0 {
		t.Error("another host was asked")
	}
}
