// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/ldapconn"
)

// Facts are what a domain says of itself.
type Facts struct {
	// DNSName, NetBIOSName, Path (the distinguished name) and SID name the domain; NetBIOSName is empty
	// where the configuration partition cannot be read.
	DNSName, NetBIOSName, Path, SID string
	// ForestDNSName is the name of the root domain of the forest.
	ForestDNSName string
	// Controller is the DNS name of the controller in use, Controllers those of all of the domain, in order.
	// ReadOnly are those of them that cannot be written to.
	Controller            string
	Controllers, ReadOnly []string
	// Functional levels: 7 is Windows Server 2016, 10 is Windows Server 2025; -1 where the controller does not say.
	DomainLevel, ForestLevel, ControllerLevel int
	// WhoAmI is the authorization identity of this client (RFC 4532); empty where the controller does not say.
	WhoAmI string
	// RecycleBin says that deleted objects can be taken into use again as they were.
	RecycleBin bool
	// Suffixes are the domains that user principal names may end in.
	Suffixes []string
	Policy   PasswordPolicy
	// SignInDays is how many days lastLogonTimestamp is behind at most (msDS-LogonTimeSyncInterval); 0: it is not written.
	SignInDays int
	// MachineQuota is how many computers anybody may join to the domain (ms-DS-MachineAccountQuota); -1 where it cannot be read.
	MachineQuota int
}

// defaultSignInDays is what a missing msDS-LogonTimeSyncInterval means ([MS-ADA2] 2.362).
const defaultSignInDays = 14

// Facts reads what the domain says of itself.
func (d *Domain) Facts(ctx context.Context) (*Facts, error) {
	dse, err := d.client.RootDSE(ctx)
	if err != nil {
		return nil, err
	}
	f := &Facts{
		ForestDNSName: ldapconn.DNSName(dse.RootDomainNamingContext), Controller: strings.ToLower(dse.DNSHostName),
		DomainLevel: dse.DomainFunctionality, ForestLevel: dse.ForestFunctionality, ControllerLevel: dse.DomainControllerFunctionality,
	}
	var errs [8]error
	f.Path, errs[0] = d.root(ctx)
	f.SID, f.DNSName, errs[1] = d.Identity(ctx)
	f.NetBIOSName, errs[2] = d.netBIOSName(ctx)
	f.WhoAmI, errs[3] = d.whoAmI(ctx)
	f.RecycleBin, errs[4] = d.recycles(ctx)
	f.Suffixes, errs[5] = d.Suffixes(ctx)
	f.Policy, errs[6] = d.policy.get(ctx, d.readPolicy)
	errs[7] = d.readHead(ctx, f)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	return f, d.readControllers(ctx, f)
}

// whoAmI returns who the controller takes this client for. Controllers that do not know the operation of
// RFC 4532, such as Samba, tell the security identifiers of the client, its own first ([MS-ADTS] 3.1.1.3.2.33).
func (d *Domain) whoAmI(ctx context.Context) (string, error) {
	if name, err := d.client.WhoAmI(ctx); err != nil || name != "" {
		return name, err
	}
	const tokens = "tokenGroups"
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{Scope: ldap.ScopeBaseObject, Filter: "(objectClass=*)",
		Attributes: []string{tokens}})
	if err != nil || len(entries) != 1 {
		return "", err
	}
	raw := entries[0].GetEqualFoldRawAttributeValue(tokens)
	if len(raw) == 0 {
		return "", nil // it does not say
	}
	sid, err := formatSID(raw)
	if err != nil {
		return "", fmt.Errorf("reading who the provider is: %s: %w", tokens, err)
	}
	found, err := d.fetch(ctx, attrSID, []string{sid})
	short, err2 := d.netBIOSName(ctx)
	if err := errors.Join(err, err2); err != nil || len(found) != 1 {
		return "", err
	}
	return "u:" + short + `\` + found[0].text(attrLogin), nil
}

// readHead reads numbers that stand at the top of the domain.
func (d *Domain) readHead(ctx context.Context, f *Facts) error {
	root, err := d.root(ctx)
	if err != nil {
		return err
	}
	const interval, quota = "msDS-LogonTimeSyncInterval", "ms-DS-MachineAccountQuota"
	entries, err := d.client.Search(ctx, &ldap.SearchRequest{BaseDN: root, Scope: ldap.ScopeBaseObject,
		Filter: "(objectClass=*)", Attributes: []string{interval, quota}})
	if err != nil {
		return fmt.Errorf("reading the domain: %w", err)
	}
	f.SignInDays, f.MachineQuota = defaultSignInDays, -1
	for _, e := range entries {
		if n, err := strconv.Atoi(e.GetEqualFoldAttributeValue(interval)); err == nil {
			f.SignInDays = n
		}
		if n, err := strconv.Atoi(e.GetEqualFoldAttributeValue(quota)); err == nil {
			f.MachineQuota = n
		}
	}
	return nil
}

// Primary groups of controllers ([MS-DTYP] 2.4.2.4).
const (
	domainControllers   = "516"
	readOnlyControllers = "521"
)

// readControllers finds the controllers of the domain: their computers have a primary group of their own.
func (d *Domain) readControllers(ctx context.Context, f *Facts) error {
	entries, err := d.search(ctx, f.Path, "(&(objectClass=computer)"+anyOf(attrPrimaryGroup, []string{domainControllers,
		readOnlyControllers})+")",
		[]string{"dNSHostName", attrPrimaryGroup})
	if err != nil {
		return fmt.Errorf("looking for the controllers of the domain: %w", err)
	}
	for _, e := range entries {
		name := strings.ToLower(e.GetEqualFoldAttributeValue("dNSHostName"))
		if name == "" {
			continue
		}
		f.Controllers = append(f.Controllers, name)
		if e.GetEqualFoldAttributeValue(attrPrimaryGroup) == readOnlyControllers {
			f.ReadOnly = append(f.ReadOnly, name)
		}
	}
	slices.Sort(f.Controllers)
	slices.Sort(f.ReadOnly)
	return nil
}

// netBIOSName returns the short name of the domain, such as "CORP"; empty where nothing tells.
func (d *Domain) netBIOSName(ctx context.Context) (string, error) {
	return d.short.get(ctx, func(ctx context.Context) (string, error) {
		dse, err := d.client.RootDSE(ctx)
		if err != nil || dse.ConfigurationNamingContext == "" {
			return "", err
		}
		entries, err := d.search(ctx, "CN=Partitions,"+dse.ConfigurationNamingContext,
			"(&(objectClass=crossRef)(nETBIOSName=*))", []string{"nCName", "nETBIOSName"})
		if refusedForAccount(err) {
			return "", nil
		}
		if err != nil {
			return "", fmt.Errorf("reading the NetBIOS name of the domain: %w", err)
		}
		root, err := d.root(ctx)
		for _, e := range entries {
			if sameDN(e.GetEqualFoldAttributeValue("nCName"), root) {
				return e.GetEqualFoldAttributeValue("nETBIOSName"), err
			}
		}
		return "", err
	})
}
