// SPDX-License-Identifier: MPL-2.0

package sqldb

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"terraform-provider-workforce/internal/source"
)

// cutting passes connections on to a server, and ends each after so many bytes of what the server says.
type cutting struct {
	after atomic.Int64 // 0: never
	said  atomic.Int64 // by the server on the latest connection
}

func (c *cutting) Write(p []byte) (int, error) {
	c.said.Add(int64(len(p)))
	return len(p), nil
}

// serve returns the port on loopback at which connections to another port are taken.
func (c *cutting) serve(t *testing.T, to int) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.pass(client, to)
		}
	}()
	return int(netip.MustParseAddrPort(l.Addr().String()).Port())
}

func (c *cutting) pass(client net.Conn, to int) {
	defer client.Close()
	server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", to))
	if err != nil {
		return
	}
	defer server.Close()
	go func() { _, _ = io.Copy(server, client) }()
	c.said.Store(0)
	from := io.TeeReader(server, c)
	if after := c.after.Load(); after > 0 {
		from = io.LimitReader(from, after)
	}
	_, _ = io.Copy(client, from)
}

// testCutConnection reads 40 rows of one length, without TLS, over connections that end among the last rows and behind them, at
// every place that a row has, so right behind one too. Rows are never taken for all where some may lack.
func testCutConnection(t *testing.T, c Config) {
	t.Helper()
	c.TLS = TLS{Mode: "disable"}
	line := &cutting{}
	c.Port = line.serve(t, c.Port)
	mustRead(t, c, source.Spec{})
	whole := line.said.Load()
	refused := 0
	for after := whole - 160; after < whole; after += 7 { // no length of a row shares a factor with the step
		line.after.Store(after)
		result, err := Read(t.Context(), c, source.Spec{})
		if err == nil && result.Records != 40 {
			t.Fatalf("after %d of %d bytes: %d rows were taken for all", after, whole, result.Records)
		}
		if err != nil {
			if refused++; strings.Contains(err.Error(), c.Password) {
				t.Fatalf("the error holds the password: %v", err)
			}
		}
	}
	if refused < 12 {
		t.Errorf("%d of 23 cuts were noticed, expected those among the rows", refused)
	}
}
