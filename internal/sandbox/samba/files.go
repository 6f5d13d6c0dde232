// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"
)

const (
	// temporaryPrefix begins the names of the directories this package makes in os.TempDir.
	temporaryPrefix = "workforce-samba-"
	lockName        = "sandbox.lock"
	// maxDir is what sun_path of a Unix socket (108 bytes) leaves for the directory, besides the longest name Samba puts below it.
	maxDir = 60
	// provisionTimeout is far more than an idle machine needs, and enough for one that much else runs on.
	provisionTimeout = 15 * time.Minute
)

// made are the entries of the directory that Start makes and Close removes.
var made = []string{"samba", "tls", "ca.pem", "krb5.conf", "admin.password", "samba.log", "smb.conf", "empty.conf", "env", "env.new"}

// claim makes the directory when it is absent and takes the lock in it, which ends with the process. It refuses a directory
// in use, and one with content that this package did not make.
func claim(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, lockName)
	if _, err := os.Stat(path); len(entries) > 0 && errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("directory %s has content that is not of a sandbox domain (%s); name an empty or absent one", dir, entries[0].Name())
	}
	return takeLock(path)
}

// takeLock takes an exclusive lock on a file, without waiting. The lock ends when the file is closed.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is in use by another running sandbox (lock %s: %w); end that one, or choose another directory", filepath.Dir(path), path, err), f.Close())
	}
	return f, nil
}

// clear ends processes that an earlier domain in the directory left and removes its files.
func (d *Domain) clear(ctx context.Context) error {
	if err := endProcesses(ctx, d.path("samba"), syscall.SIGKILL); err != nil {
		return err
	}
	return d.removeFiles()
}

func (d *Domain) removeFiles() error {
	var errs []error
	for _, name := range made {
		errs = append(errs, os.RemoveAll(d.path(name)))
	}
	return errors.Join(errs...)
}

func (d *Domain) path(elements ...string) string {
	return filepath.Join(append([]string{d.dir}, elements...)...)
}

// writeFiles writes certificates and configuration. The key file must be readable for its owner only, or Samba refuses it.
func (d *Domain) writeFiles() error {
	server, err := d.Certificate(CertificateOptions{})
	if err != nil {
		return err
	}
	certificate, key, err := CertificatePEM(server)
	if err != nil {
		return err
	}
	var smb, krb5 strings.Builder
	values := map[string]string{"dir": d.dir, "realm": strings.ToUpper(d.realm), "domain": d.realm, "netbios": d.netBIOS, "host": strings.ToUpper(DefaultHost), "server": d.ServerName(),
		"address": d.address, "interfaces": d.interfaces()}
	if err := errors.Join(smbTemplate.Execute(&smb, values), krb5Template.Execute(&krb5, values)); err != nil {
		return err
	}
	for _, dir := range []string{"samba", "tls"} {
		if err := os.Mkdir(d.path(dir), 0o755); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name, content string
		mode          fs.FileMode
	}{
		{"ca.pem", d.ca.pem, 0o644},
		{"tls/certificate.pem", certificate, 0o644},
		{"tls/key.pem", key, 0o600},
		{"admin.password", d.password, 0o600},
		{"krb5.conf", krb5.String(), 0o644},
		{"smb.conf", smb.String(), 0o644},
		{"empty.conf", "", 0o644}, // keeps the machine's own smb.conf out of the provision
	} {
		if err := os.WriteFile(d.path(f.name), []byte(f.content), f.mode); err != nil {
			return err
		}
	}
	return nil
}

// interfaces is what the server listens on: all of loopback, or one address of it.
func (d *Domain) interfaces() string {
	if d.address == DefaultAddress {
		return "lo"
	}
	return d.address + "/8"
}

// provision makes the databases of the domain.
func (d *Domain) provision(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, provisionTimeout)
	defer cancel()
	_, err := d.run(ctx, "samba-tool", "domain", "provision",
		"--configfile="+d.path("empty.conf"), "--targetdir="+d.path("samba"),
		"--realm="+strings.ToUpper(d.realm), "--domain="+d.netBIOS, "--server-role=dc", "--dns-backend=NONE",
		"--host-name="+DefaultHost, "--host-ip="+d.address, "--adminpass="+d.password,
		"--option=interfaces="+d.interfaces(), "--option=bind interfaces only=yes", "--option=ldb:nosync=true",
		"--option=posix:eadb="+d.path("samba", "eadb.tdb"))
	return err
}

// run runs one of the programs and returns its standard output; the error carries what it printed, without the password.
func (d *Domain) run(ctx context.Context, name string, args ...string) (string, error) {
	return d.runInput(ctx, "", name, args...)
}

func (d *Domain) runInput(ctx context.Context, input, name string, args ...string) (string, error) {
	path := program(name)
	if path == "" {
		return "", fmt.Errorf("%s is not installed", name)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+d.CAFile(), "LDAPTLS_REQCERT=demand", "KRB5_CONFIG="+d.Krb5Conf())
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		said := strings.ReplaceAll(tail(stderr.String()+stdout.String(), 2000), d.password, "(password)")
		return stdout.String(), fmt.Errorf("%s %s: %w: %s", name, args[0], err, strings.TrimSpace(said))
	}
	return stdout.String(), nil
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func glob(pattern string) []string {
	found, _ := filepath.Glob(pattern) // fails only on a bad pattern; ours are constant
	return found
}

// smbTemplate keeps every path below the directory. Simple binds need TLS, as in a hardened Active Directory; Kerberos works with and without TLS, as there.
// Access lists of files go to a database, because extended attributes of the kind need more rights than a container has. Without sync after each transaction, adds are ten times as fast; what is lost with it are power failures, not killed processes.
var smbTemplate = template.Must(template.New("smb.conf").Parse(`[global]
	netbios name = {{.host}}
	realm = {{.realm}}
	workgroup = {{.netbios}}
	server role = active directory domain controller
	server services = rpc, ldap, cldap, kdc, drepl, winbindd
	interfaces = {{.interfaces}}
	bind interfaces only = yes
	private dir = {{.dir}}/samba/private
	state directory = {{.dir}}/samba/state
	cache directory = {{.dir}}/samba/cache
	lock directory = {{.dir}}/samba
	binddns dir = {{.dir}}/samba/bind-dns
	pid directory = {{.dir}}/samba/run
	ncalrpc dir = {{.dir}}/samba/ncalrpc
	winbindd socket directory = {{.dir}}/samba/winbindd
	log file = {{.dir}}/samba/log.%m
	tls enabled = yes
	tls certfile = {{.dir}}/tls/certificate.pem
	tls keyfile = {{.dir}}/tls/key.pem
	tls cafile = {{.dir}}/ca.pem
	ldap server require strong auth = allow_sasl_over_tls
	prefork children:rpc = 1
	prefork children:kdc = 1
	ldb:nosync = true
	posix:eadb = {{.dir}}/samba/eadb.tdb

[sysvol]
	path = {{.dir}}/samba/state/sysvol
	read only = no

[netlogon]
	path = {{.dir}}/samba/state/sysvol/{{.domain}}/scripts
	read only = no
`))

// krb5Template says TCP only: answers with a privilege certificate rarely fit in a datagram.
var krb5Template = template.Must(template.New("krb5.conf").Parse(`[libdefaults]
	default_realm = {{.realm}}
	dns_lookup_realm = false
	dns_lookup_kdc = false
	dns_canonicalize_hostname = false
	rdns = false
	udp_preference_limit = 1

[realms]
	{{.realm}} = {
		kdc = {{.address}}:88
		admin_server = {{.address}}:464
		kpasswd_server = {{.address}}:464
		default_domain = {{.domain}}
	}

[domain_realm]
	{{.domain}} = {{.realm}}
	.{{.domain}} = {{.realm}}
	localhost = {{.realm}}
	{{.address}} = {{.realm}}
`))
