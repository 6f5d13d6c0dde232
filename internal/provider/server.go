// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-workforce/internal/audit"
)

// Address is where the provider is published.
const Address = "registry.terraform.io/workforce/workforce"

// NewServer returns a factory of protocol servers for the provider.
func NewServer(version string) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		p := New(version)()
		s := newSlimServer(providerserver.NewProtocol6(p)())
		if own, ok := p.(*workforceProvider); ok {
			s.audit = &own.audit
		}
		return s
	}
}

// slimServer releases what each call leaves behind. The framework keeps the
// context of every call, with its loggers, until the provider stops: about
// 0.14 MB a resource instance, 2.9 GB for 20,000 people. Handing it a context
// that forgets its parent when the call returns keeps that at 55 MB.
type slimServer struct {
	tfprotov6.ProviderServer
	// The interface of servers has no actions and lists yet: embedding it alone would hide them.
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
	schemas writeOnlySchemas
	audit   *atomic.Pointer[audit.Log] // where writes are put on record; nil for nowhere
}

func newSlimServer(s tfprotov6.ProviderServer) *slimServer {
	actions, ok := s.(tfprotov6.ActionServer)
	if !ok {
		panic("the framework serves no actions") // a test of every build sees it
	}
	lists, ok := s.(tfprotov6.ListResourceServer)
	if !ok {
		panic("the framework serves no lists")
	}
	return &slimServer{ProviderServer: s, ActionServer: actions, ListResourceServer: lists}
}

// releasable is a context whose parent can be dropped.
type releasable struct {
	parent atomic.Pointer[context.Context]
}

var done = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

func release(ctx context.Context) (*releasable, func()) {
	r := new(releasable)
	r.parent.Store(&ctx)
	return r, func() { r.parent.Store(&done) }
}

func (r *releasable) Deadline() (time.Time, bool) { return (*r.parent.Load()).Deadline() }
func (r *releasable) Done() <-chan struct{}       { return (*r.parent.Load()).Done() }
func (r *releasable) Err() error                  { return (*r.parent.Load()).Err() }
func (r *releasable) Value(key any) any           { return (*r.parent.Load()).Value(key) }

// The calls that Terraform makes once or more for every resource instance.

func (s *slimServer) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	r, free := release(ctx)
	defer free()
	return s.ProviderServer.ValidateResourceConfig(r, req)
}

func (s *slimServer) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	r, free := release(ctx)
	defer free()
	return s.ProviderServer.UpgradeResourceState(r, req)
}

func (s *slimServer) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	r, free := release(ctx)
	defer free()
	return s.ProviderServer.ReadResource(r, req)
}

func (s *slimServer) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	r, free := release(ctx)
	defer free()
	proposed, err := s.schemas.strip(r, s.ProviderServer, req.TypeName, req.ProposedNewState)
	if err != nil {
		return nil, err
	}
	slim := *req
	slim.ProposedNewState = proposed
	return s.ProviderServer.PlanResourceChange(r, &slim)
}

func (s *slimServer) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	r, free := release(ctx)
	defer free()
	resp, err := s.ProviderServer.ApplyResourceChange(r, req)
	if s.audit != nil {
		unanswered(s.audit.Load(), resp)
	}
	return resp, err
}
