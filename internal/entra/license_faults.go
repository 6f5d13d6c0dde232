// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"

	"terraform-provider-workforce/internal/directory"
)

// licenseFault is why an assigned license does not work, or not all of it: the state Error or ActiveWithError, and
// the word of Graph.
// https://learn.microsoft.com/graph/api/resources/licenseassignmentstate
type licenseFault struct{ state, word string }

// licenseRemedies say what the words mean, and what to do.
// https://learn.microsoft.com/entra/identity/users/licensing-groups-resolve-problems
var licenseRemedies = map[string]string{
	"CountViolation":                     "no unit is left: buy units, or take the license from others",
	"MutuallyExclusiveViolation":         "a service plan of it excludes one that the user has by another license: leave one out",
	"DependencyViolation":                "a service plan of it needs one that the user does not have: give it, or leave out the plan that needs it",
	"ProhibitedInUsageLocationViolation": "a service of it is not to be had in the country of usageLocation: correct it, or leave the plan out",
	"UniquenessViolation":                "another user holds a value that must be unique in the service, mostly one of proxyAddresses: take it from one of them",
}

func (f licenseFault) remedy() string {
	if text := licenseRemedies[f.word]; text != "" {
		return text
	}
	return "look at the licenses of the user in the Microsoft Entra admin center, and assign it again when the cause is gone"
}

// faultyLicense says which license that a document wants is assigned to a user and in error; nil where none is.
func (t *Tenant) faultyLicense(want directory.Value, u *user) error {
	t.mu.Lock()
	names := catalog(t.licenses)
	t.mu.Unlock()
	for _, text := range want {
		license, _ := parseLicense(text)
		l := names.find(license)
		if l == nil {
			continue
		}
		a, err := names.assign(parseLicense(text))
		if f, faulty := u.licenses.faults[l.SkuID]; faulty && (err != nil || !u.licenses.has(a)) {
			return directory.Because(directory.ErrInvalid, fmt.Errorf("the license %s is assigned, and its state is %s (%s): %s", l.PartNumber,
				f.state, f.word, f.remedy()))
		}
	}
	return nil
}
