// SPDX-License-Identifier: MPL-2.0

package simulation

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(1000) // lives are short, and what they allocate is small
	os.Exit(m.Run())
}
