// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// parts says which Debian package brings what a domain needs: a program on PATH, or a file.
var parts = []struct{ debian, program, file string }{
	{debian: "samba", program: "samba-tool"},
	{debian: "samba-ad-dc", program: "samba"},
	{debian: "samba-ad-provision", file: "/usr/share/samba/setup/provision.ldif"},
	{debian: "samba-dsdb-modules", file: "samba/ldb/samba_dsdb.so"},
	{debian: "samba-vfs-modules", file: "samba/vfs/acl_xattr.so"},
	{debian: "winbind", program: "winbindd"},
	{debian: "ldap-utils", program: "ldapsearch"},
}

// Missing returns the Debian packages that a domain needs and this machine lacks, sorted; none means that Start can work.
func Missing() []string {
	var missing []string
	for _, p := range parts {
		if p.program != "" && program(p.program) == "" || p.file != "" && !library(p.file) {
			missing = append(missing, p.debian)
		}
	}
	slices.Sort(missing)
	return missing
}

// program returns the path of a program, also where the administrator's directories are not on PATH; "" when there is none.
func program(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/local/sbin/", "/usr/sbin/", "/sbin/"} {
		if path, err := exec.LookPath(dir + name); err == nil {
			return path
		}
	}
	return ""
}

// library reports whether a file exists, given absolutely or below a directory of libraries such as /usr/lib/x86_64-linux-gnu.
func library(file string) bool {
	if strings.HasPrefix(file, "/") {
		_, err := os.Stat(file)
		return err == nil
	}
	for _, pattern := range []string{"/usr/lib/" + file, "/usr/lib/*/" + file} {
		if found := glob(pattern); len(found) > 0 {
			return true
		}
	}
	return false
}

// requirements returns an error that says why no domain can run here and what mends it.
func requirements() error {
	if missing := Missing(); len(missing) > 0 {
		return fmt.Errorf("a domain needs Debian packages that are not installed; install them with: apt-get install %s", strings.Join(missing, " "))
	}
	if os.Geteuid() != 0 {
		return errors.New("a domain controller must be started as root: it listens on the standard ports and sets owners and access lists of files; run this as root (sudo -E)")
	}
	return nil
}
