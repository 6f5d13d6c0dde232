// SPDX-License-Identifier: MPL-2.0

package directory

import "testing"

func TestAdvice(t *testing.T) {
	for _, a := range advice {
		if a.next == "" || adviceFor(a.cause) != a.next {
			t.Errorf("no advice for %v", a.cause)
		}
	}
}
