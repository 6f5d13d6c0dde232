// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"crypto"
	"crypto/md5"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"net"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	krbcrypto "github.com/jcmturner/gokrb5/v8/crypto"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/iana/flags"
	"github.com/jcmturner/gokrb5/v8/iana/keyusage"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// gssContext is one security context, an ldap.GSSAPIClient. go-ldap's own asks
// for signing and sealing, which Active Directory refuses inside TLS, and sends
// no channel binding, which a hardened one demands (LdapEnforceChannelBinding).
// This one asks for mutual authentication only and binds to the TLS channel.
type gssContext struct {
	ticket  serviceTicket
	binding [md5.Size]byte

	auth   types.Authenticator
	subkey types.EncryptionKey // chosen by the acceptor; empty: the ticket's key
}

// InitSecContext makes the AP-REQ, then verifies the AP-REP (RFC 4121 section 4.1).
func (g *gssContext) InitSecContext(target string, input []byte) ([]byte, bool, error) {
	return g.InitSecContextWithOptions(target, input, nil)
}

// InitSecContextWithOptions is InitSecContext; the options are fixed here.
func (g *gssContext) InitSecContextWithOptions(_ string, input []byte, _ []int) ([]byte, bool, error) {
	if input == nil {
		token, err := g.request()
		return token, true, err
	}
	if err := g.reply(input); err != nil {
		return nil, false, &kerberosError{err}
	}
	return nil, false, nil
}

func (g *gssContext) request() ([]byte, error) {
	var err error
	if g.auth, err = types.NewAuthenticator(g.ticket.realm, g.ticket.name); err != nil {
		return nil, err
	}
	// RFC 4121 section 4.1.1: length and value of the channel binding, flags.
	sum := make([]byte, 24)
	binary.LittleEndian.PutUint32(sum, md5.Size)
	copy(sum[4:], g.binding[:])
	binary.LittleEndian.PutUint32(sum[20:], uint32(gssapi.ContextFlagMutual))
	g.auth.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: sum}
	request, err := messages.NewAPReq(g.ticket.ticket, g.ticket.key, g.auth)
	if err != nil {
		return nil, err
	}
	types.SetFlag(&request.APOptions, flags.APOptionMutualRequired)
	body, err := request.Marshal()
	if err != nil {
		return nil, err
	}
	oid, err := asn1.Marshal(gssapi.OIDKRB5.OID())
	if err != nil {
		return nil, err
	}
	const tokenAPREQ = "\x01\x00"
	return asn1tools.AddASNAppTag(append(append(oid, tokenAPREQ...), body...), 0), nil
}

func (g *gssContext) reply(input []byte) error {
	var token spnego.KRB5Token
	if err := token.Unmarshal(input); err != nil {
		return err
	}
	if token.IsKRBError() {
		return token.KRBError
	}
	if !token.IsAPRep() {
		return errors.New("the server answered with an unexpected Kerberos message")
	}
	plain, err := krbcrypto.DecryptEncPart(token.APRep.EncPart, g.ticket.key, keyusage.AP_REP_ENCPART)
	if err != nil {
		return fmt.Errorf("the server could not prove that it is the service: %w", err)
	}
	var part messages.EncAPRepPart
	if err := part.Unmarshal(plain); err != nil {
		return err
	}
	if part.CTime.Unix() != g.auth.CTime.Unix() || part.Cusec != g.auth.Cusec {
		return errors.New("the server could not prove that it is the service: it answered another request")
	}
	g.subkey = part.Subkey
	return nil
}

// noLayer is the security layer "none" of RFC 4752 section 3.1; TLS protects.
const noLayer = 1

// NegotiateSaslAuth agrees on doing without a SASL security layer.
func (g *gssContext) NegotiateSaslAuth(input []byte, authzid string) ([]byte, error) {
	key, flag := g.ticket.key, byte(0)
	if len(g.subkey.KeyValue) > 0 {
		key, flag = g.subkey, 0b100 // AcceptorSubkey
	}
	offer, err := unwrap(input, key)
	if err != nil {
		return nil, &kerberosError{err}
	}
	if len(offer) != 4 || offer[0]&noLayer == 0 {
		return nil, &kerberosError{errors.New("the server insists on signing or sealing inside TLS")}
	}
	etype, err := krbcrypto.GetEtype(key.KeyType)
	if err != nil {
		return nil, err
	}
	token := gssapi.WrapToken{
		Flags:     flag,
		EC:        uint16(etype.GetHMACBitLength() / 8),
		SndSeqNum: uint64(g.auth.SeqNumber),
		Payload:   append([]byte{noLayer, 0, 0, 0}, authzid...),
	}
	if err := token.SetCheckSum(key, keyusage.GSSAPI_INITIATOR_SEAL); err != nil {
		return nil, err
	}
	return token.Marshal()
}

// unwrap verifies an unsealed Wrap token of the acceptor and returns its
// payload, undoing the rotation of RFC 4121 section 4.2.5.
func unwrap(b []byte, key types.EncryptionKey) ([]byte, error) {
	const sealed = 0b10
	if len(b) < gssapi.HdrLen {
		return nil, errors.New("the server's security token is too short")
	}
	body := append([]byte(nil), b[gssapi.HdrLen:]...)
	if n := len(body); n > 0 {
		rrc := int(binary.BigEndian.Uint16(b[6:8])) % n
		body = append(body[rrc:], body[:rrc]...)
	}
	var token gssapi.WrapToken
	if err := token.Unmarshal(append(append([]byte(nil), b[:gssapi.HdrLen]...), body...), true); err != nil {
		return nil, err
	}
	if token.Flags&sealed != 0 {
		return nil, errors.New("the server's security token is sealed although sealing was not asked for")
	}
	if _, err := token.Verify(key, keyusage.GSSAPI_ACCEPTOR_SEAL); err != nil {
		return nil, err
	}
	return token.Payload, nil
}

// DeleteSecContext forgets the keys.
func (g *gssContext) DeleteSecContext() error {
	*g = gssContext{}
	return nil
}

// channelBinding is the tls-server-end-point binding (RFC 5929 section 4) of a
// TLS connection in the form of RFC 4121 section 4.1.1.2: a sign-in that is
// relayed through another TLS connection is refused.
func channelBinding(c net.Conn) (sum [md5.Size]byte, err error) {
	secure, ok := c.(*tls.Conn)
	if !ok {
		return sum, errors.New("Kerberos sign-in without TLS")
	}
	certs := secure.ConnectionState().PeerCertificates
	if len(certs) == 0 {
		return sum, errors.New("the server has no certificate to bind the sign-in to")
	}
	h := endPointHash(certs[0].SignatureAlgorithm)
	if h == 0 {
		return sum, nil // RFC 5929 leaves it undefined: no binding
	}
	hash := h.New()
	hash.Write(certs[0].Raw)
	return bindingOf(hash.Sum(nil)), nil
}

// bindingOf is the MD5 of the channel bindings structure: type and length of
// both addresses, all zero, then length and content of the application data.
func bindingOf(certificateHash []byte) [md5.Size]byte {
	data := append([]byte("tls-server-end-point:"), certificateHash...)
	b := binary.LittleEndian.AppendUint32(make([]byte, 16), uint32(len(data)))
	return md5.Sum(append(b, data...))
}

// endPointHash is the hash of the certificate's signature, SHA-256 instead of
// weaker ones.
func endPointHash(a x509.SignatureAlgorithm) crypto.Hash {
	switch a {
	case x509.SHA384WithRSA, x509.ECDSAWithSHA384, x509.SHA384WithRSAPSS:
		return crypto.SHA384
	case x509.SHA512WithRSA, x509.ECDSAWithSHA512, x509.SHA512WithRSAPSS:
		return crypto.SHA512
	case x509.PureEd25519, x509.UnknownSignatureAlgorithm:
		return 0
	}
	return crypto.SHA256
}
