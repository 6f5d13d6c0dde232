// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"

	"terraform-provider-workforce/internal/source/web"
)

// signer signs assertions (XML Signature, RSA with SHA-256, exclusive canonical XML).
type signer struct {
	key *rsa.PrivateKey
}

const minKeyBits = 2048

func newSigner(text string) (*signer, error) {
	block, _ := pem.Decode([]byte(strings.TrimSpace(text)))
	if block == nil {
		return nil, errors.New("found no PEM, expected an RSA key (-----BEGIN PRIVATE KEY-----)")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, fmt.Errorf("found %s, expected an RSA key without a password, as PRIVATE KEY or RSA PRIVATE KEY", block.Type)
		}
	}
	key, ok := parsed.(*rsa.PrivateKey)
	switch {
	case !ok:
		return nil, fmt.Errorf("found a %T, expected an RSA key: SuccessFactors takes no other", parsed)
	case key.N.BitLen() < minKeyBits:
		return nil, fmt.Errorf("found an RSA key of %d bits, expected %d or more", key.N.BitLen(), minKeyBits)
	}
	return &signer{key}, nil
}

const (
	samlNamespace = "urn:oasis:names:tc:SAML:2.0:assertion"
	audience      = "www.successfactors.com"
	bearer        = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	grantType     = "urn:ietf:params:oauth:grant-type:saml2-bearer"
	// An assertion is used once, and at once. The minutes are for clocks that differ.
	assertionLife = 10 * time.Minute
	clockSkew     = 5 * time.Minute
)

// assertion returns a signed SAML 2.0 assertion as SuccessFactors wants it
// (RFC 7522 section 3; "Generating a SAML Assertion" in SAP's guide of the API):
// base64 of the XML.
func (c *Config) assertion(now time.Time) (string, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // it never fails
	instant := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

	root := etree.NewElement("saml2:Assertion")
	set(root, "xmlns:saml2", samlNamespace, "ID", fmt.Sprintf("_%x", id), "IssueInstant", instant(now), "Version", "2.0")
	child(root, "Issuer", c.Issuer)
	subject := child(root, "Subject", "")
	format := "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
	if c.Name == NameEmail {
		format = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	}
	set(child(subject, "NameID", c.Username), "Format", format)
	confirmation := set(child(subject, "SubjectConfirmation", ""), "Method", bearer)
	set(child(confirmation, "SubjectConfirmationData", ""), "NotOnOrAfter", instant(now.Add(assertionLife)), "Recipient", c.TokenURL)
	conditions := set(child(root, "Conditions", ""), "NotBefore", instant(now.Add(-clockSkew)), "NotOnOrAfter", instant(now.Add(assertionLife)))
	child(child(conditions, "AudienceRestriction", ""), "Audience", audience)
	authentication := set(child(root, "AuthnStatement", ""), "AuthnInstant", instant(now), "SessionIndex", fmt.Sprintf("_%x", id))
	child(child(authentication, "AuthnContext", ""), "AuthnContextClassRef", "urn:oasis:names:tc:SAML:2.0:ac:classes:X509")
	attributes := child(root, "AttributeStatement", "")
	attribute := func(name, value string) {
		child(set(child(attributes, "Attribute", ""), "Name", name), "AttributeValue", value)
	}
	attribute("api_key", c.ClientID)
	switch c.Name {
	case NameUsername:
		attribute("use_username", "true")
	case NameEmail:
		attribute("use_email", "true")
	}
	return c.signer.sign(root)
}

func child(parent *etree.Element, name, text string) *etree.Element {
	e := parent.CreateElement("saml2:" + name)
	if text != "" {
		e.SetText(text)
	}
	return e
}

func set(e *etree.Element, namesAndValues ...string) *etree.Element {
	for i := 0; i+1 < len(namesAndValues); i += 2 {
		e.CreateAttr(namesAndValues[i], namesAndValues[i+1])
	}
	return e
}

// sign puts the signature behind the issuer, where the schema of assertions has it.
func (s *signer) sign(root *etree.Element) (string, error) {
	signing, err := dsig.NewSigningContext(s.key, nil)
	if err != nil {
		return "", err
	}
	signing.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	signature, err := signing.ConstructSignature(root, true)
	if err != nil {
		return "", fmt.Errorf("signing the assertion: %w", err)
	}
	if info := signature.FindElement("./KeyInfo"); info != nil {
		signature.RemoveChild(info) // without a certificate it says nothing
	}
	root.InsertChildAt(1, signature)
	doc := etree.NewDocument()
	doc.SetRoot(root)
	b, err := doc.WriteToBytes()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b), nil
}

// token gets a token by an assertion.
func (c *Config) token(ctx context.Context, fetch *web.Client) (string, time.Time, error) {
	began := time.Now()
	// The machine's clock counts, not the moment that the workers are read for.
	assertion, err := c.assertion(began)
	if err != nil {
		return "", time.Time{}, err
	}
	fetch.Secret(assertion, c.ClientID)
	form := url.Values{"company_id": {c.CompanyID}, "client_id": {c.ClientID}, "grant_type": {grantType}, "assertion": {assertion}}
	answer, err := fetch.Do(ctx, web.Request{
		Method: http.MethodPost, URL: c.TokenURL, Body: []byte(form.Encode()), ContentType: "application/x-www-form-urlencoded", Safe: true, Expect: web.JSON,
	})
	if refused, ok := errors.AsType[*web.Error](err); ok {
		refused.Doing = "getting a token"
		if refused.Status == http.StatusBadRequest || refused.Status == http.StatusUnauthorized {
			refused.Hint = "check client_id, company_id and username, whether the certificate of private_key is the one registered for the OAuth client, and the clock of this machine"
		}
		return "", time.Time{}, refused
	}
	if err != nil {
		return "", time.Time{}, err
	}
	var reply struct {
		Token     string      `json:"access_token"`
		Type      string      `json:"token_type"`
		ExpiresIn json.Number `json:"expires_in"`
	}
	if err := json.Unmarshal(answer.Body, &reply); err != nil || reply.Token == "" {
		return "", time.Time{}, errors.New("getting a token: the answer has no access_token")
	}
	if !strings.EqualFold(reply.Type, "bearer") {
		return "", time.Time{}, fmt.Errorf("getting a token: found the token type %q, expected Bearer", reply.Type)
	}
	seconds, _ := reply.ExpiresIn.Int64()
	if seconds <= 0 { // unknown: until it is refused
		return reply.Token, time.Time{}, nil
	}
	return reply.Token, began.Add(time.Duration(seconds) * time.Second), nil
}
