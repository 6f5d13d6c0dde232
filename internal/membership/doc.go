// SPDX-License-Identifier: MPL-2.0

// Package membership decides who belongs to which group: a rule for each group
// says it of every account, in the language of the mapping rules. The package is
// pure; what a directory holds, and what is done to it, is for others.
//
// A rule is a condition over an account document:
//
//	And([enabled], [department] = "Sales", [c] <> "US")
//
// It reads attributes of the account by their names at the target, and beside
// them [worker_id], [enabled], [container] and the other keys of the document,
// such as [user_principal_name]. An attribute that no account has is a mistake of
// the rule, not an empty value: a misspelt name would empty a group, or fill it.
//
// Rules know neither the time nor chance. A plan is made twice, and must say the
// same both times; what depends on dates belongs in the mapping, which turns
// it into an attribute.
package membership
