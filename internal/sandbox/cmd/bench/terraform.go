// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// terraform runs the real binary with providers built from this tree.
type terraform struct {
	dir string
	env []string
}

const overrides = `provider_installation {
  dev_overrides {
    "workforce/workforce" = %[1]q
    "workforce/noop"      = %[1]q
  }
  direct {}
}
`

func (t terraform) build(ctx context.Context) error {
	bin := filepath.Join(t.dir, "bin")
	for name, pkg := range map[string]string{"terraform-provider-workforce": ".", "terraform-provider-noop": "./internal/sandbox/cmd/noop"} {
		cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", filepath.Join(bin, name), pkg)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
	}
	return os.WriteFile(filepath.Join(t.dir, "terraformrc"), fmt.Appendf(nil, overrides, bin), 0o600)
}

// workspace writes a configuration into a directory of its own.
func (t terraform) workspace(name, config string, accounts map[string]string, env ...string) (terraform, error) {
	dir := filepath.Join(t.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return t, err
	}
	env = append(env, "TF_CLI_CONFIG_FILE="+filepath.Join(t.dir, "terraformrc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1")
	w := terraform{dir: dir, env: env}
	if err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(config), 0o600); err != nil {
		return t, err
	}
	return w, writeAccounts(w, accounts)
}

// writeAccounts writes the documents that the configuration of a workspace reads.
func writeAccounts(t terraform, accounts map[string]string) error {
	raw, err := json.Marshal(accounts)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(t.dir, "accounts.json"), raw, 0o600)
}

// time runs one command, and returns how long it took.
func (t terraform) time(ctx context.Context, args ...string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), t.env...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("terraform %s in %s: %w\n%s", strings.Join(args, " "), t.dir, err, tail(out))
	}
	return time.Since(start), nil
}

func tail(out []byte) []byte { return out[max(0, len(out)-4000):] }

// startup compares how long the two providers take from start to handshake.
func startup(ctx context.Context, bin string) error {
	fmt.Println("## Start of the provider process, median of 21")
	medians := map[string]time.Duration{}
	for _, name := range []string{"terraform-provider-noop", "terraform-provider-workforce"} {
		times := make([]time.Duration, 21)
		for i := range times {
			d, err := handshake(ctx, filepath.Join(bin, name))
			if err != nil {
				return err
			}
			times[i] = d
		}
		slices.Sort(times)
		medians[name] = times[len(times)/2]
	}
	ours, theirs := medians["terraform-provider-workforce"], medians["terraform-provider-noop"]
	size, err := os.Stat(filepath.Join(bin, "terraform-provider-workforce"))
	if err != nil {
		return err
	}
	fmt.Printf("workforce %s (%d MB), smallest framework provider %s: ratio %.2f\n\n", ours.Round(100*time.Microsecond), size.Size()>>20, theirs.Round(100*time.Microsecond), ours.Seconds()/theirs.Seconds())
	return nil
}

// handshake starts a provider as Terraform does, and waits for the line that
// says where it listens.
func handshake(ctx context.Context, path string) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, path)
	cmd.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	_, err = bufio.NewReader(out).ReadString('\n')
	took := time.Since(start)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return took, err
}
