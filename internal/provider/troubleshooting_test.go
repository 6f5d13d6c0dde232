// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTroubleshootingNamesMessages: whoever looks for the text that Terraform shows finds it, because the code still says it.
func TestTroubleshootingNamesMessages(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "templates", "guides", "troubleshooting.md.tmpl"))
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	err = filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile(file)
		code.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	foreign := regexp.MustCompile(`^(x509|terraform |Provider produced|Missing resource|An argument named|Blocks of type)`) // said by others
	row := regexp.MustCompile("(?m)^\\| (`[^|]*`[^|]*) \\|")
	quoted := regexp.MustCompile("`([^`]+)`")
	split := regexp.MustCompile(`…|: | \(|, and is| by Azure CLI`)
	rows := row.FindAllStringSubmatch(string(page), -1)
	if len(rows) < 20 {
		t.Fatalf("found %d messages", len(rows))
	}
	for _, r := range rows {
		for _, message := range quoted.FindAllStringSubmatch(r[1], -1) {
			if foreign.MatchString(message[1]) {
				continue
			}
			for _, part := range split.Split(message[1], -1) {
				part = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(part, "Active Directory "), ")"))
				part = strings.TrimPrefix(part, "Microsoft Entra ID ")
				if part != "" && !strings.Contains(code.String(), part) {
					t.Errorf("nothing says %q of %s", part, message[1])
				}
			}
		}
	}
}
