// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// advice is what an answer means and what to do next.
type advice struct {
	kind              Kind
	explanation, next string
}

// byExtended explains codes of Active Directory, the Win32 error codes of
// MS-ERREF 2.2. They are more precise than the LDAP result and go first.
var byExtended = map[string]advice{
	"0000052D": {KindPasswordPolicy, "the password does not meet the password policy of the domain",
		"Choose one that has the length, complexity, age and history the policy asks for."},
	"00000056": {KindPasswordPolicy, "the old password is not right", ""},
	"00000524": {KindAlreadyExists, "an account with this login name exists", "Choose another sAMAccountName, or import the account."},
	"00000526": {KindAlreadyExists, "a group with this name exists", "Choose another sAMAccountName, or import the group."},
	"00002071": {KindAlreadyExists, "an entry with this name exists", "Choose another name, or import the entry."},
	"000021C7": {KindAlreadyExists, "another account of the forest has this servicePrincipalName", "Choose another one."},
	"000021C8": {KindAlreadyExists, "another account of the forest has this userPrincipalName", "Choose another one."},
	"00000561": {KindValueMissing, "the account is not a member", ""},
	"00000562": {KindValueExists, "the account is a member already", ""},
	"00000528": {KindValueExists, "the account is a member already", ""},
	"00000529": {KindValueMissing, "the account is not a member", ""},
	"00002098": {KindAccessDenied, "the account may not do this", adviceRights},
	"00000005": {KindAccessDenied, "the account may not do this", adviceRights},
	"0000001F": {KindOther, "the server refuses to set a password on this connection", "It must be encrypted with 128 bits or more."},
	"00002089": {KindParentMissing, "the new container does not exist", "Create it first, or correct its name."},
	"000004DC": {KindAuthentication, "the server does not take this connection as signed in", "Sign in with an account that exists in the domain."},
}

const adviceRights = "Delegate the right on the container to the account the provider signs in with."

// byResult explains LDAP result codes (RFC 4511 appendix A.2).
var byResult = map[uint16]advice{
	ldap.LDAPResultNoSuchObject:           {KindNotFound, "the entry does not exist", ""},
	ldap.LDAPResultEntryAlreadyExists:     {KindAlreadyExists, "the entry exists already", "Choose another name, or import the entry."},
	ldap.LDAPResultAttributeOrValueExists: {KindValueExists, "the value is there already", ""},
	ldap.LDAPResultNoSuchAttribute:        {KindValueMissing, "the value to remove is not there", ""},
	ldap.LDAPResultConstraintViolation:    {KindConstraint, "a rule of the directory refuses the values", ""},
	ldap.LDAPResultInvalidAttributeSyntax: {KindConstraint, "a value does not have the syntax of its attribute", ""},
	ldap.LDAPResultUndefinedAttributeType: {KindConstraint, "the schema has no such attribute", ""},
	ldap.LDAPResultObjectClassViolation:   {KindConstraint, "the class of the entry does not allow these attributes", ""},
	ldap.LDAPResultNamingViolation:        {KindConstraint, "an entry of this class cannot be there or have this name", ""},
	ldap.LDAPResultInvalidDNSyntax:        {KindConstraint, "this is not a distinguished name", ""},
	ldap.LDAPResultNotAllowedOnRDN:        {KindConstraint, "the attribute that names an entry changes by renaming only", ""},
	ldap.LDAPResultInsufficientAccessRights: {KindAccessDenied, "the account may not do this",
		adviceRights},
	ldap.LDAPResultNotAllowedOnNonLeaf: {KindNotLeaf, "the entry has entries below it", "Remove or move these first."},
	ldap.LDAPResultReferral: {KindReferral, "this controller does not hold the entry, or only a read-only copy",
		"Connect to a writable controller of the domain that the distinguished name belongs to."},
	ldap.LDAPResultSizeLimitExceeded: {KindSizeLimit, "more entries match than may be returned",
		"Narrow the search, or have the size limit of the account raised."},
	ldap.LDAPResultAdminLimitExceeded: {KindSizeLimit, "the search exceeds a limit of the server", "Narrow the search, or use a smaller page size."},
	ldap.LDAPResultTimeLimitExceeded:  {KindUnavailable, "the search takes longer than the server allows", "Narrow the search, or use a smaller page size."},
	ldap.LDAPResultBusy:               {KindUnavailable, "the server is too busy", "Run again later, or use fewer connections."},
	ldap.LDAPResultUnavailable:        {KindUnavailable, "the server is starting or shutting down", "Run again later."},
	ldap.LDAPResultInvalidCredentials: {KindAuthentication, "the sign-in was refused", ""},
	ldap.LDAPResultStrongAuthRequired: {KindAuthentication, "the server demands a stronger sign-in", ""},
	ldap.LDAPResultUnwillingToPerform: {KindOther, "the server refuses", ""},
}

func (e *Error) explainResult() {
	a, ok := byExtended[e.Extended]
	if !ok {
		a = byResult[e.Code]
	}
	switch {
	case ok:
	case e.Op == "modify" && e.Code == ldap.LDAPResultEntryAlreadyExists: // a modification creates no entry
		a = byResult[ldap.LDAPResultAttributeOrValueExists]
	case strings.Contains(e.Message, "in the schema"): // Samba, as noSuchAttribute
		a = byResult[ldap.LDAPResultUndefinedAttributeType]
	case strings.Contains(e.Message, "doesn't exist for target"), strings.Contains(e.Message, "already deleted for target"): // Samba, as unwillingToPerform
		a = byResult[ldap.LDAPResultNoSuchAttribute]
	}
	e.Kind, e.explanation, e.advice = a.kind, a.explanation, a.next
}

// signInData finds the reason in "AcceptSecurityContext error, data 52e, v3839".
var signInData = regexp.MustCompile(`\bdata ([0-9a-fA-F]{2,8})\b`)

// bySignIn explains the reasons for which Active Directory refuses a bind.
var bySignIn = map[string]string{
	"525": "there is no such user",
	"52e": "user name or password is wrong",
	"52f": "an account restriction, such as a smart card being required or an empty password, prevents it",
	"530": "the account may not sign in at this time of day",
	"531": "the account may not sign in from this computer",
	"532": "the password of the account has expired",
	"533": "the account is disabled",
	"534": "the account may not sign in this way",
	"701": "the account has expired",
	"773": "the account must change its password first",
	"775": "the account is locked out",
	"57":  "the channel binding does not match, so something between here and the server ends the TLS connection",
	// SEC_E_BAD_BINDINGS
	"80090346": "the channel binding does not match, so something between here and the server ends the TLS connection",
}

// byOutage explains the reasons for which a controller cannot check a sign-in at all, as when it
// reaches no other controller of the account's domain: Win32 error codes of MS-ERREF 2.2 in
// lower-case hexadecimal digits. Nothing counts towards a lockout then, and another controller may do.
var byOutage = map[string]string{
	"35":  "the controller does not find the network path to a controller of the account's domain",
	"40":  "the controller lost the connection to a controller of the account's domain",
	"51f": "the controller reaches no controller that could check the sign-in",
	"54b": "the controller finds no controller of the account's domain",
	"5aa": "the controller lacks resources to check the sign-in",
	"5b4": "the controller that checks the sign-in does not answer in time",
	"6ba": "the controller that checks the sign-in is not there",
	"6bb": "the controller that checks the sign-in is too busy",
	"6be": "the call to the controller that checks the sign-in failed",
	"6bf": "the call to the controller that checks the sign-in failed",
	"6fa": "the controller lost its trust in the domain",
	"6fb": "the domain lost its trust in the controller",
	"6fc": "the trust between the controller's domain and the account's fails",
	"6fd": "the trust between the controller and its domain fails",
}

func (c *Client) explainSignIn(e *Error, err error) {
	var krb *kerberosError
	switch {
	case errors.Is(err, errAnonymous):
		e.Kind, e.Err = KindAuthentication, nil
		e.explanation = err.Error()
		e.advice = "Map the certificate to an account (its user principal name, or altSecurityIdentities) and have its issuer trusted by the domain."
	case errors.As(err, &krb):
		c.explainKerberos(e, krb)
	case isAuthentication(e.Code):
		e.Kind = KindAuthentication
		reason, data := "", ""
		if m := signInData.FindStringSubmatch(e.Message); m != nil {
			data = strings.TrimLeft(strings.ToLower(m[1]), "0")
			reason = bySignIn[data]
		}
		if outage := byOutage[data]; outage != "" {
			e.Kind, e.explanation = KindUnavailable, outage
			e.advice = "User name and password were not looked at. Look at this controller's network and trusts (nltest /sc_verify, dcdiag), or use another controller."
			break
		}
		e.explanation = firstOf(reason, e.explanation, "the sign-in was refused")
		if e.Code == ldap.LDAPResultStrongAuthRequired {
			e.advice = "Have the server accept this way to sign in over TLS, or sign in another way."
			break
		}
		e.advice = adviceSignIn
	}
	if id := c.settings.auth.identity(); id != "" && e.Kind == KindAuthentication {
		e.Op = fmt.Sprintf("sign in as %q", id)
	}
}

const adviceSignIn = "Correct this and run again. It is not tried again in this run, because each attempt counts towards the lockout of the account."

// byKerberos explains errors of a key distribution centre (RFC 4120 section
// 7.5.9) and of the Kerberos library, which has them as text only.
var byKerberos = []struct {
	text, explanation string
}{
	{"KDC_ERR_PREAUTH_FAILED", "the password or key is wrong"},
	{"client password/keytab incorrect", "the password or key is wrong"},
	{"KDC_ERR_C_PRINCIPAL_UNKNOWN", "the realm does not know the account"},
	{"KDC_ERR_CLIENT_REVOKED", "the account is disabled, expired or locked out"},
	{"KDC_ERR_KEY_EXPIRED", "the password of the account has expired"},
	{"KDC_ERR_S_PRINCIPAL_UNKNOWN", "the realm does not know the service: the name in the URL must be the controller's host name, or set the service principal name"},
	{"KDC_ERR_ETYPE_NOSUPP", "the realm supports none of the encryption types: let the account use AES"},
	{"KDC_ERR_WRONG_REALM", "the realm is wrong"},
	{"KRB_AP_ERR_SKEW", "the clocks of this machine and the server differ by more than five minutes"},
	{"no valid existing session", "the ticket of the credential cache has expired: run kinit again"},
	{"TGT not found", "the credential cache holds no ticket of the realm: run kinit again"},
	{"matching key not found in keytab", "the keytab has no key for the account"},
}

func (c *Client) explainKerberos(e *Error, krb *kerberosError) {
	text := c.scrub(krb.Error())
	e.Kind, e.Err = KindAuthentication, errors.New(text)
	e.explanation, e.advice = "Kerberos failed", adviceSignIn
	if strings.Contains(text, "Networking_Error") || strings.Contains(text, "error sending to a KDC") {
		e.Kind, e.explanation = KindUnavailable, "the Kerberos service of the domain cannot be reached"
		e.advice = "Check that port 88 of the controller is open from here, or name the key distribution centre in a Kerberos configuration file."
		return
	}
	for _, k := range byKerberos {
		if strings.Contains(strings.ToLower(text), strings.ToLower(k.text)) {
			e.explanation = k.explanation
			return
		}
	}
}

// explainCertificate reports whether err is about a certificate.
func explainCertificate(e *Error, err error) bool {
	var (
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		alert     *net.OpError
	)
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.explanation = "the certificate of the server, or of its issuer, has expired or is not valid yet"
		e.advice = "Renew it, or correct the clock of this machine."
	case errors.As(err, &host):
		e.explanation = "the certificate of the server is for another name"
		e.advice = "Use the name in the certificate in the URL, or set it as the server name."
	case errors.As(err, &authority):
		e.explanation = "the certificate of the server comes from an authority that is not trusted here"
		e.advice = "Set ca_certificate_file to the certificate of the authority that issued it."
	case errors.As(err, &invalid), errors.As(err, &verify):
		e.explanation = "the certificate of the server is not acceptable"
		e.advice = "Have it issued anew."
	case errors.As(err, &alert) && alert.Op == "remote error": // how crypto/tls tells of an alert
		e.explanation = "the server refused the TLS connection"
		e.advice = "If a client certificate is used, check that the server trusts its issuer and that it has not expired."
	default:
		return false
	}
	e.Kind, e.Err = KindCertificate, err
	return true
}

func explainNetwork(e *Error, err error) {
	var (
		record   tls.RecordHeaderError
		dns      *net.DNSError
		startTLS *startTLSError
	)
	switch {
	case errors.As(err, &startTLS):
		e.explanation = "the server does not offer StartTLS"
		e.advice = "Install a certificate on the controller, or use ldaps://."
	case errors.As(err, &record):
		e.explanation = "the port does not speak TLS"
		e.advice = "LDAPS is served on port 636; for port 389 use ldap:// with StartTLS."
	case errors.As(err, &dns):
		e.explanation = "the host name cannot be resolved"
		e.advice = "Check the name and that this machine asks a DNS server that knows it."
	case strings.HasPrefix(e.Op, "connect"), strings.HasPrefix(e.Op, "sign in"):
		e.explanation = "no connection"
		e.advice = "Check host, port and firewall, and that the controller offers TLS: without a certificate it closes the connection."
	default:
		e.explanation = "the connection was lost"
	}
}
