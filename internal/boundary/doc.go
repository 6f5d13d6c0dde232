// SPDX-License-Identifier: MPL-2.0

// Package boundary holds the shape of the code in tests: who may import whom, who may
// reach out of the process and read the clock, and how long a file may be. It has no
// code of its own.
package boundary
