// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"crypto/rand"
	"math/big"
)

// Passwords that are generated have 32 characters of four classes: more than the
// 8 characters of three classes that Microsoft Entra ID asks for.
// https://learn.microsoft.com/entra/identity/authentication/concept-password-ban-bad-combined-policy
var classes = []string{"ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "!#%+-.:=?@_~"}

const generatedLength = 32

// generate returns a random password.
func generate() (string, error) {
	out := make([]byte, generatedLength)
	for i := range out {
		class := classes[i%len(classes)]
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(class))))
		if err != nil {
			return "", err
		}
		out[i] = class[n.Int64()]
	}
	for i := len(out) - 1; i > 0; i-- {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(i+1)))
		if err != nil {
			return "", err
		}
		j := n.Int64()
		out[i], out[j] = out[j], out[i]
	}
	return string(out), nil
}
