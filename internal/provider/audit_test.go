// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/sandbox/graph"
	"terraform-provider-workforce/internal/sandbox/memdir"
)

// auditLine is what the tests look at in a line of the audit record.
type auditLine struct {
	Class    int    `json:"class_uid"`
	Activity string `json:"activity_name"`
	Status   string `json:"status"`
	Code     string `json:"status_code"`
	Metadata struct {
		Run string `json:"correlation_uid"`
	} `json:"metadata"`
	Actor struct {
		User struct{ Name string } `json:"user"`
	} `json:"actor"`
	User     struct{ UID string } `json:"user"`
	Unmapped struct {
		Phase   string
		Write   string `json:"write_uid"`
		Worker  string `json:"worker_id"`
		Cause   string
		Changes []struct {
			Attribute, Withheld, Rule string
			Old, New                  []string
		}
		Members []struct {
			Worker string `json:"worker_id"`
		}
	} `json:"unmapped"`
}

// useAudit has the runs of a test put on record in a file.
func useAudit(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "audit.jsonl")
	t.Setenv("WORKFORCE_AUDIT_FILE", file)
	t.Setenv("WORKFORCE_AUDIT_RUN", "run-7")
	return file
}

// audited returns the lines of a file.
func audited(t *testing.T, file string) (lines []auditLine, content string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var one auditLine
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		lines = append(lines, one)
	}
	return lines, string(raw)
}

// pairs checks that every write has a line for when it was sent and one for the answer,
// and returns how many of each activity there were.
func pairs(t *testing.T, lines []auditLine) (total int, activities map[string]int) {
	t.Helper()
	phases, activities := map[string]string{}, map[string]int{}
	for _, l := range lines {
		if phases[l.Unmapped.Write] += l.Unmapped.Phase; l.Unmapped.Phase == "sent" {
			activities[l.Activity]++
		}
		if l.Metadata.Run != "run-7" || l.Class != 3004 && l.Actor.User.Name == "" {
			t.Errorf("a line does not say whose it is: %+v", l)
		}
	}
	for write, p := range phases {
		if p != "sentanswered" {
			t.Errorf("the write %s has the lines %q", write, p)
		}
	}
	return len(phases), activities
}

// TestAccAudit_entra: every write that the tenant counted, in batches and alone, has its pair of lines.
func TestAccAudit_entra(t *testing.T) {
	file := useAudit(t)
	s := useTenant(t, graph.Options{VisibleAfterReads: 1})
	s.Fault(graph.Fault{Method: "POST", Path: "^/users$", Status: 429, RetryAfter: "0.1", Times: 2})
	all := people{
		"p1": cloudPerson("p1", "Ada Byron", "manager", "p2", "department", "Sales", "jobTitle", "Clerk"),
		"p2": cloudPerson("p2", "Max Born"), "p3": cloudPerson("p3", "Eva Ruiz", "manager", "p1"),
	}
	left := all.with("p3", func(a *directory.Account) {
		a.Enabled, a.DisabledFor, a.Sessions = false, directory.ForLeft, directory.SessionsRevoked
	}).
		with("p1", func(a *directory.Account) { a.Attributes["jobTitle"] = directory.Value{"Lead"} })
	const shown = "provider \"workforce\" {\n  audit = { redact_attributes = [] }\n}\n" // the accounts come from no mapping
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: shown + cloudConfig(""), ConfigVariables: all.cloudVariables(), ConfigPlanChecks: settledPlan},
		{Config: shown + cloudConfig(""), ConfigVariables: left.cloudVariables(), ConfigPlanChecks: settledPlan,
			PreConfig: func() {
				s.ClearFaults()
				s.Fault(graph.Fault{Method: "PATCH", Body: "Lead", Status: 503, Times: 1})
			}},
		{Config: shown + cloudConfig(""), ConfigVariables: left.without("p2").cloudVariables(), ConfigPlanChecks: settledPlan},
	}})
	lines, content := audited(t, file)
	total, activities := pairs(t, lines)
	counted := 0
	for _, l := range lines { // what a fault answers, the tenant does not count
		if l.Code == "429" || l.Code == "503" {
			counted++
		}
	}
	stats := s.Stats()
	for _, calls := range []map[string]int{stats.Inner, stats.Outer} {
		for name, n := range calls {
			if !strings.HasPrefix(name, "GET ") && !strings.Contains(name, "$batch") && !strings.Contains(name, "getAvailable") && !strings.Contains(name, "getByIds") {
				counted += n
			}
		}
	}
	if total != counted {
		t.Errorf("%d writes on record (%v), the tenant counted %d (%v, %v)", total, activities, counted, stats.Inner, stats.Outer)
	}
	for activity, least := range map[string]int{"Create": 3, "Disable": 2, "Revoke Sessions": 2, "Update": 3} {
		if activities[activity] < least {
			t.Errorf("%s: %d on record, expected %d (%v)", activity, activities[activity], least, activities)
		}
	}
	if strings.Contains(content, `"password":`) || !strings.Contains(content, `{"attribute":"passwordProfile/password","withheld":"secret"}`) {
		t.Error("the record does not say that passwords were set, or says more")
	}
	change := ""
	for _, l := range lines {
		for _, c := range l.Unmapped.Changes {
			if c.Attribute == "jobTitle" && l.Unmapped.Worker == "p1" && l.User.UID != "" && l.Activity == "Update" {
				change += fmt.Sprintf("%s%s:%v→%v ", l.Status, l.Code, c.Old, c.New)
			}
		}
		if l.Activity == "Disable" && l.Unmapped.Worker == "p3" && !strings.Contains(l.Unmapped.Cause, "the worker has left") {
			t.Errorf("the cause is %q", l.Unmapped.Cause)
		}
		if l.Activity == "Disable" && l.Unmapped.Worker == "p2" && !strings.Contains(l.Unmapped.Cause, "no document any more") {
			t.Errorf("the cause is %q", l.Unmapped.Cause)
		}
	}
	if !strings.HasPrefix(change, "Sent:[Clerk]→[Lead] Unknown503:[Clerk]→[Lead] Sent:[Clerk]→[Lead] Success") {
		t.Errorf("the title: %s", change)
	}
}

// TestAccAudit_activeDirectory: every write that the controller counted has its pair of lines, and
// neither passwords nor what the mapping redacts are in them, in the creation already.
func TestAccAudit_activeDirectory(t *testing.T) {
	file := useAudit(t)
	s, _ := useControllers(t)
	t.Setenv("WORKFORCE_AD_URL", s.URL())
	ou := "OU=Staff," + memdir.Base
	s.PutUnit("OU=Leavers," + ou)
	cfg := strings.ReplaceAll(withoutExchange(pipelineConfig(ou, "[Dept]", "")), `= { expression = "[Dept]", when_null = "clear" }`, `= { source = "Dept", when_null = "clear", redact = true }`)
	if !strings.Contains(cfg, "redact") {
		t.Fatal("the test redacts nothing")
	}
	csv := func(text string) config.Variables { return config.Variables{"csv": config.StringVariable(text)} }
	first := strings.ReplaceAll(pipelineCSV, "Sales", "Canary-1")
	moved := strings.Replace(strings.Replace(first, "Canary-1", "Canary-2", 1), "O'Brien", "Ruiz", 1)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: cfg, ConfigVariables: csv(first)},
		{Config: cfg, ConfigVariables: csv(moved), ConfigPlanChecks: settledPlan},
	}})
	lines, content := audited(t, file)
	total, activities := pairs(t, lines)
	if counted := int(s.Adds.Load() + s.Modifies.Load() + s.Renames.Load() + s.Deletes.Load()); total != counted || counted == 0 {
		t.Errorf("%d writes on record (%v), the controller counted %d", total, activities, counted)
	}
	if strings.Contains(content, "Canary") {
		t.Error("the record shows what the mapping redacts")
	}
	if !strings.Contains(content, `{"attribute":"unicodePwd","withheld":"secret"}`) || !strings.Contains(content, `{"attribute":"department","withheld":"redacted"}`) ||
		!strings.Contains(content, `{"attribute":"department","withheld":"unlabelled"}`) {
		t.Error("the record does not say that passwords and redacted values were written")
	}
	if !strings.Contains(content, `{"attribute":"sn","old":["O'Brien"],"added":["Ruiz"],"removed":["O'Brien"],"rule":"[Last]"}`) || activities["Move"]+activities["Create"] < 4 {
		t.Errorf("the new name is not on record: %v", activities)
	}
}

// TestAccAudit_cannotBeWritten: nothing is written that cannot be put on record.
func TestAccAudit_cannotBeWritten(t *testing.T) {
	s := useTenant(t, graph.Options{})
	controller, _ := useControllers(t)
	t.Setenv("WORKFORCE_AD_URL", controller.URL())
	hr := useHR(t)
	where := "provider \"workforce\" {\n  audit = { file = \"" + filepath.Join(t.TempDir(), "missing", "audit.jsonl") + "\" }\n}\n"
	refused := wordsInOrder("audit", "file", "no such file", "WORKFORCE_AUDIT_FILE")
	in := "OU=Staff," + memdir.Base
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: where + cloudConfig(""), ConfigVariables: people{"p1": cloudPerson("p1", "Ada Byron"), "p2": cloudPerson("p2", "Max Born")}.cloudVariables(), ExpectError: refused},
		{Config: where + populationConfig(), ConfigVariables: people{"w1": person(in, "w1", "Ada Byron"), "w2": person(in, "w2", "Max Born")}.variables(), ExpectError: refused},
		{Config: where + writebackREST(hr), ConfigVariables: writebackValues("1", `{"mail":"new@example.com"}`, "2", `{"mail":"two@example.com"}`), ExpectError: refused},
	}})
	if n := len(s.Users()) + int(controller.Adds.Load()); n != 0 {
		t.Errorf("%d accounts were created without a record", n)
	}
	if writes, _ := hr.Writes(); len(writes) != 0 {
		t.Errorf("the HR system was written to without a record: %q", writes)
	}
}

// TestAccAudit_humanResources: what goes back to an HR system is on record.
func TestAccAudit_humanResources(t *testing.T) {
	file := useAudit(t)
	hr := useHR(t)
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: testProviders, Steps: []resource.TestStep{
		{Config: writebackREST(hr), ConfigVariables: writebackValues("1", `{"mail":"new@example.com"}`, "2", `{"mail":"two@example.com"}`), Check: func(*terraform.State) error {
			lines, content := audited(t, file)
			if total, _ := pairs(t, lines); total != 2 || lines[0].Class != 3004 || !strings.Contains(content, `{"attribute":"mail","old":["old1@example.com"],"new":["new@example.com"]}`) {
				return fmt.Errorf("the record is\n%s", content)
			}
			return nil
		}},
	}})
}
