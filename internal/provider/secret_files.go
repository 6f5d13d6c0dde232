// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"os"
	"runtime"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// readableByAll is the permission of a file that lets every account of the machine read it.
const readableByAll = 0o004

// warnSecretFiles warns about files with secrets that every account of the machine can read. On Windows the
// permissions that Go shows say nothing about that.
func warnSecretFiles(diags *diag.Diagnostics, files ...string) {
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&readableByAll == 0 || runtime.GOOS == "windows" {
			continue // a file that is not there is told when it is read
		}
		diags.AddWarning("A file with a secret can be read by everybody", fmt.Sprintf("%s: found the permissions %#o, expected none "+
			"for other users of this machine: "+
			"whoever can read the file can sign in as this provider. Take them away, for example with: chmod 600 %q", file,
			info.Mode().Perm(), file))
	}
}

// secretFiles lists the files with secrets that the provider's configuration and its variables name.
func (d *providerData) secretFiles() []string {
	ad, cloud := d.activeDirectory.config, d.entra.config
	files := []string{ad.ClientKeyFile, cloud.ClientSecretFile, cloud.ClientCertificateFile, cloud.OIDCTokenFile}
	if ad.Kerberos != nil {
		files = append(files, ad.Kerberos.KeytabFile, ad.Kerberos.CredentialCacheFile)
	}
	return files
}

// secretFiles lists the files with secrets that a data source reads.
func (m *hrConnectionModel) secretFiles() []string { return []string{m.ClientKeyFile.ValueString()} }

func (m *hrLDAPModel) secretFiles() []string {
	files := []string{m.ClientKey.ValueString()}
	if m.Kerberos != nil {
		files = append(files, m.Kerberos.KeytabFile.ValueString())
	}
	return files
}
