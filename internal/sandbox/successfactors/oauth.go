// SPDX-License-Identifier: MPL-2.0

package successfactors

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// issue answers a request for a token: RFC 7522 with the parameters of
// SuccessFactors.
func (s *Server) issue(w http.ResponseWriter, r *http.Request) {
	token, err := s.grant(r)
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(map[string]any{"errorHttpCode": "401", "errorMessage": "Unable to authenticate the client (" + err.Error() + ")"})
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 86399})
}

func (s *Server) grant(r *http.Request) (string, error) {
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); r.Method != http.MethodPost || media != "application/x-www-form-urlencoded" {
		return "", errors.New("expected a form by POST")
	}
	if r.URL.RawQuery != "" {
		return "", errors.New("parameters in the URL end up in logs")
	}
	switch {
	case s.options.ClientID == "":
		return "", errors.New("there is no OAuth client")
	case r.PostFormValue("grant_type") != "urn:ietf:params:oauth:grant-type:saml2-bearer":
		return "", errors.New("unsupported grant type")
	case r.PostFormValue("company_id") != s.options.CompanyID:
		return "", errors.New("unknown company")
	case r.PostFormValue("client_id") != s.options.ClientID:
		return "", errors.New("unknown client")
	}
	raw, err := base64.StdEncoding.DecodeString(r.PostFormValue("assertion"))
	if err != nil {
		return "", errors.New("the assertion is not base64")
	}
	id, err := s.verify(raw, base(r)+"/oauth/token", time.Now())
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used[id] {
		return "", errors.New("the assertion was used before")
	}
	s.used[id] = true
	s.logins++
	token := fmt.Sprintf("token-%04d-%s", s.logins, id)
	s.tokens[token] = true
	return token, nil
}

// verify checks signature, order and content of an assertion, and returns its id.
func (s *Server) verify(raw []byte, recipient string, now time.Time) (string, error) {
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(raw); err != nil {
		return "", err
	}
	children := doc.Root().ChildElements()
	if len(children) < 2 || children[0].Tag != "Issuer" || children[1].Tag != "Signature" {
		return "", errors.New("the schema has Issuer and then Signature")
	}
	if info := children[1].FindElement("KeyInfo"); info != nil && len(info.ChildElements()) == 0 {
		return "", errors.New("KeyInfo is empty")
	}
	context := dsig.NewDefaultValidationContext(&dsig.MemoryX509CertificateStore{Roots: []*x509.Certificate{s.options.Certificate}})
	root, err := context.Validate(doc.Root())
	if err != nil {
		return "", err
	}
	value := func(path string) string {
		if e := root.FindElement(path); e != nil {
			return e.Text()
		}
		return ""
	}
	property := func(path, name string) string {
		if e := root.FindElement(path); e != nil {
			return e.SelectAttrValue(name, "")
		}
		return ""
	}
	instant := func(path, name string) time.Time {
		t, err := time.Parse(time.RFC3339, property(path, name))
		if err != nil {
			return time.Time{}
		}
		return t
	}
	confirmation := "./Subject/SubjectConfirmation/SubjectConfirmationData"
	switch {
	case value("./Issuer") == "" || value("./Subject/NameID") != s.options.Username:
		return "", errors.New("unknown issuer or user")
	case value("./Conditions/AudienceRestriction/Audience") != "www.successfactors.com":
		return "", errors.New("wrong audience")
	case property(confirmation, "Recipient") != recipient:
		return "", errors.New("wrong recipient")
	case property("./Subject/SubjectConfirmation", "Method") != "urn:oasis:names:tc:SAML:2.0:cm:bearer":
		return "", errors.New("wrong confirmation")
	case !now.Before(instant(confirmation, "NotOnOrAfter")) || !now.Before(instant("./Conditions", "NotOnOrAfter")) || now.Before(instant("./Conditions", "NotBefore")):
		return "", errors.New("not valid now")
	case value("./AttributeStatement/Attribute[@Name='api_key']/AttributeValue") != s.options.ClientID:
		return "", errors.New("wrong api_key")
	}
	return root.SelectAttrValue("ID", ""), nil
}
