// SPDX-License-Identifier: MPL-2.0

package entra

import "terraform-provider-workforce/internal/directory"

// namingRules hold what is wrong with values that rules give the attributes that name an account.
var namingRules = map[string]func(string) error{
	attrPrincipal: checkPrincipal,
	attrNickname:  checkNicknameSyntax,
}

// notByRules are the attributes that rules cannot write, see [directory.Format].
var notByRules = map[string]string{
	"accountenabled":  directory.ByLifecycle,
	"passwordprofile": directory.ByPassword,
	"id":              directory.ByDirectory,
	"memberof":        directory.ByGroups,
	"groups":          directory.ByGroups,
}
