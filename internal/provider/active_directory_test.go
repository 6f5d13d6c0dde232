// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestActiveDirectorySettings(t *testing.T) {
	for name, value := range map[string]string{
		"WORKFORCE_AD_URL": "ldaps://a, ldaps://b", "WORKFORCE_AD_USERNAME": "left@over", "WORKFORCE_AD_PASSWORD": "left over", "WORKFORCE_AD_PAGE_SIZE": "500",
		"WORKFORCE_AD_CONNECT_TIMEOUT": "7", "WORKFORCE_AD_START_TLS": "true", "WORKFORCE_AD_KERBEROS_PASSWORD": "ticket",
		"WORKFORCE_AD_GLOBAL_CATALOG_URL": "ldaps://gc",
	} {
		t.Setenv(name, value)
	}
	text := types.StringValue
	for name, c := range map[string]struct {
		model *activeDirectoryModel
		check func(l *lazyDomain) bool
	}{
		"everything from the environment": {nil, func(l *lazyDomain) bool {
			return strings.Join(l.config.URLs, "|") == "ldaps://a|ldaps://b" && l.config.Username == "left@over" && l.config.PageSize == 500 &&
				l.config.ConnectTimeout == 7*time.Second && l.config.StartTLS &&
				strings.Join(l.config.GlobalCatalogURLs, "|") == "ldaps://gc"
		}},
		"arguments win": {&activeDirectoryModel{
			URLs: types.ListValueMust(types.StringType, []attr.Value{text("ldaps://c")}), PageSize: types.Int64Value(10), StartTLS: types.BoolValue(false),
		}, func(l *lazyDomain) bool {
			return strings.Join(l.config.URLs, "|") == "ldaps://c" && l.config.PageSize == 10 && !l.config.StartTLS
		}},
		"phones go with the account unless said otherwise": {&activeDirectoryModel{}, func(l *lazyDomain) bool {
			return strings.Join(l.options.DeleteChildrenOfClasses, "|") == "msExchActiveSyncDevices|msExchActiveSyncDevice"
		}},
		"nothing below goes with the account": {&activeDirectoryModel{DeleteChildren: types.ListValueMust(types.StringType, nil)}, func(l *lazyDomain) bool {
			return len(l.options.DeleteChildrenOfClasses) == 0
		}},
		"classes that go with the account": {&activeDirectoryModel{DeleteChildren: types.ListValueMust(types.StringType, []attr.Value{text("serviceConnectionPoint")})}, func(l *lazyDomain) bool {
			return strings.Join(l.options.DeleteChildrenOfClasses, "|") == "serviceConnectionPoint"
		}},
		"a password completes its user": {&activeDirectoryModel{Username: text("svc")}, func(l *lazyDomain) bool {
			return l.config.Username == "svc" && l.config.Password == "left over" && l.config.Kerberos == nil
		}},
		"Kerberos ignores the simple bind of the environment": {&activeDirectoryModel{Kerberos: &kerberosModel{Username: text("svc")}}, func(l *lazyDomain) bool {
			return l.config.Username == "" && l.config.Password == "" && l.config.Kerberos != nil && l.config.Kerberos.Password == "ticket"
		}},
		"a certificate ignores both": {&activeDirectoryModel{ClientCertificateFile: text("c.pem")}, func(l *lazyDomain) bool {
			return l.config.Username == "" && l.config.Kerberos == nil && l.config.ClientCertificateFile == "c.pem"
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "everything from the environment" || name == "arguments win" {
				t.Setenv("WORKFORCE_AD_KERBEROS_PASSWORD", "")
			}
			var diags diag.Diagnostics
			l := newLazyDomain(c.model, &diags)
			if diags.HasError() || !c.check(l) {
				l.config.Password = ""
				t.Errorf("%v, %+v", diags, l.config)
			}
		})
	}
}

// A variable of the environment holds for every alias, and an error about one says so.
func TestErrorsNameTheEnvironment(t *testing.T) {
	t.Setenv("WORKFORCE_AD_URL", "ldaps://a")
	t.Setenv("WORKFORCE_AD_USERNAME", "svc@a")
	t.Setenv("WORKFORCE_AD_PASSWORD", "made up, opens nothing")
	var diags diag.Diagnostics
	_, err := newLazyDomain(&activeDirectoryModel{Domain: types.StringValue("b.example.com")}, &diags).Domain()
	if err == nil || !strings.Contains(err.Error(), "both URLs and a domain are set") || !strings.Contains(err.Error(), "WORKFORCE_AD_URL") || strings.Contains(err.Error(), "opens nothing") {
		t.Errorf("error %v, expected one that names the variable and not its secret", err)
	}
	t.Setenv("WORKFORCE_AD_URL", "") // the advice
	if _, err := newLazyDomain(&activeDirectoryModel{Domain: types.StringValue("b.example.com")}, &diags).Domain(); err != nil {
		t.Error(err)
	}
	t.Setenv("WORKFORCE_ENTRA_TENANT_ID", "not a tenant!")
	if _, err := newLazyTenant(nil, "test", time.Now, &diags).Tenant(); err == nil || !strings.Contains(err.Error(), "WORKFORCE_ENTRA_TENANT_ID") {
		t.Errorf("error %v, expected one that names the variable", err)
	}
}

func TestActiveDirectoryUnknownSetting(t *testing.T) {
	var diags diag.Diagnostics
	l := newLazyDomain(&activeDirectoryModel{Domain: types.StringUnknown()}, &diags)
	if _, err := l.Domain(); err == nil || !strings.Contains(err.Error(), "active_directory.domain is not known until apply") {
		t.Errorf("got %v", err)
	}
}
