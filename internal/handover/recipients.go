// SPDX-License-Identifier: MPL-2.0

package handover

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"filippo.io/age/armor"
	"github.com/smallstep/pkcs7"
)

// shortestKey is how many bits an RSA key has at least (NIST SP 800-131A).
const shortestKey = 2048

// Recipients are those who can decrypt. They are public keys of one kind: age, or X.509.
type Recipients struct {
	age          []age.Recipient
	certificates []*x509.Certificate
}

// RecipientError says which of the texts given is no recipient. It never repeats the text, which
// may be a private key.
type RecipientError struct {
	Index int
	Err   error
}

func (e *RecipientError) Error() string { return e.Err.Error() }

func (e *RecipientError) Unwrap() error { return e.Err }

// ParseRecipients reads public keys, each of which decrypts by itself: age recipients (age1…), SSH keys
// (ssh-ed25519 …, ssh-rsa …) and X.509 certificates in PEM with an RSA key. Certificates beside keys
// of age are refused, because a file has one format. Whether certificates are valid is not asked, see [Recipients.Valid].
// The error is a [*RecipientError] where it is about one of the texts.
func ParseRecipients(texts []string) (*Recipients, error) {
	if len(texts) == 0 {
		return nil, errors.New("no recipients: nobody could decrypt")
	}
	r := &Recipients{}
	for i, text := range texts {
		if err := r.add(strings.TrimSpace(text)); err != nil {
			return nil, &RecipientError{i, err}
		}
	}
	if len(r.age) > 0 && len(r.certificates) > 0 {
		return nil, errors.New("found certificates beside keys of age or SSH, expected one kind: a file has one format")
	}
	if _, err := r.Seal(nil); err != nil { // such as keys that are safe from quantum computers beside others
		return nil, fmt.Errorf("these recipients do not go together: %w", err)
	}
	return r, nil
}

func (r *Recipients) add(text string) error {
	switch upper := strings.ToUpper(text); {
	case strings.HasPrefix(upper, "AGE-SECRET-KEY-"), strings.HasPrefix(upper, "AGE-PLUGIN-"), strings.Contains(upper, "PRIVATE KEY"):
		return errors.New("found a private key, expected a public one: whoever can read this configuration can decrypt " +
			"what was encrypted to it. Make a new pair, and keep its private key away from here")
	case strings.HasPrefix(text, "-----BEGIN"):
		return r.addCertificate(text)
	case strings.HasPrefix(text, "ssh-"):
		key, err := agessh.ParseRecipient(text)
		if err != nil {
			return errors.New("the SSH key cannot be read, or is of a kind that cannot encrypt: " +
				"expected one line of a .pub file with ssh-ed25519 or ssh-rsa")
		}
		r.age = append(r.age, key)
		return nil
	}
	keys, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(keys) != 1 {
		return errors.New("found no public key: expected one recipient of age as age-keygen -y prints it (age1…, without plugin), " +
			"one SSH key (ssh-ed25519 … or ssh-rsa …), or one X.509 certificate in PEM")
	}
	r.age = append(r.age, keys[0])
	return nil
}

func (r *Recipients) addCertificate(text string) error {
	block, rest := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" || len(bytes.TrimSpace(rest)) > 0 {
		return errors.New("found no single certificate: expected one PEM block of the type CERTIFICATE, without the chain")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("the certificate cannot be read: %w", err)
	}
	key, isRSA := c.PublicKey.(*rsa.PublicKey)
	switch {
	case !isRSA:
		return fmt.Errorf("the certificate of %q has a key of the kind %s, expected RSA, to which CMS encrypts: use a key of age for other kinds",
			c.Subject, c.PublicKeyAlgorithm)
	case key.N.BitLen() < shortestKey:
		return fmt.Errorf("the certificate of %q has a key of %d bits, expected at least %d", c.Subject, key.N.BitLen(), shortestKey)
	case c.KeyUsage != 0 && c.KeyUsage&(x509.KeyUsageKeyEncipherment|x509.KeyUsageDataEncipherment) == 0:
		return fmt.Errorf("the certificate of %q is not for encryption: expected the key usage keyEncipherment", c.Subject)
	}
	r.certificates = append(r.certificates, c)
	return nil
}

// Valid says which certificate is not valid at a time. Keys of age and SSH have no end.
func (r *Recipients) Valid(at time.Time) error {
	for _, c := range r.certificates {
		switch {
		case at.Before(c.NotBefore):
			return fmt.Errorf("the certificate of %q among the recipients is valid from %s on",
				c.Subject, c.NotBefore.UTC().Format(time.RFC3339))
		case at.After(c.NotAfter):
			return fmt.Errorf("the certificate of %q among the recipients expires on %s: give the renewed one",
				c.Subject, c.NotAfter.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// Extension is how names of encrypted files end.
func (r *Recipients) Extension() string {
	if len(r.certificates) > 0 {
		return ".cms"
	}
	return ".age"
}

// strongest makes the library, which takes its algorithms from variables, encrypt by AES-256, and its keys by RSA-OAEP.
var strongest = sync.OnceFunc(func() {
	pkcs7.ContentEncryptionAlgorithm = pkcs7.EncryptionAlgorithmAES256CBC
	pkcs7.KeyEncryptionAlgorithm = pkcs7.OIDEncryptionAlgorithmRSAESOAEP
})

// Seal encrypts: in the armored format of age (age-encryption.org/v1), or as CMS EnvelopedData in
// PEM (RFC 5652) with AES-256-CBC and RSA-OAEP.
func (r *Recipients) Seal(plain []byte) ([]byte, error) {
	if len(r.certificates) > 0 {
		strongest()
		der, err := pkcs7.Encrypt(plain, r.certificates)
		if err != nil {
			return nil, err
		}
		return pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: der}), nil
	}
	var out bytes.Buffer
	armored := armor.NewWriter(&out)
	w, err := age.Encrypt(armored, r.age...)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
		return nil, err
	}
	if err := errors.Join(w.Close(), armored.Close()); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
