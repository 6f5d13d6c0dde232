// SPDX-License-Identifier: MPL-2.0

package workday_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sandbox "terraform-provider-workforce/internal/sandbox/workday"
	"terraform-provider-workforce/internal/writeback"
	"terraform-provider-workforce/internal/writeback/workday"
)

// TestBadAnswers answers reads, and writes, with what is no answer: nothing is
// taken for written that is not, and no secret is told.
func TestBadAnswers(t *testing.T) {
	var strangers atomic.Int32
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer stranger.Close()
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter, answer []byte)
		want   string
	}{
		{"maintenance", func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!DOCTYPE html><html>Workday is currently unavailable</html>")
		}, "found a web page"},
		{"half", func(w http.ResponseWriter, answer []byte) { _, _ = w.Write(answer[:len(answer)/2]) }, "cut off"},
		{"closed after half", func(w http.ResponseWriter, answer []byte) {
			w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
			_, _ = w.Write(answer[:len(answer)/2])
		}, "unexpected EOF"},
		{"bomb", func(w http.ResponseWriter, _ []byte) {
			_, _ = io.WriteString(w, `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>`)
		}, "document type"},
		{"no SOAP", func(w http.ResponseWriter, _ []byte) { _, _ = io.WriteString(w, "<a/>") }, "expected a SOAP 1.1 envelope"},
		{"2 GB", func(w http.ResponseWriter, _ []byte) { w.Header().Set("Content-Length", fmt.Sprint(2<<30)) }, "max_response_mb"},
		{"redirect", func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("Location", stranger.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, "credentials are sent to no other host"},
		{"drip", func(w http.ResponseWriter, _ []byte) {
			for range 200 {
				if _, err := io.WriteString(w, " "); err != nil || http.NewResponseController(w).Flush() != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}, "less than 4096 bytes"},
		{"forbidden", func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusForbidden) }, "403 Forbidden"},
		{"unavailable", func(w http.ResponseWriter, _ []byte) { w.WriteHeader(http.StatusServiceUnavailable) }, "503 Service Unavailable"},
	} {
		for _, writing := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/writing=%t", tt.name, writing), func(t *testing.T) {
				s, tenant := start(t, func(c *workday.Config) {
					c.Tenant.Web.MaxBytes = 4 << 20
					if tt.name == "drip" { // others have all the time that a busy machine needs
						c.Tenant.Web.Stall = 300 * time.Millisecond
					}
				})
				id := find(t, s, kind("Employee"))
				before := s.Contacts(id, today)
				s.Spoil = func(w http.ResponseWriter, c sandbox.Call, answer []byte) bool {
					if (c.Operation != "") != writing {
						return false
					}
					if writing { // it was done, and reading back would tell
						s.SetContacts(id, before...)
					}
					tt.answer(w, answer)
					return true
				}
				o := one(t, tenant, id, writeback.Record{"mail": "ada@example.com"})
				if o.Err == nil || !strings.Contains(o.Err.Error(), tt.want) || strings.Contains(o.Err.Error(), "canary") {
					t.Errorf("found %v, expected %q in it", o.Err, tt.want)
				}
				if after := s.Contacts(id, today); !slices.Equal(after, before) {
					t.Errorf("found the contacts %+v, expected %+v", after, before)
				}
			})
		}
	}
	if strangers.Load() != 0 {
		t.Error("another host was asked")
	}
}
