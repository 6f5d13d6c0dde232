// SPDX-License-Identifier: MPL-2.0

package web

// SecretParameters makes the values of parameters unseen in errors whose names say that they are secrets, such as
// api_key, and those in the query of the base URL: a server may repeat them in its answer.
func (c *Client) SecretParameters(parameters map[string]string) {
	for name, value := range parameters {
		if secretName.MatchString(name) {
			c.secrets.add(value)
		}
	}
	for name, values := range c.base.Query() {
		if secretName.MatchString(name) {
			c.secrets.add(values...)
		}
	}
}
