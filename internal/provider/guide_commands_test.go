// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// foreignCommands are what the documentation starts and this machine need not have: only the names are held.
var foreignCommands = []string{"age", "az", "gh", "openssl", "vault"}

// newerCommands are what Terraform 1.14 has and the oldest supported one does not tell of: flags by command.
var newerCommands = map[string][]string{"query": {"generate-config-out"}, "apply": {"invoke"}}

var (
	shellBlock     = regexp.MustCompile("(?ms)^ *```(?:sh|shell|bash)\n(.*?)^ *```$")
	inlineCommand  = regexp.MustCompile("`((?:make|terraform|go) [a-z][^`\n]*)`")
	placeholder    = regexp.MustCompile(`<([a-z_]+)>`)
	terraformFlag  = regexp.MustCompile(`(?m)^\s+-([a-z-]+)`)
	makeTarget     = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	makeVariable   = regexp.MustCompile(`(?m)^([A-Z_]+) [?:]?=`)
	namedVariable  = regexp.MustCompile(`\bWORKFORCE_[A-Z_]*[A-Z]\b`)
	namedPath      = regexp.MustCompile(`\b(?:examples|internal|templates)/[\w./-]*\w`)
	terraformGroup = []string{"metadata", "providers", "state", "workspace"} // commands that have commands
)

// pagesWithCommands are the files that people read, by name from the root of the repository.
func pagesWithCommands(t *testing.T) map[string]string {
	t.Helper()
	root, pages := filepath.Join("..", ".."), map[string]string{}
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, file)
		if d.IsDir() && slices.Contains([]string{".git", ".bin", "docs", "dist"}, name) { // docs/ is written from templates/
			return filepath.SkipDir
		}
		if ext := filepath.Ext(file); d.IsDir() || ext != ".md" && ext != ".tmpl" && d.Name() != "import.sh" || name == "CHANGELOG.md" {
			return nil
		}
		text, err := os.ReadFile(file)
		pages[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// shellOf is every command of a page, in its order: the blocks as they are, and one line for each command within a sentence.
func shellOf(page, text string) string {
	if strings.HasSuffix(page, ".sh") {
		return text
	}
	var out strings.Builder
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		out.WriteString(placeholder.ReplaceAllString(block[1], "$1"))
	}
	for _, command := range inlineCommand.FindAllStringSubmatch(text, -1) {
		out.WriteString(command[1] + "\n")
	}
	return out.String()
}

// startedBy runs a script in a copy of the examples. Commands that it starts only tell what they were given, and print an empty object.
func startedBy(t *testing.T, script string) [][]string {
	t.Helper()
	root := t.TempDir()
	work, bin, log := filepath.Join(root, "clone"), filepath.Join(root, "bin"), filepath.Join(root, "log")
	if err := os.CopyFS(filepath.Join(work, "examples"), os.DirFS(examplesDir)); err != nil {
		t.Fatal(err)
	}
	// Nothing reads what jq is given: whoever writes to it must not end by that.
	const stub = "#!/bin/bash\ntrap '' PIPE\nprintf -v line '%s\\x1f' \"${0##*/}\" \"$@\"\n" +
		"printf '%s\\x1e' \"$line\" >>\"$STARTED\"\necho '{}' " + // in one write: the commands of a pipe run at once
		"2>/dev/null\nexit 0\n"
	files := map[string]string{filepath.Join(root, "script"): script, log: ""}
	for _, name := range append([]string{"make", "terraform", "jq", "go"}, foreignCommands...) {
		files[filepath.Join(bin, name)] = stub
	}
	for _, name := range []string{"sandbox", "sandbox-domain"} { // what the sandboxes write when they have started
		files[filepath.Join(work, ".bin", name, "env")] = ""
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o700); err != nil { // the script starts them
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cat", "realpath"} { // these do what they do
		found, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(found, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-e", "-o", "pipefail", filepath.Join(root, "script"))
	cmd.Dir, cmd.Env = work, []string{"PATH=" + bin, "STARTED=" + log, "HOME=" + root}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s\nof\n%s", err, out, script)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var started [][]string
	for command := range strings.SplitSeq(strings.TrimSuffix(string(text), "\x1e"), "\x1e") {
		started = append(started, strings.Split(strings.TrimSuffix(command, "\x1f"), "\x1f"))
	}
	return started
}

// TestGuideCommands runs every shell command of the documentation, with commands that only tell what they were given, and holds that
// targets of make, commands and flags of Terraform, programs of jq, files and environment variables exist.
func TestGuideCommands(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join("..", "..", "GNUmakefile"))
	if err != nil {
		t.Fatal(err)
	}
	targets, helps := makeTarget.FindAllStringSubmatch(string(makefile), -1), terraformHelps{}
	variables := makeVariable.FindAllStringSubmatch(string(makefile), -1)
	is := func(list [][]string, name string) bool {
		return slices.ContainsFunc(list, func(m []string) bool { return m[1] == name })
	}
	count := map[string]int{}
	for page, text := range pagesWithCommands(t) {
		script := shellOf(page, text)
		if strings.TrimSpace(script) == "" {
			continue
		}
		t.Run(page, func(t *testing.T) {
			for _, command := range startedBy(t, script) {
				count[command[0]]++
				switch command[0] {
				case "make":
					for _, word := range command[1:] {
						if name, _, sets := strings.Cut(word, "="); !is(targets, word) && !(sets && is(variables, name)) {
							t.Errorf("%q: GNUmakefile has no %s", command, word)
						}
					}
				case "terraform":
					if wrong := helps.wrong(t, command[1:]); wrong != "" {
						t.Errorf("%q: %s", command, wrong)
					}
				case "jq":
					compiles(t, command[1:])
				case "go":
					for _, word := range command[1:] {
						if strings.HasPrefix(word, "./") {
							exists(t, page, word)
						}
					}
				}
			}
		})
	}
	for name, least := range map[string]int{"make": 20, "terraform": 50, "jq": 5} {
		if count[name] < least {
			t.Errorf("found %d commands %s, expected %d or more", count[name], name, least)
		}
	}
}

// terraformHelps are the helps of commands of Terraform, by command.
type terraformHelps map[string]string

// wrong says what is wrong with the arguments of a command of Terraform.
func (h terraformHelps) wrong(t *testing.T, args []string) string {
	t.Helper()
	command := args[:1]
	if slices.Contains(terraformGroup, args[0]) && len(args) > 1 && !strings.HasPrefix(args[1], "-") {
		command = args[:2]
	}
	name := strings.Join(command, " ")
	flags := slices.Clone(newerCommands[name])
	if _, newer := newerCommands[name]; !newer || name == "apply" {
		help, known := h[name]
		if !known {
			out, err := exec.CommandContext(t.Context(), "terraform", append(slices.Clone(command), "-help")...).CombinedOutput()
			help = string(out)
			if err != nil || strings.Contains(help, "has no command") {
				return fmt.Sprintf("terraform %s -help: %v %s", name, err, help)
			}
			if name == "apply" || name == "destroy" { // they take what a plan takes, and do not list it
				more, err := exec.CommandContext(t.Context(), "terraform", "plan", "-help").CombinedOutput()
				if err != nil {
					t.Fatal(err)
				}
				help += string(more)
			}
			h[name] = help
		}
		for _, flag := range terraformFlag.FindAllStringSubmatch(help, -1) {
			flags = append(flags, flag[1])
		}
	}
	for _, word := range args[len(command):] {
		flag, is := strings.CutPrefix(word, "-")
		flag, _, _ = strings.Cut(flag, "=")
		if is && !slices.Contains(flags, flag) {
			return fmt.Sprintf("terraform %s has no -%s", name, flag)
		}
	}
	return ""
}

// compiles holds that jq reads a program.
func compiles(t *testing.T, args []string) {
	t.Helper()
	at := slices.IndexFunc(args, func(a string) bool { return !strings.HasPrefix(a, "-") })
	if at < 0 {
		t.Fatalf("jq %q has no program", args)
	}
	cmd := exec.CommandContext(t.Context(), "jq", args[at])
	cmd.Stdin = strings.NewReader("") // nothing to run it on
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("jq %q: %v\n%s", args[at], err, out)
	}
}

// exists holds that a page names a file or directory of the repository.
func exists(t *testing.T, page, name string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join("..", "..", name)); err != nil {
		t.Errorf("%s: %s is no file", page, name)
	}
}

// TestGuideNames: files of the repository and environment variables of the provider that the documentation names exist.
func TestGuideNames(t *testing.T) {
	read := textOf(t, "*.go") + textOf(t, filepath.Join("..", "..", "docs", "data-sources", "*.md")) // some are put together of two words
	files, variables := 0, 0
	for page, text := range pagesWithCommands(t) {
		if strings.HasPrefix(page, "internal/") || page == ".github/CONTRIBUTING.md" {
			continue // NAME and … stand for what a contributor adds
		}
		for _, name := range namedPath.FindAllString(text, -1) {
			files++
			exists(t, page, name)
		}
		for _, name := range namedVariable.FindAllString(text, -1) {
			variables++
			if !strings.Contains(read, name+"`") && !strings.Contains(read, name+`"`) {
				t.Errorf("%s: nothing reads %s", page, name)
			}
		}
	}
	if files < 20 || variables < 20 {
		t.Errorf("found %d files and %d variables", files, variables)
	}
}

// textOf is what is in all files of a pattern but tests.
func textOf(t *testing.T, pattern string) string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
	}
	return out.String()
}
