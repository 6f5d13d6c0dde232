// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"terraform-provider-workforce/internal/sandbox/samba"
)

func TestMain(m *testing.M) {
	code := samba.Main(m)
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// testProviders serves the provider in this process, as released binaries do.
var testProviders = map[string]func() (tfprotov6.ProviderServer, error){
	"workforce": func() (tfprotov6.ProviderServer, error) { return NewServer("test")(), nil },
}

// daysAhead are providers whose present is so many days ahead, which a step may change: what is recorded
// by a directory is recorded today, and nothing is deleted before its day.
func daysAhead(days *atomic.Int64) map[string]func() (tfprotov6.ProviderServer, error) {
	clock := func() time.Time { return time.Now().AddDate(0, 0, int(days.Load())) }
	return map[string]func() (tfprotov6.ProviderServer, error){
		"workforce": func() (tfprotov6.ProviderServer, error) { return NewServerAt("test", clock, nil), nil },
	}
}

// useDomain starts the domain controller of this package and points the
// provider at it.
func useDomain(t *testing.T) *samba.Domain {
	t.Helper()
	d := samba.Shared(t)
	t.Setenv("WORKFORCE_AD_URL", d.URL())
	t.Setenv("WORKFORCE_AD_CA_CERTIFICATE_FILE", d.CAFile())
	t.Setenv("WORKFORCE_AD_USERNAME", d.AdminUser())
	t.Setenv("WORKFORCE_AD_PASSWORD", d.AdminPassword())
	return d
}

// useProxy is useDomain with a proxy before it, which counts requests and fails
// where it is told to.
func useProxy(t *testing.T) (*samba.Domain, *samba.Proxy) {
	t.Helper()
	d := useDomain(t)
	proxy, err := d.Proxy(samba.ProxyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	t.Setenv("WORKFORCE_AD_URL", proxy.URL())
	return d, proxy
}
