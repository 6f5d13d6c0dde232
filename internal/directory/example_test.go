// SPDX-License-Identifier: MPL-2.0

package directory_test

import (
	"fmt"

	"terraform-provider-workforce/internal/directory"
)

// Names that a directory takes for the same one are equal after Fold.
func ExampleFold() {
	fmt.Println(directory.Fold("Zoë.O'Brien@Example.com") == directory.Fold("zoe\u0308.o'brien@example.COM"))
	// Output: true
}

// A format says which keys the documents of one directory have. Documents are canonical: one account has one text.
func ExampleFormat() {
	format := directory.Format{Target: "active_directory", HasContainer: true, Core: []directory.CoreKey{
		{Key: "common_name", Attribute: "cn", Required: true}, {Key: "sam_account_name", Attribute: "sAMAccountName", Required: true},
	}}
	doc, err := format.Marshal(directory.Account{Container: "OU=Staff,DC=corp", Enabled: true, Attributes: map[string]directory.Value{
		"cn": {"Ann Lee"}, "sAMAccountName": {"ann.lee"}, "title": {},
	}})
	fmt.Println(doc, err)
	account, err := format.Unmarshal(doc)
	fmt.Println(account.Attributes["cn"], account.Enabled, err)
	_, err = format.Unmarshal(`{"attributes":{},"common_name":"Bo Berg","container":"OU=Staff,DC=corp","disabled_for":"left","enabled":true}`)
	fmt.Println(err)
	// Output:
	// {"attributes":{"title":null},"common_name":"Ann Lee","container":"OU=Staff,DC=corp","enabled":true,"sam_account_name":"ann.lee"} <nil>
	// [Ann Lee] true <nil>
	// disabled_for: found "left" beside enabled, expected enabled = false
	// sam_account_name: missing
}
