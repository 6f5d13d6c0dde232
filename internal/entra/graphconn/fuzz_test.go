// SPDX-License-Identifier: MPL-2.0

package graphconn

import (
	"encoding/json"
	"strings"
	"testing"
)

// FuzzPage holds that an answer is refused as a page, or is a list of whole objects, with a link that stays on the host.
func FuzzPage(f *testing.F) {
	c := &Client{base: "https://graph.example.com/v1.0"}
	f.Add(`{"value":[{"id":"1"},{"id":"2"}],"@odata.nextLink":"https://graph.example.com/v1.0/users?$skiptoken=x"}`)
	f.Add(`{"value":[{"id":"1"},{"id":"2"}],"VALUE":[{}],"Error":null}`)
	f.Add(`{"value":[null]}`)
	f.Add(`{"value":[],"error":{"code":"x"}}`)
	f.Add(`{"value":{},"@odata.nextLink":1}`)
	f.Add(`{"value":[],"@odata.nextLink":"https://graph.example.com.evil.example/users"}`)
	f.Fuzz(func(t *testing.T, body string) {
		next, err := c.NextPage([]byte(body))
		if err != nil {
			if len(err.Error()) > 4<<10 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
			return
		}
		objects, err := Objects([]byte(body))
		if err != nil || objects == nil || next != "" && !strings.HasPrefix(next, c.base+"/") {
			t.Fatalf("%v, %v, %q", objects, err, next)
		}
		for _, one := range objects {
			var o map[string]any
			if err := json.Unmarshal(one, &o); err != nil || o == nil {
				t.Errorf("%s is no object: %v", one, err)
			}
		}
	})
}
