// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// RootDSE is what a controller says about itself (MS-ADTS 3.1.1.3.2). An
// attribute the server does not have is empty.
type RootDSE struct {
	DefaultNamingContext       string
	RootDomainNamingContext    string
	ConfigurationNamingContext string
	SchemaNamingContext        string
	NamingContexts             []string
	DNSHostName                string
	ServerName                 string // distinguished name of the server object
	LDAPServiceName            string

	SupportedControls       []string // OIDs
	SupportedExtensions     []string // OIDs
	SupportedCapabilities   []string // OIDs
	SupportedSASLMechanisms []string

	// Functional levels (MS-ADTS 6.1.4.2): 7 is Windows Server 2016, 10 is
	// Windows Server 2025; -1 when the server does not say.
	DomainFunctionality           int
	ForestFunctionality           int
	DomainControllerFunctionality int

	// Synchronized is false on a controller that says it has not finished its
	// first replication.
	Synchronized bool
	// GlobalCatalogReady is false on a controller that says that its global catalog is not whole, or that it holds none.
	GlobalCatalogReady bool
}

// SupportsControl reports whether the controller supports the control oid.
func (r *RootDSE) SupportsControl(oid string) bool { return slices.Contains(r.SupportedControls, oid) }

// LDAP_CAP_ACTIVE_DIRECTORY_PARTIAL_SECRETS_OID: MS-ADTS 3.1.1.3.4.3.
const capabilityPartialSecrets = "1.2.840.113556.1.4.1920"

// ReadOnly reports whether the controller is a read-only one (RODC).
func (r *RootDSE) ReadOnly() bool {
	return slices.Contains(r.SupportedCapabilities, capabilityPartialSecrets)
}

// writable names a controller that takes writes, for who named a read-only one: the PDC emulator, as the head of the domain knows it
// (MS-ADTS 6.1.5.3). It is "" where that does not tell.
func (c *Client) writable(ctx context.Context, cn *conn, root *RootDSE) string {
	value := func(dn, attribute string) (found string) {
		_ = c.guard(ctx, cn, func() error { // it is advice, and no reason to fail in another way
			result, err := cn.Search(&ldap.SearchRequest{
				BaseDN: dn, Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: []string{attribute},
			})
			if err == nil && len(result.Entries) == 1 {
				found = result.Entries[0].GetEqualFoldAttributeValue(attribute)
			}
			return err
		})
		return found
	}
	_, server, _ := strings.Cut(value(root.DefaultNamingContext, "fSMORoleOwner"), ",") // that of its NTDS Settings
	if server == "" {
		return ""
	}
	host := value(server, "dNSHostName")
	if host == "" {
		return ""
	}
	return fmt.Sprintf(" such as %s://%s (the PDC emulator)", cn.pin.target.scheme, host)
}

var rootAttributes = []string{
	"defaultNamingContext", "rootDomainNamingContext", "configurationNamingContext", "schemaNamingContext", "namingContexts",
	"dnsHostName", "serverName", "ldapServiceName", "supportedControl", "supportedExtension", "supportedCapabilities",
	"supportedSASLMechanisms", "domainFunctionality", "forestFunctionality", "domainControllerFunctionality", "isSynchronized",
	"isGlobalCatalogReady",
}

func readRootDSE(c *conn) (*RootDSE, error) {
	result, err := c.Search(&ldap.SearchRequest{Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)", Attributes: rootAttributes})
	if err != nil {
		return nil, err
	}
	if len(result.Entries) != 1 {
		return nil, ldap.NewError(ldap.ErrorUnexpectedResponse, fmt.Errorf("the rootDSE came as %d entries, expected 1", len(result.Entries)))
	}
	e := result.Entries[0]
	return &RootDSE{
		DefaultNamingContext:          e.GetEqualFoldAttributeValue("defaultNamingContext"),
		RootDomainNamingContext:       e.GetEqualFoldAttributeValue("rootDomainNamingContext"),
		ConfigurationNamingContext:    e.GetEqualFoldAttributeValue("configurationNamingContext"),
		SchemaNamingContext:           e.GetEqualFoldAttributeValue("schemaNamingContext"),
		NamingContexts:                e.GetEqualFoldAttributeValues("namingContexts"),
		DNSHostName:                   e.GetEqualFoldAttributeValue("dnsHostName"),
		ServerName:                    e.GetEqualFoldAttributeValue("serverName"),
		LDAPServiceName:               e.GetEqualFoldAttributeValue("ldapServiceName"),
		SupportedControls:             e.GetEqualFoldAttributeValues("supportedControl"),
		SupportedExtensions:           e.GetEqualFoldAttributeValues("supportedExtension"),
		SupportedCapabilities:         e.GetEqualFoldAttributeValues("supportedCapabilities"),
		SupportedSASLMechanisms:       e.GetEqualFoldAttributeValues("supportedSASLMechanisms"),
		DomainFunctionality:           level(e, "domainFunctionality"),
		ForestFunctionality:           level(e, "forestFunctionality"),
		DomainControllerFunctionality: level(e, "domainControllerFunctionality"),
		Synchronized:                  e.GetEqualFoldAttributeValue("isSynchronized") != "FALSE",
		GlobalCatalogReady:            e.GetEqualFoldAttributeValue("isGlobalCatalogReady") != "FALSE",
	}, nil
}

func level(e *ldap.Entry, attribute string) int {
	n, err := strconv.Atoi(e.GetEqualFoldAttributeValue(attribute))
	if err != nil {
		return -1
	}
	return n
}
