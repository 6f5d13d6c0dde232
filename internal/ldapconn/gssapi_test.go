// SPDX-License-Identifier: MPL-2.0

package ldapconn_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/types"

	"terraform-provider-workforce/internal/ldapconn"
)

// The example of "NTLM and Channel Binding Hash" in Microsoft's Open Specifications blog.
func TestChannelBinding(t *testing.T) {
	hash, err := hex.DecodeString("ea05fefecc6b0bd571dbbc5baa3ed45386d0446835f7b74c85621b9983475f95")
	mustSucceed(t, err)
	if sum := ldapconn.BindingOf(hash); hex.EncodeToString(sum[:]) != "6586e99d81c2fc984e47172fd4dd0310" {
		t.Errorf("binding %x", sum)
	}
	for algorithm, want := range map[x509.SignatureAlgorithm]crypto.Hash{
		x509.MD5WithRSA: crypto.SHA256, x509.SHA1WithRSA: crypto.SHA256, x509.SHA256WithRSA: crypto.SHA256, x509.ECDSAWithSHA256: crypto.SHA256,
		x509.SHA384WithRSAPSS: crypto.SHA384, x509.ECDSAWithSHA512: crypto.SHA512, x509.PureEd25519: 0,
	} {
		if h := ldapconn.EndPointHash(algorithm); h != want {
			t.Errorf("%v: hash %v, want %v", algorithm, h, want)
		}
	}
}

func TestUnwrap(t *testing.T) {
	key := types.EncryptionKey{KeyType: etypeID.AES256_CTS_HMAC_SHA1_96, KeyValue: bytes.Repeat([]byte{7}, 32)}
	token := gssapi.WrapToken{Flags: 1, EC: 12, SndSeqNum: 9, Payload: []byte{1, 0, 0, 0}}
	mustSucceed(t, token.SetCheckSum(key, keyusage.GSSAPI_ACCEPTOR_SEAL))
	good, err := token.Marshal()
	mustSucceed(t, err)
	rotated := func(by int) []byte {
		b := bytes.Clone(good)
		binary.BigEndian.PutUint16(b[6:], uint16(by))
		body := b[16:]
		n := by % len(body)
		copy(body, append(bytes.Clone(good[len(good)-n:]), good[16:len(good)-n]...))
		return b
	}
	for _, by := range []int{0, 1, 12, 15, 16, 4000} {
		if payload, err := ldapconn.Unwrap(rotated(by), key); err != nil || !bytes.Equal(payload, token.Payload) {
			t.Errorf("rotated by %d: %v, %v", by, payload, err)
		}
	}
	change := func(i int, v byte) []byte {
		b := bytes.Clone(good)
		b[i] = v
		return b
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "header only": good[:16], "half a header": good[:9], "cut": good[:len(good)-1], "other token": change(0, 4),
		"of the initiator": change(2, 0), "sealed": change(2, 3), "changed payload": change(16, 4), "changed sum": change(31, 1),
		"long checksum": change(4, 255), "changed number": change(15, 1),
	} {
		if payload, err := ldapconn.Unwrap(b, key); err == nil {
			t.Errorf("%s: payload %v", name, payload)
		}
	}
}
