// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/web"
)

// workerDepth is that of wd:Worker in Envelope/Body/Get_Workers_Response/Response_Data.
const workerDepth = 5

// parsePage reads the answer to the request for a page.
func (r *reader) parsePage(text string, q query, number int) (*page, error) {
	p := &page{total: -1, totalPages: -1}
	x, err := r.plan.extractor()
	if err != nil {
		return nil, err
	}
	t, err := parse(text, workerDepth, "Worker", func(t *tree, n int32) error {
		if t.nodes[n].space != spaceWD {
			return fmt.Errorf("found a Worker of another namespace, expected %s", bsvc)
		}
		one, err := x.worker(t, n)
		if err != nil {
			return fmt.Errorf("worker %d: %w", len(p.people)+1, err)
		}
		p.people = append(p.people, one)
		return nil
	})
	if err != nil {
		if _, ok := errors.AsType[*syntaxError](err); ok {
			return nil, fmt.Errorf("the answer is not well-formed XML: %w", err)
		}
		return nil, err
	}
	body, err := t.body()
	if err != nil {
		return nil, err
	}
	response := t.child(body, "Get_Workers_Response")
	if response == 0 || t.nodes[response].space != spaceWD {
		return nil, fmt.Errorf("found no Get_Workers_Response of the namespace %s in the body", bsvc)
	}
	return p, p.check(t, response, q, r.moment, number)
}

// check compares what the answer says of itself with what is in it and with what
// was asked for.
func (p *page) check(t *tree, response int32, q query, m moment, number int) error {
	results := t.child(response, "Response_Results")
	if results == 0 {
		return errors.New("found no Response_Results, expected the number of workers and pages")
	}
	counts := map[string]int{}
	for _, name := range []string{"Total_Results", "Total_Pages", "Page_Results", "Page"} {
		text := strings.TrimSpace(t.text(results, name))
		n, err := strconv.ParseFloat(text, 64) // xsd:decimal
		if err != nil || n < 0 || n != float64(int32(n)) {
			return fmt.Errorf("Response_Results/%s: found %s, expected a whole number", name, source.Quote(text))
		}
		counts[name] = int(n)
	}
	p.total, p.totalPages = counts["Total_Results"], counts["Total_Pages"]
	if counts["Page"] != number && p.total > 0 {
		return fmt.Errorf("found page %d, which was not asked for", counts["Page"])
	}
	if n := counts["Page_Results"]; n != len(p.people) {
		return fmt.Errorf("found %d workers, expected %d, as Page_Results says: the answer is incomplete", len(p.people), n)
	}
	filter := t.child(response, "Response_Filter")
	if filter == 0 {
		return nil
	}
	if found := t.text(filter, "As_Of_Effective_Date"); found != "" && isoDate(found) != string(q.asOf) {
		return fmt.Errorf("found an answer as of %s, expected one as of %s", source.Quote(found), q.asOf)
	}
	if found := t.text(filter, "As_Of_Entry_DateTime"); found != "" && !sameInstant(found, m.entry) {
		return fmt.Errorf("found an answer as entered by %s, expected one as entered by %s: the pages would not fit together", source.Quote(found), m.entry)
	}
	return nil
}

// Fault is a refusal by Workday.
type Fault struct {
	// Code is that of SOAP, such as "SOAP-ENV:Client.validationError".
	Code, Text string
	// Errors are those that Workday lists: message, details and XPath in the request.
	Errors []string
}

func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Workday refuses the request (%s): %s", f.Code, f.Text)
	for _, text := range f.Errors {
		if text != f.Text {
			b.WriteString("; " + text)
		}
	}
	lower := strings.ToLower(f.Code + " " + f.Text)
	switch {
	case strings.Contains(lower, "authenticat") || strings.Contains(lower, "username or password"):
		b.WriteString("; check user (user@tenant), password and tenant, whether the account is locked or expired, and whether its security policy admits web services")
	case strings.Contains(lower, "not authorized") || strings.Contains(lower, "permission"):
		b.WriteString("; the integration system user needs Get access to the domains of worker data, Put access to those of work contact information and Workday accounts where values are written, and security policy changes must be activated")
	case strings.Contains(lower, "version"):
		b.WriteString("; choose another version")
	}
	return b.String()
}

// hide takes a secret out that the system repeats.
func (f *Fault) hide(secret string) {
	if len(secret) < 4 {
		return
	}
	f.Text = strings.ReplaceAll(f.Text, secret, "[hidden]")
	for i, text := range f.Errors {
		f.Errors[i] = strings.ReplaceAll(text, secret, "[hidden]")
	}
}

// isFinalFault finds faults that are about the request or the rights of who sent
// it ("Server.processingError: The task submitted is not authorized."): sending it
// again is of no use, and what they say is. Others, such as Server.busy, may pass.
func isFinalFault(a *web.Response) bool {
	if a.Status != http.StatusInternalServerError && a.Status != http.StatusBadRequest && a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
		return false
	}
	if !bytes.Contains(a.Body, []byte("Fault")) || !bytes.Contains(a.Body, []byte("faultcode")) || len(a.Body) > 1<<20 {
		return false
	}
	_, code, _ := bytes.Cut(a.Body, []byte("faultcode"))
	code, _, _ = bytes.Cut(code, []byte("</"))
	return bytes.Contains(code, []byte("Client")) || bytes.Contains(code, []byte("processingError")) && bytes.Contains(a.Body, []byte("not authorized"))
}

func readFault(t *tree, n int32) *Fault {
	f := &Fault{Code: short(t.text(n, "faultcode")), Text: short(t.text(n, "faultstring"))}
	details := t.child(n, "detail")
	for _, kind := range []string{"Validation_Fault", "Processing_Fault"} {
		fault := t.child(details, kind)
		if fault == 0 {
			continue
		}
		for e := t.nodes[fault].first; e != 0; e = t.nodes[e].next {
			text := short(t.text(e, "Message"))
			if detail := short(t.text(e, "Detail_Message")); detail != "" && detail != text {
				text += " (" + detail + ")"
			}
			if path := short(t.text(e, "Xpath")); path != "" {
				text += " at " + path
			}
			if text != "" && len(f.Errors) < 10 {
				f.Errors = append(f.Errors, text)
			}
		}
	}
	return f
}

// short returns text for a message: in one line of at most 300 bytes.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 300 {
		text = strings.ToValidUTF8(text[:300], "") + "…"
	}
	return text
}

// isoDate cuts the offset off a date of XML Schema, and the time off a date with
// time: 2026-11-22-08:00 is the 22nd, wherever it is said. Other text stays as it is.
func isoDate(text string) string {
	text = strings.TrimSpace(text)
	if len(text) < 10 || text[4] != '-' || text[7] != '-' {
		return text
	}
	rest := text[10:]
	if rest == "" || rest == "Z" || len(rest) == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':' || rest[0] == 'T' {
		return strings.Clone(text[:10])
	}
	return text
}

// sameInstant compares date-times that may be in different zones and with other
// fractions.
func sameInstant(a, b string) bool {
	x, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(a))
	if err != nil {
		return a == b
	}
	y, err := time.Parse(time.RFC3339Nano, b)
	return err == nil && x.Sub(y).Abs() < time.Second
}
