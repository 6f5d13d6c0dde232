// SPDX-License-Identifier: MPL-2.0

package handover_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"github.com/smallstep/pkcs7"
	"golang.org/x/crypto/ssh"

	"terraform-provider-workforce/internal/directory"
	"terraform-provider-workforce/internal/handover"
)

var today = time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)

func ExamplePolicy_Generate() {
	password, err := handover.Policy{Length: 20}.Generate(14, handover.NameParts("Ada Byron", "ada.byron"))
	fmt.Println(len(password), strings.Contains(strings.ToLower(password), "byron"), err)
	// Output: 20 false <nil>
}

func ExampleNameParts() {
	fmt.Println(handover.NameParts("Byron, Ada K.", "a.byron-lovelace"))
	// Output: [Byron Ada byron lovelace]
}

func ExampleParseRecipients() {
	identity, _ := age.GenerateX25519Identity()
	recipients, _ := handover.ParseRecipients([]string{identity.Recipient().String()})
	sealed, _ := recipients.Seal([]byte("of this nobody else knows"))
	plain, _ := age.Decrypt(armor.NewReader(strings.NewReader(string(sealed))), identity)
	text, _ := io.ReadAll(plain)
	fmt.Println(recipients.Extension(), string(text))
	// Output: .age of this nobody else knows
}

// TestGenerate: whatever the policy, all of its classes are there, and nothing else.
func TestGenerate(t *testing.T) {
	kinds := map[handover.Class]func(rune) bool{
		handover.Upper: unicode.IsUpper, handover.Lower: unicode.IsLower, handover.Digits: unicode.IsDigit,
		handover.Symbols: func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) },
	}
	for _, p := range []handover.Policy{{}, {Length: 12}, {Length: 127}, {Length: 40, Classes: []handover.Class{handover.Digits}}} {
		seen := map[string]bool{}
		for range 200 {
			password, err := p.Generate(14, []string{"AB", "777"})
			if err != nil || seen[password] || len(password) < max(p.Length, 14) {
				t.Fatalf("%q, %v", password, err)
			}
			seen[password] = true
			if lower := strings.ToLower(password); strings.Contains(lower, "ab") || strings.Contains(lower, "777") {
				t.Errorf("%q holds what it must not", password)
			}
			for class, is := range kinds {
				wanted := len(p.Classes) == 0 || slices.Contains(p.Classes, class)
				if strings.ContainsFunc(password, is) != wanted {
					t.Errorf("%q of %v: %s wanted %v", password, p.Classes, class, wanted)
				}
			}
		}
	}
	if p, err := (handover.Policy{Classes: []handover.Class{handover.Digits}}).Generate(0, strings.Split("23456789", "")); err == nil {
		t.Errorf("made %q although everything was to be avoided", p)
	}
}

func certificate(t *testing.T, key any, edit func(*x509.Certificate)) string {
	t.Helper()
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Service desk"}, NotBefore: today.AddDate(-1, 0, 0),
		NotAfter: today.AddDate(1, 0, 0), KeyUsage: x509.KeyUsageKeyEncipherment}
	if edit != nil {
		edit(c)
	}
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key, signer)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func sshKey(t *testing.T, public any) string {
	t.Helper()
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return string(ssh.MarshalAuthorizedKey(key)) + "\n"
}

// TestSeal: every recipient decrypts by themselves, and nobody else does.
func TestSeal(t *testing.T) {
	plain := strings.Repeat(`{"worker_id":"1","password":"geheim"}`+"\n", 5000)
	first, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	stranger, _ := age.GenerateX25519Identity()
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	second, err := agessh.NewEd25519Identity(private)
	if err != nil {
		t.Fatal(err)
	}
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	third, err := agessh.NewRSAIdentity(key)
	if err != nil {
		t.Fatal(err)
	}
	r, err := handover.ParseRecipients([]string{first.Recipient().String(), sshKey(t, public), sshKey(t, &key.PublicKey)})
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := r.Seal([]byte(plain))
	if err != nil || strings.Contains(string(sealed), "geheim") {
		t.Fatal(err)
	}
	for _, id := range []age.Identity{first, second, third} {
		w, err := age.Decrypt(armor.NewReader(strings.NewReader(string(sealed))), id)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(w); err != nil || string(text) != plain {
			t.Errorf("%d bytes, %v", len(text), err)
		}
	}
	if _, err := age.Decrypt(armor.NewReader(strings.NewReader(string(sealed))), stranger); err == nil {
		t.Error("a stranger decrypts")
	}

	another, _ := rsa.GenerateKey(rand.Reader, 3072)
	one, two := certificate(t, &key.PublicKey, nil), certificate(t, &another.PublicKey,
		func(c *x509.Certificate) { c.SerialNumber = big.NewInt(8) })
	r, err = handover.ParseRecipients([]string{one, two})
	if err != nil {
		t.Fatal(err)
	}
	if sealed, err = r.Seal([]byte(plain)); err != nil || r.Extension() != ".cms" {
		t.Fatal(err)
	}
	block, _ := pem.Decode(sealed)
	if block == nil || block.Type != "CMS" {
		t.Fatalf("%s", sealed)
	}
	cms, err := pkcs7.Parse(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	for text, key := range map[string]*rsa.PrivateKey{one: key, two: another} {
		p, _ := pem.Decode([]byte(text))
		c, _ := x509.ParseCertificate(p.Bytes)
		if got, err := cms.Decrypt(c, key); err != nil || string(got) != plain {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
}

// TestParseRecipients_refused: what is no public key is refused, and never repeated.
func TestParseRecipients_refused(t *testing.T) {
	id, _ := age.GenerateX25519Identity()
	good := id.Recipient().String()
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	weak, _ := rsa.GenerateKey(rand.Reader, 1024)
	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	valid := certificate(t, &key.PublicKey, nil)
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
	for name, tt := range map[string]struct {
		texts []string
		index int // -1: about all
		words string
	}{
		"none":                 {nil, -1, "no recipients"},
		"empty":                {[]string{good, " "}, 1, "no public key"},
		"two in one":           {[]string{good + "\n" + good}, 0, "one recipient"},
		"a name":               {[]string{"service-desk"}, 0, "age-keygen -y"},
		"a private key of age": {[]string{id.String()}, 0, "private key"},
		"a private key in PEM": {[]string{good, private}, 1, "private key"},
		"a plugin's": {[]string{"age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt"}, 0,
			"without plugin"},
		"an SSH key that signs": {[]string{sshKey(t, &curve.PublicKey)}, 0, "no public key"},
		"a weak RSA key":        {[]string{certificate(t, &weak.PublicKey, nil)}, 0, "1024 bits"},
		"an elliptic curve":     {[]string{certificate(t, &curve.PublicKey, nil)}, 0, "ECDSA"},
		"two certificates":      {[]string{valid + valid}, 0, "single certificate"},
		"one that signs": {[]string{certificate(t, &key.PublicKey,
			func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageDigitalSignature })}, 0, "keyEncipherment"},
		"both kinds":                        {[]string{good, valid}, -1, "one kind"},
		"a quantum-safe one beside another": {[]string{good, hybrid.Recipient().String()}, -1, "go together"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := handover.ParseRecipients(tt.texts)
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Fatalf("%v, expected %q", err, tt.words)
			}
			var at *handover.RecipientError
			if errors.As(err, &at) != (tt.index >= 0) || at != nil && at.Index != tt.index {
				t.Errorf("about %+v, expected %d", at, tt.index)
			}
			for _, text := range tt.texts {
				if half := len(text) / 2; half > 20 && strings.Contains(err.Error(), text[half:half+10]) {
					t.Errorf("%v repeats what was given", err)
				}
			}
		})
	}
	if _, err := handover.ParseRecipients([]string{hybrid.Recipient().String()}); err != nil {
		t.Error(err)
	}
}

// TestKeep_expired: nothing is encrypted to a certificate that is not valid, and nobody is told later.
func TestKeep_expired(t *testing.T) {
	key, _ := rsa.GenerateKey(rand.Reader, 2048)
	r, err := handover.ParseRecipients([]string{certificate(t, &key.PublicKey, nil)})
	if err != nil {
		t.Fatal(err)
	}
	for at, words := range map[time.Time]string{today.AddDate(2, 0, 0): "expires", today.AddDate(-2, 0, 0): "valid from", today: ""} {
		f := handover.NewFiles(handover.Options{Directory: t.TempDir(), Kind: "k", Recipients: r, Now: func() time.Time { return at }})
		err := f.Keep(t.Context(), []directory.Credential{{WorkerID: "1", Password: "geheim"}})
		if words == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), words) || words == "" != (len(f.Written()) == 1) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// TestKeep: a file of its own for each call, which only its owner reads, whole, and in the order of what was kept.
func TestKeep(t *testing.T) {
	id, _ := age.GenerateX25519Identity()
	r, err := handover.ParseRecipients([]string{id.Recipient().String()})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "not", "there yet")
	now := today
	f := handover.NewFiles(handover.Options{Directory: dir, Kind: "ad-first-passwords", Recipients: r,
		Now: func() time.Time { now = now.Add(time.Nanosecond); return now }})
	want := []directory.Credential{
		{WorkerID: "1001", Login: "ada", Principal: "ada@example.com", Password: "<Zoë&>", Created: today},
		{WorkerID: "1001", Created: today, Void: true},
		{WorkerID: "1002", Principal: "wei@example.com", AccessPass: "Abc12345", Created: today, ValidFrom: today,
			Expires: today.Add(time.Hour), Once: true},
	}
	for _, c := range want {
		if err := f.Keep(t.Context(), []directory.Credential{c}); err != nil {
			t.Fatal(err)
		}
	}
	written := f.Written()
	if again := f.Written(); len(written) != 3 || !slices.IsSorted(written) || len(again) != 0 {
		t.Fatalf("written %q, then %q", written, again)
	}
	var lines []string
	for _, path := range written {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 || filepath.Dir(path) != dir {
			t.Errorf("%s: %v %v", path, info, err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := age.Decrypt(armor.NewReader(file), id)
		if err != nil {
			t.Fatal(err)
		}
		for s := bufio.NewScanner(plain); s.Scan(); {
			lines = append(lines, s.Text())
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(lines, []string{
		`{"worker_id":"1001","login":"ada","user_principal_name":"ada@example.com","password":"<Zoë&>","created":"2026-11-30T08:00:00Z"}`,
		`{"worker_id":"1001","created":"2026-11-30T08:00:00Z","void":true}`,
		`{"worker_id":"1002","user_principal_name":"wei@example.com","temporary_access_pass":"Abc12345","created":"2026-11-30T08:00:00Z",` +
			`"valid_from":"2026-11-30T08:00:00Z","expires":"2026-11-30T09:00:00Z","usable_once":true}`,
	}) || !json.Valid([]byte(lines[0])) {
		t.Errorf("lines\n%s", strings.Join(lines, "\n"))
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 3 {
		t.Errorf("%v, %v", left, err)
	}
}

// TestKeep_fails: what cannot be kept is an error that shows no secret, and leaves nothing behind.
func TestKeep_fails(t *testing.T) {
	id, _ := age.GenerateX25519Identity()
	r, _ := handover.ParseRecipients([]string{id.Recipient().String()})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		ctx context.Context
		dir string
	}{"no directory": {t.Context(), file}, "cancelled": {ended, t.TempDir()}} {
		f := handover.NewFiles(handover.Options{Directory: tt.dir, Kind: "k", Recipients: r, Now: func() time.Time { return today }})
		err := f.Keep(tt.ctx, []directory.Credential{{WorkerID: "1", Password: "geheim"}})
		if err == nil || strings.Contains(err.Error(), "geheim") || len(f.Written()) > 0 {
			t.Errorf("%s: %v", name, err)
		}
		if left, _ := os.ReadDir(tt.dir); len(left) > 0 {
			t.Errorf("%s leaves %v", name, left)
		}
	}
}
