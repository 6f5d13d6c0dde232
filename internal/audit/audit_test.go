// SPDX-License-Identifier: MPL-2.0

package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var stamp = Stamp{Time: time.UnixMilli(1776881335332), Event: "e1", Write: "w1", Run: "run-7", Version: "1.2.3"}

// disabling is a write of an account with everything that a line can say.
func disabling() Write {
	return Write{
		Target: "Active Directory", Tenant: "DC=corp,DC=example,DC=com", Server: "ldaps://dc1.corp.example.com:636", Identity: "svc@corp.example.com",
		Activity: Disable, Operation: "modify", Path: "CN=Ada Byron,OU=Staff,DC=corp,DC=example,DC=com", PathAttribute: "cn",
		Subject: Subject{Worker: "w1", ID: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", Name: "Ada Byron", Cause: "the worker has left"},
		Changes: []AttributeChange{
			{Attribute: "userAccountControl", Old: []string{"512"}, Known: true, New: []string{"514"}},
			{Attribute: "title", Known: true, New: []string{"Clerk"}, Rule: "[JobTitle]"},
			{Attribute: "extensionName", New: []string{"left"}, Part: true},
		},
	}
}

// TestEncode: the names and numbers are those of version 1.8.0 of the schema,
// https://github.com/ocsf/ocsf-schema/tree/1.8.0/events/iam
func TestEncode(t *testing.T) {
	group := Write{Target: "Microsoft Entra ID", Tenant: "t1", Identity: "application a1", Activity: AddMembers, Operation: "POST /groups/{id}/members/$ref",
		Subject: Subject{Kind: Group, ID: "g1", Name: "Sales"}, Members: []Member{{ID: "u1", Worker: "w1", Name: "Ada Byron"}}}
	record := Write{Target: "Workday", Operation: "write", Subject: Subject{Kind: Record, Worker: "w1"}, Changes: []AttributeChange{{Attribute: "mail", Known: true, New: []string{"a@example.com"}}}}
	meta := `"metadata":{"version":"1.8.0","uid":"e1","correlation_uid":"run-7","log_name":"audit",%s"product":{"name":"terraform-provider-workforce","vendor_name":"workforce","version":"1.2.3"}}`
	for name, c := range map[string]struct {
		write   Write
		outcome *Outcome
		want    string
	}{
		"sent": {disabling(), nil, `{"time":1776881335332,"class_uid":3001,"class_name":"Account Change","category_uid":3,"category_name":"Identity & Access Management","activity_id":5,"activity_name":"Disable",` +
			`"type_uid":300105,"type_name":"Account Change: Disable","severity_id":1,"severity":"Informational","status_id":99,"status":"Sent",` +
			`"message":"Disable: account of worker \"w1\" \"CN=Ada Byron,OU=Staff,DC=corp,DC=example,DC=com\" at Active Directory: sent",` + fmt.Sprintf(meta, `"tenant_uid":"DC=corp,DC=example,DC=com",`) + `,` +
			`"actor":{"app_name":"terraform-provider-workforce","user":{"name":"svc@corp.example.com"}},` +
			`"user":{"uid":"0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0","name":"CN=Ada Byron,OU=Staff,DC=corp,DC=example,DC=com","full_name":"Ada Byron","ldap_person":{"employee_uid":"w1"}},` +
			`"unmapped":{"phase":"sent","write_uid":"w1","target":"Active Directory","server":"ldaps://dc1.corp.example.com:636","operation":"modify","worker_id":"w1","cause":"the worker has left","changes":[` +
			`{"attribute":"extensionName","added":["left"]},{"attribute":"title","old":[],"new":["Clerk"],"rule":"[JobTitle]"},{"attribute":"userAccountControl","old":["512"],"new":["514"]}]}}`},
		"refused group": {group, &Outcome{Status: Failure, Code: "403", Detail: "Authorization_RequestDenied"}, `{"time":1776881335332,"class_uid":3006,"class_name":"Group Management","category_uid":3,` +
			`"category_name":"Identity & Access Management","activity_id":3,"activity_name":"Add User","type_uid":300603,"type_name":"Group Management: Add User","severity_id":1,"severity":"Informational",` +
			`"status_id":2,"status":"Failure","status_code":"403","status_detail":"Authorization_RequestDenied","message":"Add Members: group \"Sales\" at Microsoft Entra ID: refused",` + fmt.Sprintf(meta, `"tenant_uid":"t1",`) + `,` +
			`"actor":{"app_name":"terraform-provider-workforce","user":{"name":"application a1"}},"user":{"uid":"u1","name":"Ada Byron"},"group":{"uid":"g1","name":"Sales"},` +
			`"unmapped":{"phase":"answered","write_uid":"w1","target":"Microsoft Entra ID","operation":"POST /groups/{id}/members/$ref","members":[{"uid":"u1","name":"Ada Byron","worker_id":"w1"}]}}`},
		"HR record without an answer": {record, &Outcome{}, `{"time":1776881335332,"class_uid":3004,"class_name":"Entity Management","category_uid":3,"category_name":"Identity & Access Management","activity_id":3,` +
			`"activity_name":"Update","type_uid":300403,"type_name":"Entity Management: Update","severity_id":1,"severity":"Informational","status_id":0,"status":"Unknown",` +
			`"message":"Update: HR record of worker \"w1\" at Workday: not answered, so that it may have been done or not",` + fmt.Sprintf(meta, "") + `,"actor":{"app_name":"terraform-provider-workforce"},` +
			`"entity":{"uid":"w1","type_id":99,"type":"HR record"},"unmapped":{"phase":"answered","write_uid":"w1","target":"Workday","operation":"write","worker_id":"w1",` +
			`"changes":[{"attribute":"mail","old":[],"new":["a@example.com"]}]}}`},
	} {
		t.Run(name, func(t *testing.T) {
			line, err := Encode(c.write, c.outcome, stamp, nil)
			if err != nil || string(line) != c.want+"\n" {
				t.Errorf("found    %s(%v)\nexpected %s", line, err, c.want)
			}
		})
	}
}

// TestActivities: every activity is said of every kind of object.
func TestActivities(t *testing.T) {
	for a := Update; a <= RemoveOwners; a++ {
		for k := Account; k <= Object; k++ {
			line, err := Encode(Write{Activity: a, Subject: Subject{Kind: k}}, nil, stamp, nil)
			var e event
			if err != nil || json.Unmarshal(line, &e) != nil || e.ActivityName == "" || e.TypeUID != e.ClassUID*100+e.ActivityID || e.ActivityID == 0 {
				t.Errorf("%v of %v: %s (%v)", words[a], kindNames[k], line, err)
			}
		}
	}
}

// TestSecretsStayOut: neither secrets nor redacted values appear, wherever in a line they could.
func TestSecretsStayOut(t *testing.T) {
	const canary = "Canary-7f3a"
	for _, attribute := range []string{"unicodePwd", "userPassword", "passwordProfile/password", "passwordProfile", "temporaryAccessPass", "ms-Mcs-AdmPwd", "msDS-ManagedPassword",
		"keyCredentials/key", "supplementalCredentials", "clientSecret", "userPKCS12", "api_key", "salary", "SALARY", "employeeOrgData/costCenter", "cn", "displayName"} {
		w := disabling()
		w.Path = "CN=" + canary + ",OU=Staff"
		w.Changes = []AttributeChange{{Attribute: attribute, Old: []string{canary}, Known: true, New: []string{canary, canary}, Rule: "Switch([X], \"" + canary + "\")"}, {Attribute: "Part-" + attribute, Part: true, New: []string{"x"}}}
		w.Subject.Name = canary
		w.Subject.Before = func(string) ([]string, bool) { return []string{canary}, true }
		w.Subject.Members = map[string]Member{"1": {ID: "1", Name: canary}}
		w.Members = []Member{{ID: "1", Name: canary}}
		for _, o := range []*Outcome{nil, {Status: Failure, Detail: "the value " + canary + " of " + attribute + " is refused"}} {
			line, err := Encode(w, o, stamp, []string{"salary", "employeeOrgData", "cn", "displayName"})
			if err != nil || bytes.Contains(line, []byte(canary)) {
				t.Errorf("%s: %s (%v)", attribute, line, err)
			}
		}
	}
	for _, open := range []string{"pwdLastSet", "passwordProfile/forceChangePasswordNextSignIn", "passwordPolicies", "title"} {
		line, _ := Encode(Write{Changes: []AttributeChange{{Attribute: open, New: []string{canary}}}}, nil, stamp, nil)
		if !bytes.Contains(line, []byte(canary)) {
			t.Errorf("%s is no secret, and is withheld: %s", open, line)
		}
	}
	line, _ := Encode(Write{Changes: []AttributeChange{{Attribute: "nTSecurityDescriptor", New: []string{"\x01\x00\xff"}}}}, nil, stamp, nil)
	if !bytes.Contains(line, []byte(`{"attribute":"nTSecurityDescriptor","withheld":"binary"}`)) {
		t.Errorf("binary values: %s", line)
	}
}

// TestContext: what is nearer to a write counts.
func TestContext(t *testing.T) {
	log, file := newLog(t)
	ctx := Because(t.Context(), "the rules say so")
	ctx = Label(ctx, Labels{Redacted: []string{"mobile"}, Rules: map[string]string{"Title": "[JobTitle]"}})
	ctx = Resolve(ctx, func(id, path string) (Subject, bool) {
		return Subject{Worker: "w-" + id, Cause: "the worker has left", Before: func(string) ([]string, bool) { return []string{"Boss"}, true }}, id != ""
	})
	for _, w := range []Write{
		{Subject: Subject{ID: "1"}, Changes: []AttributeChange{{Attribute: "title", New: []string{"Clerk"}}, {Attribute: "mobile", New: []string{"+61 2 5550 1234"}}}},
		{Path: "nobody@example.com"},
	} {
		p, err := log.Begin(ctx, w)
		if err != nil {
			t.Fatal(err)
		}
		p.End(Outcome{Status: Success})
	}
	lines := read(t, file)
	one := lines[0].Unmapped
	if len(lines) != 4 || one.Worker != "w-1" || one.Cause != "the worker has left" || one.Changes[1].Rule != "[JobTitle]" || (*one.Changes[1].Old)[0] != "Boss" || one.Changes[0].Withheld != "redacted" {
		t.Errorf("found %+v", one)
	}
	if two := lines[2].Unmapped; two.Worker != "" || two.Cause != "the rules say so" {
		t.Errorf("found %+v", two)
	}
	if lines[0].Unmapped.Write != lines[1].Unmapped.Write || lines[1].Unmapped.Phase != "answered" || lines[0].Metadata.UID == lines[1].Metadata.UID || lines[0].Metadata.Correlation != lines[3].Metadata.Correlation {
		t.Errorf("the lines of a write do not belong together: %+v, %+v", lines[0], lines[1])
	}
}

func newLog(t *testing.T) (*Log, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	return New(Options{File: file, Clock: func() time.Time { return stamp.Time }}), file
}

// read returns the lines of a file, each of which must be a whole event.
func read(t *testing.T, file string) (out []event) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		var e event
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			t.Fatalf("%v: %s", err, s.Text())
		}
		out = append(out, e)
	}
	return out
}

// appendMany writes many pairs from several goroutines.
func appendMany(ctx context.Context, log *Log, pairs int) error {
	var group sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		group.Go(func() {
			for j := range pairs / len(errs) {
				w := disabling()
				w.Subject.Worker = fmt.Sprintf("%d-%d-%s", i, j, strings.Repeat("x", 5000)) // longer than a page
				p, err := log.Begin(ctx, w, w)
				if err != nil {
					errs[i] = err
					return
				}
				p.EndAll(Outcome{Status: Success})
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

const helper = "AUDIT_TEST_FILE"

// TestMain lets the test binary be a process that appends to a file.
func TestMain(m *testing.M) {
	if file := os.Getenv(helper); file != "" {
		if err := appendMany(context.Background(), New(Options{File: file}), 80); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestTogether: several goroutines of several processes append to one file, and no line is torn or lost.
func TestTogether(t *testing.T) {
	log, file := newLog(t)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), helper+"="+file)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	if err := appendMany(t.Context(), log, 80); err != nil {
		t.Error(err)
	}
	group.Wait()
	phases := map[string]string{}
	lines := read(t, file)
	for _, e := range lines {
		phases[e.Unmapped.Write] += e.Unmapped.Phase
	}
	if len(lines) != 3*80*2*2 || len(phases) != 3*80*2 {
		t.Errorf("%d lines of %d writes, expected %d of %d", len(lines), len(phases), 3*80*2*2, 3*80*2)
	}
	for _, p := range phases {
		if p != "sentanswered" {
			t.Fatalf("a write has the lines %s", p)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v (%v), expected 0600", info.Mode(), err)
	}
}

// TestUnwritable: what cannot be put on record must not be sent, and the error says what to do.
func TestUnwritable(t *testing.T) {
	log := New(Options{File: filepath.Join(t.TempDir(), "missing", "audit.jsonl")})
	for range 2 {
		p, err := log.Begin(t.Context(), disabling())
		var e *Error
		if p != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), "no such file") || !strings.Contains(err.Error(), "WORKFORCE_AUDIT_FILE") {
			t.Errorf("found %v", err)
		}
	}
	if log.Failure() != nil {
		t.Errorf("nothing was sent, and answers are missing: %v", log.Failure())
	}
	full, _ := newLog(t)
	p, err := full.Begin(t.Context(), disabling())
	if err != nil {
		t.Fatal(err)
	}
	if err := full.file.Close(); err != nil { // as a disk that is full
		t.Fatal(err)
	}
	p.End(Outcome{Status: Success})
	if err := full.Failure(); err == nil || !strings.Contains(err.Error(), "cannot be written any more") {
		t.Errorf("an answer is lost: found %v", err)
	}
	if _, err := full.Begin(t.Context(), disabling()); err == nil {
		t.Error("another write may be sent")
	}
	var none *Log
	if p, err := none.Begin(t.Context(), disabling()); err != nil || p != nil || none.Failure() != nil {
		t.Error("a run without an audit fails")
	}
	p = nil
	p.End(Outcome{})
}

// TestCutLine: the line after one that was cut can be read.
func TestCutLine(t *testing.T) {
	log, file := newLog(t)
	if err := os.WriteFile(file, []byte(`{"time":17`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := log.Begin(t.Context(), disabling()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if lines := bytes.Split(content, []byte("\n")); err != nil || len(lines) != 3 || !json.Valid(lines[1]) {
		t.Errorf("found %s (%v)", content, err)
	}
}
