// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"terraform-provider-workforce/internal/source/web"
)

// hrAuthModel is how to sign in to an HR system of any kind.
type hrAuthModel struct {
	Username     types.String   `tfsdk:"username"`
	Password     types.String   `tfsdk:"password"`
	Token        types.String   `tfsdk:"token"`
	APIKey       types.String   `tfsdk:"api_key"`
	APIKeyHeader types.String   `tfsdk:"api_key_header"`
	OAuth2       *hrOAuth2Model `tfsdk:"oauth2"`
}

type hrOAuth2Model struct {
	TokenURL      types.String      `tfsdk:"token_url"`
	ClientID      types.String      `tfsdk:"client_id"`
	ClientSecret  types.String      `tfsdk:"client_secret"`
	RefreshToken  types.String      `tfsdk:"refresh_token"`
	Scopes        []string          `tfsdk:"scopes"`
	Parameters    map[string]string `tfsdk:"parameters"`
	CredentialsIn types.String      `tfsdk:"credentials_in"`
}

// hrAuthSchema returns the attributes for signing in, and more.
func hrAuthSchema(prefix string, more map[string]schema.Attribute) map[string]schema.Attribute {
	out := map[string]schema.Attribute{
		"username":       hrText("User name for basic authentication.", prefix+"_USERNAME"),
		"password":       hrSecret("Password of `username`.", prefix+"_PASSWORD"),
		"token":          hrSecret("Bearer token.", prefix+"_TOKEN"),
		"api_key":        hrSecret("API key, sent in `api_key_header`.", prefix+"_API_KEY"),
		"api_key_header": schema.StringAttribute{Optional: true, MarkdownDescription: "Header that carries `api_key`. The default is `X-API-Key`."},
		"oauth2": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Sign in by OAuth 2: with a refresh token, if there is one, else with the client's credentials.",
			Attributes: map[string]schema.Attribute{
				"token_url":      hrText("Where tokens are asked for.", prefix+"_TOKEN_URL"),
				"client_id":      hrText("Id of the client.", prefix+"_CLIENT_ID"),
				"client_secret":  hrSecret("Secret of the client.", prefix+"_CLIENT_SECRET"),
				"refresh_token":  hrSecret("Refresh token. A server that hands out a new one with each use needs another way to sign in: nothing is kept between runs.", prefix+"_REFRESH_TOKEN"),
				"scopes":         schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Scopes to ask for."},
				"parameters":     schema.MapAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: "Further parameters of the request for a token, such as `audience`."},
				"credentials_in": schema.StringAttribute{Optional: true, Validators: []validator.String{oneOf("header", "body")}, MarkdownDescription: "Where the client's credentials are sent: `header` or `body`. Unset: the one that works."},
			},
		},
	}
	maps.Copy(out, more)
	return out
}

// auth returns how to sign in. What is not configured comes from the
// environment, if nothing else is configured: a password there does not
// disturb a token here.
func (m *hrAuthModel) auth(w *hrConnectionModel, prefix string) web.Auth {
	set := func(values ...types.String) bool {
		for _, v := range values {
			if v.ValueString() != "" {
				return true
			}
		}
		return false
	}
	env := func(v types.String, name string) string { return w.env(v, prefix, name) }
	header := m.APIKeyHeader.ValueString()
	if header == "" {
		header = "X-API-Key"
	}
	switch {
	case m.OAuth2 != nil:
		o := m.OAuth2
		a := web.Auth{Username: m.Username.ValueString(), Password: m.Password.ValueString(), Token: m.Token.ValueString(), APIKey: m.APIKey.ValueString(), APIKeyHeader: header}
		a.OAuth2 = &web.OAuth2{TokenURL: env(o.TokenURL, "TOKEN_URL"), ClientID: env(o.ClientID, "CLIENT_ID"), ClientSecret: env(o.ClientSecret, "CLIENT_SECRET"), RefreshToken: env(o.RefreshToken, "REFRESH_TOKEN"),
			Scopes: o.Scopes, Parameters: o.Parameters, InHeader: o.CredentialsIn.ValueString() == "header", InBody: o.CredentialsIn.ValueString() == "body"}
		return a
	case set(m.Username, m.Password, m.Token, m.APIKey):
		a := web.Auth{Username: m.Username.ValueString(), Password: m.Password.ValueString(), Token: m.Token.ValueString(), APIKey: m.APIKey.ValueString(), APIKeyHeader: header}
		if a.Username != "" && a.Password == "" {
			a.Password = env(m.Password, "PASSWORD")
		}
		return a
	}
	a := web.Auth{Username: env(m.Username, "USERNAME"), Password: env(m.Password, "PASSWORD"), Token: env(m.Token, "TOKEN"), APIKey: env(m.APIKey, "API_KEY"), APIKeyHeader: header}
	if id := env(types.StringNull(), "CLIENT_ID"); id != "" {
		a.OAuth2 = &web.OAuth2{TokenURL: env(types.StringNull(), "TOKEN_URL"), ClientID: id, ClientSecret: env(types.StringNull(), "CLIENT_SECRET"), RefreshToken: env(types.StringNull(), "REFRESH_TOKEN")}
	}
	return a
}
