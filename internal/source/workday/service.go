// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"terraform-provider-workforce/internal/source/web"
)

// Service is the web service Human_Resources of a tenant, signed in to as Read
// does. Those who write values back use it. It is safe for concurrent use.
type Service struct {
	config Config
	client *web.Client
}

// Connect checks the configuration. Nothing connects yet.
func Connect(c Config) (*Service, error) {
	if err := c.prepare(); err != nil {
		return nil, err
	}
	client, err := web.New(c.Web)
	if err != nil {
		return nil, err
	}
	client.Secret(c.Password, c.ClientSecret, c.RefreshToken)
	return &Service{c, client}, nil
}

// Call sends a request, such as Get_Workers_Request: the name of its element and
// what is in it, as XML with the prefix wd. It returns the answer, which is
// well-formed, a SOAP 1.1 envelope and no fault. safe says that the request may be
// sent again where no answer came. A refusal by Workday is a *Fault, no answer
// of use a *web.Error.
func (s *Service) Call(ctx context.Context, element, content string, safe bool) ([]byte, error) {
	request := s.config.call(element, content)
	request.Safe = safe
	answer, err := s.client.Do(ctx, request)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", element, err)
	}
	t, err := parse(string(answer.Body), 0, "", nil)
	if err != nil {
		return nil, fmt.Errorf("%s: the answer is not well-formed XML: %w", element, err)
	}
	body, err := t.body()
	if fault, ok := errors.AsType[*Fault](err); ok {
		fault.hide(s.config.Password)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", element, err)
	}
	if n := t.nodes[body].first; n != 0 && t.nodes[n].space != spaceWD {
		return nil, fmt.Errorf("%s: found the element %s of another namespace, expected %s", element, t.nodes[n].name, bsvc)
	}
	return answer.Body, nil
}

// body returns the body of an envelope; a fault in it is an error.
func (t *tree) body() (int32, error) {
	body := t.find(0, "Envelope", "Body")
	if e := t.nodes[0].last; t.nodes[e].name != "Envelope" || t.nodes[e].space != spaceSOAP || body == 0 {
		return 0, fmt.Errorf("found the element %s, expected a SOAP 1.1 envelope with a body", t.nodes[e].name)
	}
	if fault := t.child(body, "Fault"); fault != 0 {
		return 0, readFault(t, fault)
	}
	return body, nil
}

// call makes the request for an operation: its envelope, and the way to sign in.
func (c *Config) call(element, content string) web.Request {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	b.WriteString(`<env:Envelope xmlns:env="` + soap + `" xmlns:wd="` + bsvc + `">`)
	if c.Web.Auth.OAuth2 == nil {
		b.WriteString(`<env:Header><wsse:Security xmlns:wsse="` + wsse + `" env:mustUnderstand="1"><wsse:UsernameToken>`)
		writeElement(&b, "wsse:Username", c.Username)
		b.WriteString(`<wsse:Password Type="` + passwordText + `">` + escape(c.Password) + `</wsse:Password>`)
		b.WriteString(`</wsse:UsernameToken></wsse:Security></env:Header>`)
	}
	b.WriteString(`<env:Body><wd:` + element + ` wd:version="` + c.Version + `">` + content + `</wd:` + element + `></env:Body></env:Envelope>`)
	pass := isFinalFault
	if c.Web.Auth.OAuth2 != nil {
		pass = func(a *web.Response) bool { return a.Status != http.StatusUnauthorized && isFinalFault(a) } // an expired token is replaced
	}
	return web.Request{
		Method: http.MethodPost, URL: c.endpoint(), Body: []byte(b.String()), ContentType: "text/xml; charset=utf-8",
		Header: http.Header{"SOAPAction": {`""`}}, Safe: true, Expect: web.SOAP, Pass: pass,
	}
}
