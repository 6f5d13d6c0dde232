// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Ports of the global catalog (MS-ADTS 3.1.1.3.1.10): it is read only, and holds a part of the attributes of every object of the forest.
const (
	catalogPort    = "3268"
	catalogTLSPort = "3269"
)

// catalogPorts are those of the global catalog by those of a domain.
var catalogPorts = map[string]string{ldap.DefaultLdapPort: catalogPort, ldap.DefaultLdapsPort: catalogTLSPort}

// Catalog returns a client of the global catalog of the forest, made on first use and closed with c. It signs in as c does. Its
// controllers are those of Config.GlobalCatalogURLs; else those of Config.URLs, at the port of the catalog; else those that DNS
// names for the forest. Searches from the base "" find objects of every domain; nothing can be written.
func (c *Client) Catalog(ctx context.Context) (*Client, error) {
	root, err := c.RootDSE(ctx)
	if err != nil {
		return nil, err
	}
	c.catalogMu.Lock()
	defer c.catalogMu.Unlock()
	if c.catalog != nil {
		return c.catalog, nil
	}
	config, err := c.settings.catalogConfig(DNSName(root.RootDomainNamingContext))
	if err != nil {
		return nil, err
	}
	catalog, err := New(config)
	if err != nil {
		return nil, err
	}
	c.catalog = catalog
	return catalog, nil
}

// closeCatalog ends the client of the global catalog, if there is one.
func (c *Client) closeCatalog() error {
	c.catalogMu.Lock()
	defer c.catalogMu.Unlock()
	if c.catalog == nil {
		return nil
	}
	return c.catalog.Close()
}

// catalogConfig is how the global catalog of a forest is reached. The domain stays: Kerberos takes the realm from it.
func (s *settings) catalogConfig(forest string) (Config, error) {
	config := s.Config
	config.catalog, config.forest, config.BaseDN = true, forest, ""
	switch {
	case len(s.GlobalCatalogURLs) > 0:
		config.URLs = s.GlobalCatalogURLs
	case s.Domain == "":
		config.URLs = nil
		for _, t := range s.targets {
			port, known := catalogPorts[t.port]
			if !known {
				return config, fmt.Errorf("where the global catalog is does not follow from %s, whose port is none of Active Directory: "+
					"set the URLs of the global catalog, such as %s://%s", t, t.scheme, net.JoinHostPort(t.host, s.catalogPort()))
			}
			config.URLs = append(config.URLs, target{t.scheme, t.host, port}.String())
		}
	case forest == "":
		return config, errors.New("the controller does not say which forest it belongs to: set the URLs of the global catalog")
	}
	return config, nil
}

// catalogPort is the port of the global catalog by the way of encryption.
func (s *settings) catalogPort() string {
	if s.StartTLS {
		return catalogPort
	}
	return catalogTLSPort
}

// catalogTargets returns the controllers that DNS names for the global catalog of the forest (MS-ADTS 6.3.2.3).
func (s *settings) catalogTargets(ctx context.Context) ([]target, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.ConnectTimeout, errConnectTimeout)
	defer cancel()
	_, records, err := s.resolver().LookupSRV(ctx, "gc", "tcp", s.forest)
	targets := s.srvTargets(records)
	for i := range targets {
		if !s.StartTLS {
			targets[i].port = catalogTLSPort
		}
	}
	if len(targets) > 0 {
		return targets, nil
	}
	if err == nil {
		err = errors.New("no records")
	}
	return nil, &Error{
		Op: "find the global catalog", Server: s.forest, Kind: KindUnavailable, Err: fmt.Errorf("_gc._tcp.%s: %w", s.forest, err),
		explanation: fmt.Sprintf("DNS has no global catalog for the forest %q", s.forest),
		advice:      "Check that this machine asks a DNS server that knows the forest, or set the URLs of the global catalog.",
	}
}

// checkCatalog refuses a controller of another forest, and one whose global catalog is not whole. A read-only controller is as good as
// another one here.
func (s *settings) checkCatalog(t target, root *RootDSE) error {
	if is := DNSName(root.RootDomainNamingContext); is != "" && s.forest != "" && !strings.EqualFold(is, s.forest) {
		return &Error{
			Op: "connect", Server: t.String(), Kind: KindUnavailable,
			explanation: fmt.Sprintf("this is the global catalog of the forest %q, and the domain belongs to the forest %q", is, s.forest),
			advice:      "Name a controller of the domain's own forest. URLs from the environment hold for every provider block that sets none.",
		}
	}
	if root.GlobalCatalogReady {
		return nil
	}
	return &Error{
		Op: "connect", Server: t.String(), Kind: KindUnavailable,
		explanation: "this controller is not ready to serve the global catalog, so its answers would be incomplete",
		advice:      "Wait for it, or name another controller that holds the global catalog.",
	}
}

// DNSName returns the DNS name of a domain by its distinguished name (RFC 2247), in lower case: DC=corp,DC=example,DC=com is
// corp.example.com. It is "" for another name.
func DNSName(dn string) string {
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		return ""
	}
	var labels []string
	for _, rdn := range parsed.RDNs {
		if len(rdn.Attributes) != 1 || !strings.EqualFold(rdn.Attributes[0].Type, "DC") {
			return ""
		}
		labels = append(labels, rdn.Attributes[0].Value)
	}
	return strings.ToLower(strings.Join(labels, "."))
}

// parseCatalogURL reads one URL of the global catalog.
func parseCatalogURL(raw string, startTLS bool) (target, error) {
	t, err := readURL(raw, startTLS)
	if err != nil {
		return target{}, err
	}
	if t.port == "" {
		t.port = map[string]string{"ldap": catalogPort, "ldaps": catalogTLSPort}[t.scheme]
	}
	if right := catalogPorts[t.port]; right != "" {
		return target{}, fmt.Errorf("%q is a domain, not the global catalog of its forest: use %s://%s",
			raw, t.scheme, net.JoinHostPort(t.host, right))
	}
	return t, nil
}
