// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/entra/graphconn"
	"terraform-provider-workforce/internal/handover"
	"terraform-provider-workforce/internal/sandbox/graph"
)

// passes are the ids of the temporary access passes that a user has.
func passes(t *testing.T, tenant *Tenant, id string) string {
	t.Helper()
	answer, err := tenant.client.Do(t.Context(), graphconn.Request{Method: http.MethodGet, Path: passPath(id)})
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Value []struct{ ID string } }
	if err := json.Unmarshal(answer.Body, &list); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range list.Value {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, " ")
}

// passFiles are files for passes in a directory.
func passFiles(t *testing.T, directory string, clock *testClock) *handover.Files {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipients, err := handover.ParseRecipients([]string{identity.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	return handover.NewFiles(handover.Options{Directory: directory, Kind: "passes", Recipients: recipients, Now: clock.now})
}

// A pass that could not be kept is not made, and none is taken for it: nobody would know the new one.
func TestPassesThatCannotBeKept(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	place := filepath.Join(t.TempDir(), "passes")
	files := passFiles(t, place, clock)
	id := live(s, "w1", nil)
	subjects := []directory.Subject{{WorkerID: "w1", ID: id, Path: "w1@example.com", Name: "Person w1"}}
	if out := tenant.IssuePasses(t.Context(), subjects, files); out[0].Err != nil {
		t.Fatal(out[0].Err)
	}
	before := passes(t, tenant, id)
	if before == "" || len(files.Written()) != 1 {
		t.Fatalf("passes %q", before)
	}
	if err := os.RemoveAll(place); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place, nil, 0o600); err != nil { // a file where the directory is expected
		t.Fatal(err)
	}
	if out := tenant.IssuePasses(t.Context(), subjects, files); out[0].Err == nil || passes(t, tenant, id) != before {
		t.Errorf("%v; passes %q, before %q", out[0].Err, passes(t, tenant, id), before)
	}
	joiner := person("w2")
	out := tenant.Apply(t.Context(), []directory.Change{joiner}, directory.ApplyOptions{Handover: files})[0]
	if out.ID == "" || out.Err == nil || !strings.Contains(out.Err.Error(), "none was made, because it could not be kept") ||
		!strings.Contains(out.Err.Error(), "workforce_entra_issue_access_passes") || passes(t, tenant, out.ID) != "" {
		t.Errorf("%+v", out)
	}
}

// Where the tenant's policy refuses passes, only the first of the people has lost the old one for the try.
func TestPassesThatThePolicyRefuses(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	files := passFiles(t, t.TempDir(), clock)
	subjects := make([]directory.Subject, 3)
	for i, id := range []string{"w1", "w2", "w3"} {
		subjects[i] = directory.Subject{WorkerID: id, ID: live(s, id, nil), Path: id + "@example.com", Name: "Person " + id}
	}
	for _, o := range tenant.IssuePasses(t.Context(), subjects, files) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	if written := files.Written(); len(written) != 1 {
		t.Errorf("files %q, expected one for everybody", written)
	}
	before := passes(t, tenant, subjects[1].ID) + passes(t, tenant, subjects[2].ID)
	s.DisallowPasses(true)
	for i, o := range tenant.IssuePasses(t.Context(), subjects, files) {
		if want := "first of these people was refused"; o.Err == nil || strings.Contains(o.Err.Error(), want) != (i > 0) {
			t.Errorf("worker %s: %v", o.WorkerID, o.Err)
		}
	}
	s.DisallowPasses(false)
	if after := passes(t, tenant, subjects[1].ID) + passes(t, tenant, subjects[2].ID); before == "" || after != before {
		t.Errorf("passes %q, before %q", after, before)
	}
}
