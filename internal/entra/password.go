// SPDX-License-Identifier: MPL-2.0

package entra

import "terraform-provider-workforce/internal/handover"

// generatedLength is the number of characters of a password that nobody is to type: of four classes, where
// Microsoft Entra ID asks for 8 characters of three.
// https://learn.microsoft.com/entra/identity/authentication/concept-password-ban-bad-combined-policy
const generatedLength = 32

// generate returns a random password.
func generate() (string, error) { return handover.Policy{Length: generatedLength}.Generate(0, nil) }
