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

// A pass that could not be kept is not made, and none is taken for it: nobody would know the new one.
func TestPassesThatCannotBeKept(t *testing.T) {
	tenant, s, clock := open(t, graph.Options{})
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipients, err := handover.ParseRecipients([]string{identity.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(t.TempDir(), "passes")
	files := handover.NewFiles(handover.Options{Directory: place, Kind: "passes", Recipients: recipients, Now: clock.now})
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
