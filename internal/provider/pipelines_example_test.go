// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"terraform-provider-workforce/internal/sandbox/graph"
)

const pipelines = "../../examples/pipelines"

// shop is a repository with its forge, as the pipelines of examples/pipelines find it.
type shop struct {
	t       *testing.T
	dir     string // the checkout
	env     []string
	scripts string
}

// mirrored installs the provider of this tree for terraform init, and returns the configuration that says where.
func mirrored(t *testing.T) string {
	t.Helper()
	rc, err := builtProvider()
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(filepath.Join(filepath.Dir(rc), "terraform-provider-workforce"))
	if err != nil {
		t.Fatal(err)
	}
	mirror := filepath.Join(t.TempDir(), "mirror")
	home := filepath.Join(mirror, "registry.terraform.io/workforce/workforce/0.0.1", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "terraform-provider-workforce_v0.0.1"), binary, 0o755); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "terraformrc")
	if err := os.WriteFile(config, fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o600); err != nil {
		t.Fatal(err)
	}
	return config
}

func (s *shop) run(name string, args ...string) (string, error) {
	s.t.Helper()
	cmd := exec.CommandContext(s.t.Context(), name, args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (s *shop) must(name string, args ...string) string {
	s.t.Helper()
	out, err := s.run(name, args...)
	if err != nil {
		s.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return out
}

func (s *shop) script(name string) (string, error) {
	s.t.Helper()
	return s.run("bash", filepath.Join(s.scripts, name))
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func openShop(t *testing.T) *shop {
	scripts, err := filepath.Abs(filepath.Join(pipelines, "scripts"))
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, dir: filepath.Join(t.TempDir(), "checkout"), scripts: scripts}
	// The forge's own client is not there, and nobody's git configuration counts.
	s.env = append(os.Environ(), "TF_CLI_CONFIG_FILE="+mirrored(t), "CHECKPOINT_DISABLE=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	origin := filepath.Join(t.TempDir(), "origin.git")
	for _, args := range [][]string{{"init", "--quiet", "--bare", "--initial-branch=main", origin}, {"-C", origin, "config", "receive.advertisePushOptions", "true"}, {"clone", "--quiet", origin, s.dir}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Env = s.env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return s
}

// TestAccEntraPipelines follows a feed through the scripts of examples/pipelines: the night asks for what HR changed, the merge
// applies exactly that, and a feed that is newer than the review stops before anybody is touched.
func TestAccEntraPipelines(t *testing.T) {
	if _, err := exec.LookPath("gh"); err == nil {
		t.Log("the forge's client is installed: the requests fail, and the branches are pushed all the same")
	}
	tenant := useTenant(t, graph.Options{})
	s := openShop(t)
	cfg := strings.Replace(cloudPipeline("2026-01-15"), "mapping = local.rules", "mapping = local.rules\n  report_name = \"entra\"\n  approved = var.approved_directory == null ? null : \"${var.approved_directory}/entra.approval\"", 1)
	cfg = strings.Replace(cfg, `variable "csv" { type = string }`, "variable \"approved_directory\" {\n  type = string\n  default = null\n}", 1)
	cfg = strings.Replace(cfg, "var.csv", `file("${path.module}/feed.csv")`, 1)
	s.write("main.tf", "terraform {\n  required_providers {\n    workforce = { source = \"workforce/workforce\" }\n  }\n}\n"+cfg)
	s.write(".gitignore", "feed.csv\n.terraform/\nterraform.tfstate*\nplan.bin\nreports/\n")
	s.write("feed.csv", pipelineCSV)
	s.must("terraform", "init", "-input=false")
	// The rules exist before the first review, so that plans read the data sources.
	s.must("terraform", "apply", "-input=false", "-auto-approve", "-target=workforce_mapping.entra")
	s.must("git", "add", ".")
	s.must("git", "-c", "user.name=a", "-c", "user.email=a@invalid", "commit", "--quiet", "--message", "Begin")
	s.must("git", "push", "--quiet", "origin", "main")

	if out, err := s.script("apply.sh"); err == nil || !strings.Contains(out, "nothing was approved") {
		t.Fatalf("an apply without an approval: %v\n%s", err, out)
	}
	night := func(expected string) {
		t.Helper()
		s.must("git", "switch", "--quiet", "main")
		if out, err := s.script("plan.sh"); err != nil || !strings.Contains(out, "changed="+expected) {
			t.Fatalf("plan: %v\n%s", err, out)
		}
		if expected == "false" {
			return
		}
		if out, err := s.script("request.sh"); err != nil {
			t.Fatalf("request: %v\n%s", err, out)
		}
		s.must("git", "switch", "--quiet", "main")
	}
	merge := func() (string, error) {
		t.Helper()
		s.must("git", "merge", "--quiet", "--ff-only", "origin/feed")
		return s.script("apply.sh")
	}
	night("true")
	for _, file := range []string{"approved/entra.approval"} {
		if out := s.must("git", "show", "feed:"+file); strings.Contains(out, "0001") && strings.Contains(out, "Li") || !strings.HasPrefix(out, "sha256:") {
			t.Errorf("%s tells about somebody:\n%s", file, out)
		}
	}
	if live := len(tenant.Users()); live != 0 {
		t.Fatalf("the night made %d accounts", live)
	}
	s.write("feed.csv", strings.Replace(pipelineCSV, "0003,Zoë,O'Brien", "0009,Nina,Later,Sales,2020-01-01,,0001,Active\n0003,Zoë,O'Brien", 1))
	if out, err := merge(); err == nil || !strings.Contains(strings.Join(strings.Fields(out), " "), "nobody approved") {
		t.Fatalf("a feed newer than the review was applied: %v\n%s", err, out)
	}
	s.write("feed.csv", pipelineCSV)
	if out, err := s.script("apply.sh"); err != nil {
		t.Fatalf("apply: %v\n%s", err, out)
	}
	if live := len(tenant.Users()); live != 4 {
		t.Errorf("%d accounts, expected four", live)
	}
	night("false")
}

// TestPipelinesParse holds the files of three forges to what can be known without them: that their shell parses,
// and that they call scripts that exist.
func TestPipelinesParse(t *testing.T) {
	for _, name := range []string{"github-actions.yml", "gitlab-ci.yml", "azure-pipelines.yml"} {
		text, err := os.ReadFile(filepath.Join(pipelines, name))
		if err != nil {
			t.Fatal(err)
		}
		called := 0
		for _, word := range strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \n\"'|;>()$", r) }) {
			if script, ok := strings.CutPrefix(word, "scripts/"); ok {
				called++
				if _, err := os.Stat(filepath.Join(pipelines, "scripts", script)); err != nil {
					t.Errorf("%s calls %s, which is not there", name, word)
				}
			}
		}
		if called < 3 || strings.Contains(string(text), "\t") {
			t.Errorf("%s calls %d scripts, or has tabs", name, called)
		}
	}
	scripts, err := filepath.Glob(filepath.Join(pipelines, "scripts", "*.sh"))
	if err != nil || len(scripts) != 4 {
		t.Fatalf("scripts %q, %v", scripts, err)
	}
	for _, script := range scripts {
		if out, err := exec.CommandContext(t.Context(), "bash", "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}
