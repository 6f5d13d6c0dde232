// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Op is a type of LDAP request: the tag of the protocol operation in its message (RFC 4511 section 4.2 ff.).
type Op byte

// The requests a Proxy counts.
const (
	Bind     Op = 0x60
	Unbind   Op = 0x42
	Search   Op = 0x63
	Modify   Op = 0x66
	Add      Op = 0x68
	Delete   Op = 0x4a
	ModifyDN Op = 0x6c
	Compare  Op = 0x6e
	Abandon  Op = 0x50
	Extended Op = 0x77
)

// Responses that do not complete a request.
const (
	searchResultEntry     = 0x64
	searchResultReference = 0x73
	intermediateResponse  = 0x79
)

// String returns the name of the operation as in RFC 4511.
func (op Op) String() string {
	switch op {
	case Bind:
		return "bind"
	case Unbind:
		return "unbind"
	case Search:
		return "search"
	case Modify:
		return "modify"
	case Add:
		return "add"
	case Delete:
		return "delete"
	case ModifyDN:
		return "modifyDN"
	case Compare:
		return "compare"
	case Abandon:
		return "abandon"
	case Extended:
		return "extended"
	}
	return fmt.Sprintf("operation 0x%02x", byte(op))
}

// writes reports whether requests of the type change something.
func (op Op) writes() bool { return op == Add || op == Modify || op == ModifyDN || op == Delete }

// response returns the tag of the final response to a request; 0 for requests that have none.
func (op Op) response() byte {
	switch op {
	case Unbind, Abandon:
		return 0
	case Search:
		return 0x65
	case Delete:
		return 0x6b
	}
	return byte(op) + 1
}

// maxMessage bounds a message; a domain controller takes 10 MB (MaxReceiveBuffer).
const maxMessage = 64 << 20

// message is one LDAPMessage as it came, with the facts the proxy needs.
type message struct {
	raw []byte
	id  int64
	tag byte
	// abandons is the id of the request that an Abandon ends.
	abandons int64
}

var errMessage = errors.New("not an LDAP message")

// readMessage reads one message without decoding the operation: replies can be large.
func readMessage(r *bufio.Reader) (message, error) {
	head, err := r.Peek(2)
	if err != nil {
		return message{}, err
	}
	if head[0] != 0x30 {
		return message{}, fmt.Errorf("%w: begins with 0x%02x", errMessage, head[0])
	}
	headLength, length := 2, int(head[1])
	if length >= 0x80 {
		headLength += length & 0x7f
		if headLength > 6 || headLength == 2 {
			return message{}, fmt.Errorf("%w: length of %d bytes", errMessage, headLength-2)
		}
		if head, err = r.Peek(headLength); err != nil {
			return message{}, err
		}
		length = 0
		for _, b := range head[2:] {
			length = length<<8 | int(b)
		}
	}
	if length > maxMessage {
		return message{}, fmt.Errorf("%w: %d bytes", errMessage, length)
	}
	raw := make([]byte, headLength+length)
	if _, err := io.ReadFull(r, raw); err != nil {
		return message{}, err
	}
	body := raw[headLength:]
	// messageID INTEGER (0 .. 2147483647), then the operation.
	if len(body) < 2 || body[0] != 0x02 || body[1] > 8 || len(body) < 3+int(body[1]) {
		return message{}, fmt.Errorf("%w: no message id", errMessage)
	}
	id, err := ber.ParseInt64(body[2 : 2+body[1]])
	if err != nil {
		return message{}, fmt.Errorf("%w: %w", errMessage, err)
	}
	operation := body[2+body[1]:]
	m := message{raw: raw, id: id, tag: operation[0]}
	if Op(m.tag) == Abandon && len(operation) > 2 && len(operation) >= 2+int(operation[1]) {
		m.abandons, err = ber.ParseInt64(operation[2 : 2+operation[1]])
	}
	return m, err
}

// writes reports whether a request to modify is about an attribute.
func (m message) writes(attribute string) bool {
	packet, err := ber.DecodePacketErr(m.raw)
	if err != nil || Op(m.tag) != Modify || len(packet.Children) < 2 || len(packet.Children[1].Children) != 2 {
		return false
	}
	return slices.ContainsFunc(packet.Children[1].Children[1].Children, func(change *ber.Packet) bool {
		return len(change.Children) == 2 && len(change.Children[1].Children) > 0 && strings.EqualFold(change.Children[1].Children[0].Data.String(), attribute)
	})
}

// result makes the response to a request with a result code (RFC 4511 section 4.1.9) and a diagnostic message.
func result(op Op, id int64, code int, text string) message {
	packet := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSequence, nil, "LDAPMessage")
	packet.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "messageID"))
	response := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ber.Tag(op.response()&0x1f), nil, op.String())
	response.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(code), "resultCode"))
	response.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", "matchedDN"))
	response.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "diagnosticMessage"))
	packet.AppendChild(response)
	return message{raw: packet.Bytes(), id: id, tag: op.response()}
}
