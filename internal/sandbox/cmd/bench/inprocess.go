// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/provider"
)

// effort is what the provider did in one command of Terraform.
type effort struct {
	decoded, encoded int64 // account documents
	allocated        uint64
}

// withProvider calls f while this process serves the provider of a workspace, with the environment
// variable that lets Terraform find it: what the provider does can then be counted from here.
func (t terraform) withProvider(ctx context.Context, f func(env string) error) (effort, error) {
	// What is counted is the work, not a log of it.
	for _, setting := range append([]string{
		"TF_LOG=OFF", "TF_LOG_SDK=OFF", "TF_LOG_SDK_FRAMEWORK=OFF", "TF_LOG_SDK_PROTO=OFF",
		"TF_LOG_PROVIDER=OFF", "TF_LOG_PROVIDER_WORKFORCE=OFF",
	}, t.env...) {
		name, value, _ := strings.Cut(setting, "=")
		if err := os.Setenv(name, value); err != nil {
			return effort{}, err
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	config, ended := make(chan *plugin.ReattachConfig, 1), make(chan struct{})
	failed := make(chan error, 1)
	go func() {
		failed <- tf6server.Serve(provider.Address, provider.NewServer("bench"), tf6server.WithDebug(ctx, config, ended),
			tf6server.WithGoPluginLogger(hclog.NewNullLogger()))
	}()
	defer func() { cancel(); <-ended }()
	var at *plugin.ReattachConfig
	select {
	case at = <-config:
	case err := <-failed:
		close(ended)
		return effort{}, errors.Join(errors.New("the provider does not start"), err)
	}
	type address struct{ Network, String string }
	doc, err := json.Marshal(map[string]any{provider.Address: map[string]any{
		"Protocol": at.Protocol, "ProtocolVersion": at.ProtocolVersion, "Pid": at.Pid, "Test": true,
		"Addr": address{at.Addr.Network(), at.Addr.String()},
	}})
	if err != nil {
		return effort{}, err
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read, written := directory.Documents()
	err = f("TF_REATTACH_PROVIDERS=" + string(doc))
	readAfter, writtenAfter := directory.Documents()
	runtime.ReadMemStats(&after)
	return effort{decoded: readAfter - read, encoded: writtenAfter - written, allocated: after.TotalAlloc - before.TotalAlloc}, err
}

// output runs one command with a setting such as that of the provider in this process, and returns what it printed.
func (t terraform) output(ctx context.Context, env string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir = t.dir
	cmd.Env = append(append(os.Environ(), t.env...), env)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("terraform %s in %s: %w\n%s%s", strings.Join(args, " "), t.dir, err, tail(out), stderr.String())
	}
	return out, nil
}
