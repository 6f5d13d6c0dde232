// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

var (
	markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading      = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInAnchor  = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// pagesOf are the pages of the documentation: the templates that are pages of their own, and one for each thing in the schemas.
func pagesOf(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	root := filepath.Join("..", "..", "templates")
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(file)
		name, _ := filepath.Rel(root, file)
		pages[strings.TrimSuffix(filepath.ToSlash(name), ".tmpl")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	schemas := startActions(t, nil).schemas
	for folder, of := range map[string]map[string]*tfprotov6.Schema{
		"resources": schemas.ResourceSchemas, "data-sources": schemas.DataSourceSchemas, "ephemeral-resources": schemas.EphemeralResourceSchemas,
	} {
		for name := range of {
			pages[folder+"/"+strings.TrimPrefix(name, "workforce_")+".md"] = "" // made of resources.md and its like
		}
	}
	for name := range schemas.Functions {
		pages["functions/"+name+".md"] = ""
	}
	return pages
}

// TestDocLinks: every relative link names a file, so that it works in the repository and in the registry, and every anchor a heading.
func TestDocLinks(t *testing.T) {
	pages := pagesOf(t)
	for page, text := range pages {
		for _, link := range markdownLink.FindAllStringSubmatch(text, -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			to, anchor, _ := strings.Cut(link[1], "#")
			from := page
			if !strings.Contains(page, "/") && page != "index.md" { // the page of every resource and its like
				from = strings.TrimSuffix(page, ".md") + "/any.md"
			}
			target := from
			if to != "" {
				target = path.Join(path.Dir(from), to)
			}
			there, is := pages[target]
			if !is && from != target {
				t.Errorf("%s: %s is no page", page, link[1])
				continue
			}
			if anchor != "" && there != "" && !anchors(there)[anchor] {
				t.Errorf("%s: %s is no heading of that page", page, link[1])
			}
		}
	}
}

// TestForgeLinks: every relative link of the files that people read in the repository names a file there, and every anchor a heading.
func TestForgeLinks(t *testing.T) {
	root := filepath.Join("..", "..")
	links := 0
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, file)
		if d.IsDir() && (name == ".git" || name == ".bin" || name == "docs" || name == "dist") { // docs/ is written from what TestDocLinks reads
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(file) != ".md" {
			return nil
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		for _, link := range markdownLink.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			links++
			to, anchor, _ := strings.Cut(link[1], "#")
			target := file
			if to != "" {
				target = filepath.Join(filepath.Dir(file), filepath.FromSlash(to))
			}
			if template, is := strings.CutPrefix(filepath.ToSlash(target), "../../docs/"); is {
				target = filepath.Join(root, "templates", filepath.FromSlash(template)+".tmpl")
			}
			there, err := os.Stat(target)
			if err != nil {
				t.Errorf("%s: %s is no file", name, link[1])
				continue
			}
			if anchor == "" || there.IsDir() {
				continue
			}
			page, err := os.ReadFile(target)
			if err != nil {
				return err
			}
			if !anchors(string(page))[anchor] {
				t.Errorf("%s: %s is no heading of that file", name, link[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links < 10 {
		t.Errorf("found only %d links", links)
	}
}

func anchors(page string) map[string]bool {
	out := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(page, -1) {
		out[strings.ReplaceAll(notInAnchor.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")] = true
	}
	return out
}

// TestSubcategories: every page but the first has a place in the menu of the registry.
func TestSubcategories(t *testing.T) {
	has := regexp.MustCompile(`(?m)^subcategory: "[^"]+"$`)
	for page, text := range pagesOf(t) {
		if page != "index.md" && text != "" && !has.MatchString(text) && !strings.Contains(text, `subcategory: "{{`) {
			t.Errorf("%s has no subcategory", page)
		}
	}
}
