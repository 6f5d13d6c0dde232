// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	// commandTimeout bounds one run of Terraform: many times what the slowest takes on a machine that much else runs on.
	commandTimeout = 20 * time.Minute
	// interruptGrace is how long an interrupted Terraform may take to end in order.
	interruptGrace = 20 * time.Second
	// version is what the copied provider calls itself in the mirror.
	version = "0.1.0"
)

// terraform runs the Terraform on PATH in the directory of the demo's configuration, with the provider installed from a
// mirror in the file system, as in a network without the internet.
type terraform struct {
	dir string
	env []string
}

// result is what a run of Terraform printed, and how it ended.
type result struct {
	code   int
	stdout string
	stderr string
	took   time.Duration
}

// newTerraform makes the mirror of the provider and Terraform's own configuration in the workspace.
func newTerraform(w *workspace, provider string, settings map[string]string) (*terraform, error) {
	mirror := w.path("mirror")
	installed := filepath.Join(mirror, "registry.terraform.io", "workforce", "workforce", version, runtime.GOOS+"_"+runtime.GOARCH, "terraform-provider-workforce_v"+version)
	if err := copyProgram(provider, installed); err != nil {
		return nil, err
	}
	rc := w.path("terraformrc")
	content := fmt.Sprintf("disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror)
	if err := errors.Join(os.WriteFile(rc, []byte(content), 0o600), os.MkdirAll(w.path(configurationDir), 0o700)); err != nil {
		return nil, err
	}
	t := &terraform{dir: w.path(configurationDir)}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "WORKFORCE_") {
			t.env = append(t.env, variable)
		}
	}
	t.env = append(t.env, "TF_CLI_CONFIG_FILE="+rc, "TF_IN_AUTOMATION=1", "TF_INPUT=0")
	for name, value := range settings {
		t.env = append(t.env, name+"="+value)
	}
	return t, nil
}

// in returns a Terraform with the same provider, further settings and another configuration, in a directory below.
func (t *terraform) in(name string, settings map[string]string, configuration string) (*terraform, error) {
	sub := &terraform{dir: filepath.Join(t.dir, name), env: slices.Clone(t.env)}
	for name, value := range settings {
		sub.env = append(sub.env, name+"="+value)
	}
	text, err := os.ReadFile(configuration)
	if err != nil {
		return nil, err
	}
	return sub, errors.Join(os.MkdirAll(sub.dir, 0o700), os.WriteFile(filepath.Join(sub.dir, "main.tf"), text, 0o600))
}

func copyProgram(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("the compiled provider: %w (make build makes it)", err)
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o700)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// run runs Terraform. A run that ends with an exit status is no error, whatever the status.
func (t *terraform) run(ctx context.Context, args ...string) (result, error) {
	limited, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(limited, "terraform", append(args, "-no-color")...)
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = t.dir, t.env, &stdout, &stderr
	// An interrupt at the terminal reaches this process alone, which passes it on: Terraform then ends in order.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = interruptGrace
	started := time.Now()
	err := cmd.Run()
	r := result{stdout: stdout.String(), stderr: stderr.String(), took: time.Since(started)}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return r, ctx.Err()
	case limited.Err() != nil:
		return r, fmt.Errorf("terraform %s did not end within %s", args[0], commandTimeout)
	case errors.As(err, &exit):
		r.code = exit.ExitCode()
	case err != nil:
		return r, err
	}
	return r, nil
}

// succeed is run for what must end with one of the codes, or with 0 when there is none.
func (t *terraform) succeed(ctx context.Context, codes []int, args ...string) (result, error) {
	r, err := t.run(ctx, args...)
	if err != nil {
		return r, err
	}
	if len(codes) == 0 {
		codes = []int{0}
	}
	for _, code := range codes {
		if r.code == code {
			return r, nil
		}
	}
	return r, fmt.Errorf("terraform %s ended with %d, expected %v:\n%s%s", strings.Join(args, " "), r.code, codes, r.stdout, r.stderr)
}

// population is the account documents of the population resource before and after a plan, by worker id.
type population struct{ before, after map[string]string }

// changed returns how many accounts a plan creates, changes and drops.
func (p population) changed() map[string]string {
	changes := map[string]string{}
	for id, document := range p.after {
		switch before, existed := p.before[id]; {
		case !existed:
			changes[id] = "create"
		case before != document:
			changes[id] = "change"
		}
	}
	for id := range p.before {
		if _, stays := p.after[id]; !stays {
			changes[id] = "drop"
		}
	}
	return changes
}

// planned reads what a saved plan does to the population.
func (t *terraform) planned(ctx context.Context, plan string) (population, error) {
	var document struct {
		ResourceChanges []struct {
			Type   string `json:"type"`
			Change struct {
				Before, After struct {
					Accounts map[string]string `json:"accounts"`
				}
			} `json:"change"`
		} `json:"resource_changes"`
	}
	if err := t.show(ctx, plan, &document); err != nil {
		return population{}, err
	}
	for _, change := range document.ResourceChanges {
		if strings.HasSuffix(change.Type, "_population") {
			return population{before: change.Change.Before.Accounts, after: change.Change.After.Accounts}, nil
		}
	}
	return population{}, errors.New("the plan has no population")
}

// decisions are what the rules say about people, as the accounts data source of a plan has it.
type decisions struct {
	SetAside     []string `json:"set_aside"`
	KeptDisabled []string `json:"kept_disabled"`
	Report       string   `json:"report"`
}

// decided reads the decisions of a saved plan.
func (t *terraform) decided(ctx context.Context, plan string) (decisions, error) {
	var document struct {
		PriorState struct {
			Values struct {
				RootModule struct {
					Resources []struct {
						Type   string          `json:"type"`
						Values json.RawMessage `json:"values"`
					} `json:"resources"`
				} `json:"root_module"`
			} `json:"values"`
		} `json:"prior_state"`
	}
	if err := t.show(ctx, plan, &document); err != nil {
		return decisions{}, err
	}
	for _, r := range document.PriorState.Values.RootModule.Resources {
		if strings.HasSuffix(r.Type, "_accounts") {
			var d decisions
			if err := json.Unmarshal(r.Values, &d); err != nil {
				return d, fmt.Errorf("%s of the plan: %w", r.Type, err)
			}
			return d, nil
		}
	}
	return decisions{}, errors.New("the plan has no decisions about accounts")
}

// show reads a saved plan.
func (t *terraform) show(ctx context.Context, plan string, document any) error {
	r, err := t.succeed(ctx, nil, "show", "-json", plan)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(r.stdout), document); err != nil {
		return fmt.Errorf("terraform show -json: %w", err)
	}
	return nil
}
