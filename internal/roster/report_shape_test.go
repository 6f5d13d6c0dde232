// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"terraform-provider-workforce/internal/mapping"
	"terraform-provider-workforce/internal/review"
	"terraform-provider-workforce/internal/roster"
)

// reportSchema is the published description of report_json.
func reportSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("../review/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("report.json")
}

func fits(t testing.TB, schema *jsonschema.Schema, report string) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Errorf("the report is not what its schema says: %v", err)
	}
}

// busy is a planted day of a company, with overrides and somebody absent.
func busy(t testing.TB, n int) roster.Input {
	t.Helper()
	m := newMemory()
	p := newPlanted(t, 4, n)
	in := input(t, m, rules(companyRules, func(r *mapping.Rules) {
		r.Attributes["telephoneNumber"] = mapping.AttributeRule{Source: "OfficePhone", Redact: true}
	}))
	in.Workers = feed(p.c)
	m.now = now.AddDate(0, 0, -60)
	m.apply(t, decide(t, in))
	m.now = now
	p.plant()
	in.Workers = feed(p.c)
	delete(in.Workers, p.take().ID)
	in.Overrides = []roster.Override{disable(p.take().ID), attributes(p.take().ID, "title", "Acting Head")}
	return in
}

func TestReportJSONIsWhatItsSchemaSays(t *testing.T) {
	schema := reportSchema(t)
	in := busy(t, 1000)
	r := decideAndReport(t, in)
	fits(t, schema, r.ReportJSON)
	empty := input(t, newMemory(), rules())
	fits(t, schema, decideAndReport(t, empty).ReportJSON)
	var doc struct {
		SignIns struct{ Before, Lost, Gained, After int } `json:"sign_ins"`
		Counts  map[string]int
		Effects []struct{ People int }
	}
	if err := json.Unmarshal([]byte(r.ReportJSON), &doc); err != nil {
		t.Fatal(err)
	}
	if s := doc.SignIns; s.Before-s.Lost+s.Gained != s.After || s.Lost == 0 || s.Gained == 0 {
		t.Errorf("sign-ins do not add up: %+v", s)
	}
	counted, told := 0, 0
	for _, n := range doc.Counts {
		counted += n
	}
	for _, e := range doc.Effects {
		told += e.People
	}
	if counted != len(r.Decisions) || told != len(r.Decisions) {
		t.Errorf("%d people by action and %d in the rows, expected %d", counted, told, len(r.Decisions))
	}
}

// The report keeps its bound at every size, says what is left out, and still begins with page one.
func TestReportKeepsItsBound(t *testing.T) {
	in := busy(t, 3000)
	for id, w := range in.Workers { // a day on which everybody changes
		w.Attributes["JobTitle"] = w.Attributes["LastName"]
		in.Workers[id] = w
	}
	r := decide(t, in)
	for _, most := range []int{review.MinCharacters, review.DefaultMaxCharacters, 200_000} {
		v := review.New(r, review.Options{AsOf: in.AsOf, Rules: in.Mapping.Rules(), MaxCharacters: most, MaxListed: 5000})
		page := v.Markdown()
		if n := utf8.RuneCountInString(page); n > most {
			t.Errorf("%d characters, expected at most %d", n, most)
		}
		if !strings.Contains(page, "## Look at these") || !strings.Contains(page, "`report_json` has everybody") {
			t.Errorf("a report of %d characters lacks page one, or does not say what is left out", most)
		}
		if last := page[strings.LastIndex(strings.TrimSpace(page), "\n")+1:]; strings.Count(last, "`")%2 != 0 {
			t.Errorf("the report ends within a code span: %q", last)
		}
	}
}

// The page for a browser needs nothing from anywhere, and nothing of it is markup from outside.
func TestHTMLReportStandsAlone(t *testing.T) {
	m := newMemory()
	m.ann()
	evil := `</script><script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="x`
	w := hire("1 Ann Lee", "Department="+evil)
	other := hire("2 Bob Ray", "Title="+evil)
	other.ID = `2"><b>`
	r := decideAndReport(t, input(t, m, rules(), w, other))
	page, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page, "<script"); n != 1 {
		t.Errorf("%d scripts, expected the one of the page", n)
	}
	for _, part := range []string{"<img", "onerror=alert", "<b>", `" onmouseover`} {
		if strings.Contains(page, part) && part != "onerror=alert" {
			t.Errorf("a value became markup: %s", part)
		}
	}
	if found := regexp.MustCompile(`(?i)(src|href)\s*=\s*"(?:[a-z]+:)?//|url\(|@import|<link`).FindString(page); found != "" {
		t.Errorf("the page fetches something: %s", found)
	}
	for _, part := range []string{"&lt;img src=x", `id="w-2-22-3e-3cb-3e"`, `href="#w-2-22-3e-3cb-3e"`, r.Fingerprint()} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
}

// What is redacted shows in no form of the report.
func TestRedactionHoldsInEveryForm(t *testing.T) {
	in := busy(t, 600)
	r := decideAndReport(t, in)
	html, err := r.HTML()
	if err != nil {
		t.Fatal(err)
	}
	all := r.Report + r.ReportJSON + r.Digest + html
	for id, w := range in.Workers {
		if phone := w.Attributes["OfficePhone"].Text(); phone != "" && strings.Contains(all, phone) {
			t.Fatalf("worker %s: the report shows %s, which a rule redacts", id, phone)
		}
	}
}

// The fingerprint is that of what is done: not of the moment, nor of what anybody is told.
func TestFingerprintIsThatOfTheEffects(t *testing.T) {
	in := busy(t, 400)
	first := decideAndReport(t, in)
	later := in
	later.AsOf = in.AsOf.Add(3 * time.Hour)
	if again := decideAndReport(t, later); again.Fingerprint() != first.Fingerprint() {
		t.Error("the same decisions three hours later have another fingerprint")
	}
	id := first.Leavers[0]
	for name, change := range map[string]func(roster.Input) roster.Input{
		"a leaver who stays": func(in roster.Input) roster.Input {
			w := *in.Workers[id]
			w.TerminationDate, w.LastDayOfWork, w.Status = "", "", "Active"
			in.Workers = cloned(in.Workers)
			in.Workers[id] = &w
			return in
		},
		"a redacted value": func(in roster.Input) roster.Input {
			in.Workers = cloned(in.Workers)
			for _, other := range first.Joiners {
				w := *in.Workers[other]
				w.Attributes = cloned(w.Attributes)
				w.Attributes["OfficePhone"] = w.Attributes["FirstName"]
				in.Workers[other] = &w
				break
			}
			return in
		},
	} {
		if other := decideAndReport(t, change(in)); other.Fingerprint() == first.Fingerprint() {
			t.Errorf("%s: the fingerprint is the same", name)
		}
	}
}

// A run may do what was approved, or less: never more, and never to somebody else.
func TestApprovedDecisions(t *testing.T) {
	in := busy(t, 400)
	first := decideAndReport(t, in)
	if len(first.Leavers) == 0 || len(first.Joiners) == 0 {
		t.Fatal("nothing to approve")
	}
	for name, approved := range map[string]string{"fingerprint": first.Fingerprint(), "approval": first.Approval(), "report": first.ReportJSON} {
		if err := first.Unapproved(approved, nil); err != nil {
			t.Errorf("the same decisions by %s: %v", name, err)
		}
	}
	id := first.Leavers[0]
	less := in
	less.Workers = cloned(in.Workers)
	w := *in.Workers[id]
	w.TerminationDate, w.LastDayOfWork, w.Status = "", "", "Active"
	less.Workers[id] = &w
	fewer := decideAndReport(t, less)
	for _, approved := range []string{first.ReportJSON, first.Approval()} {
		if err := fewer.Unapproved(approved, nil); err != nil {
			t.Errorf("less than was approved: %v", err)
		}
	}
	for _, id := range first.Leavers {
		if strings.Contains(first.Approval(), id+"\n") {
			t.Errorf("the approval names worker %s", id)
		}
	}
	if err := fewer.Unapproved(first.Fingerprint(), nil); err == nil {
		t.Error("a fingerprint cannot tell that less happens")
	}
	for _, approved := range []string{fewer.ReportJSON, fewer.Approval()} {
		err := first.Unapproved(approved, nil)
		if err == nil || !strings.Contains(err.Error(), id) || !strings.Contains(err.Error(), "nobody approved") {
			t.Errorf("more than was approved: %v", err)
		}
	}
	for _, bad := range []string{"yes", "{}", `{"version":9,"acts":{}}`, "sha256:12", first.Fingerprint() + "\nno sign"} {
		if err := first.Unapproved(bad, nil); err == nil {
			t.Errorf("%q was taken for an approval", bad)
		}
	}
}

// Policy may let ordinary joiners and leavers pass, and nobody whom the report asks about.
func TestExemptionsAreForWhatIsOrdinary(t *testing.T) {
	m := newMemory()
	in := office(t, m)
	settled := decideAndReport(t, in)
	in.Workers["30"] = hire("30 New One", "Department=IT", "hire_date=2026-11-20")
	in.Workers["4"].TerminationDate = "2026-11-20"
	in.Workers["6"] = hire("6 Entirely Different", "Department=Sales")
	r := decideAndReport(t, in)
	exempt := []review.Exempt{review.ExemptJoiners, review.ExemptTimelyLeavers, review.ExemptUpdates}
	err := r.Unapproved(settled.ReportJSON, exempt)
	if err == nil || !strings.Contains(err.Error(), "(6)") || strings.Contains(err.Error(), "(30)") || strings.Contains(err.Error(), "(4)") {
		t.Errorf("with exemptions: %v", err)
	}
	if err := r.Unapproved(settled.ReportJSON, nil); err == nil || !strings.Contains(err.Error(), "3 decisions") {
		t.Errorf("without: %v", err)
	}
}

func cloned[K comparable, V any](m map[K]V) map[K]V {
	out := make(map[K]V, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

// BenchmarkReport writes every form of the report about a busy day.
func BenchmarkReport(b *testing.B) {
	for _, n := range []int{1000, 10_000} {
		in := busy(b, n)
		r := decide(b, in)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v := review.New(r, review.Options{AsOf: in.AsOf, Rules: in.Mapping.Rules()})
				_, err := v.JSON()
				if err != nil || v.Markdown() == "" || v.Summary() == "" {
					b.Fatal("no report", err)
				}
			}
		})
	}
}
