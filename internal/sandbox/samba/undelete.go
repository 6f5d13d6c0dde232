// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"encoding/json"
	"strings"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// undelete is a request that takes a deleted object out of the recycle bin
// ([MS-ADTS] 3.1.1.5.3.7.2): it removes isDeleted and replaces distinguishedName.
type undelete struct {
	From    string              `json:"from"`
	To      string              `json:"to"`
	Replace map[string][]string `json:"replace"`
}

// parseUndelete reads a request to modify; nil when it is about something else.
func parseUndelete(raw []byte) *undelete {
	packet, err := ber.DecodePacketErr(raw)
	if err != nil || len(packet.Children) < 2 || len(packet.Children[1].Children) != 2 {
		return nil
	}
	u := &undelete{From: packet.Children[1].Children[0].Data.String(), Replace: map[string][]string{}}
	revives := false
	for _, change := range packet.Children[1].Children[1].Children {
		if len(change.Children) != 2 || len(change.Children[1].Children) != 2 {
			return nil
		}
		name := change.Children[1].Children[0].Data.String()
		values := []string{}
		for _, v := range change.Children[1].Children[1].Children {
			values = append(values, v.Data.String())
		}
		switch {
		case strings.EqualFold(name, "isDeleted"):
			revives = change.Children[0].Value == int64(ldap.DeleteAttribute)
		case strings.EqualFold(name, "distinguishedName") && len(values) == 1:
			u.To = values[0]
		default:
			u.Replace[name] = values
		}
	}
	if !revives || u.To == "" {
		return nil
	}
	return u
}

// carryOut does what Samba cannot: it restores tombstones, and fails on objects of
// the recycle bin, which lack an attribute that it insists on removing.
const carryOut = `
import json, sys, ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
lp = LoadParm()
lp.load(sys.argv[1])
db = SamDB(url=sys.argv[2], session_info=system_session(lp), lp=lp)
u = json.loads(sys.argv[3])
controls = ["show_deleted:1", "relax:0", "local_oid:1.3.6.1.4.1.7165.4.3.24:0"]
db.transaction_start()
try:
    db.rename(u["from"], u["to"], controls=controls)
    m = ldb.Message()
    m.dn = ldb.Dn(db, u["to"])
    m["deleted"] = ldb.MessageElement([], ldb.FLAG_MOD_DELETE, "isDeleted")
    # The recycle bin keeps everything but these two.
    m["category"] = ldb.MessageElement("CN=Person,CN=Schema," + str(db.get_config_basedn()), ldb.FLAG_MOD_REPLACE, "objectCategory")
    m["type"] = ldb.MessageElement("805306368", ldb.FLAG_MOD_REPLACE, "sAMAccountType")
    for name in ["lastKnownParent", "msDS-LastKnownRDN"]:
        m[name] = ldb.MessageElement([], ldb.FLAG_MOD_REPLACE, name)
    for name in ["sAMAccountName", "userPrincipalName"]:
        if name in u["replace"]:
            m[name] = ldb.MessageElement(u["replace"].pop(name), ldb.FLAG_MOD_REPLACE, name)
    db.modify(m, controls=controls)
    # Samba looks for some of what it changes among the living.
    rest = ldb.Message()
    rest.dn = m.dn
    for name, values in u["replace"].items():
        rest[name] = ldb.MessageElement(values, ldb.FLAG_MOD_REPLACE, name)
    if u["replace"]:
        db.modify(rest)
except ldb.LdbError as e:
    db.transaction_cancel()
    print(json.dumps({"code": e.args[0], "text": e.args[1]}))
    sys.exit(0)
db.transaction_commit()
print("{}")
`

// undeletes returns what a request takes out of the recycle bin; nil when Samba can deal with it.
func (p *Proxy) undeletes(m message) *undelete {
	if p.undelete == nil || Op(m.tag) != Modify {
		return nil
	}
	return parseUndelete(m.raw)
}

// undelete carries out a request and returns its LDAP result code and what the server says to it.
func (d *Domain) undelete(u *undelete) (code int, text string) {
	ctx, cancel := context.WithTimeout(context.Background(), clientTimeout)
	defer cancel()
	var answer struct {
		Code int    `json:"code"`
		Text string `json:"text"`
	}
	doc, err := json.Marshal(u)
	if err == nil {
		var out string
		if out, err = d.run(ctx, "/usr/bin/python3", "-c", carryOut, d.path("smb.conf"), d.path("samba", "private", "sam.ldb"), string(doc)); err == nil {
			err = json.Unmarshal([]byte(out), &answer)
		}
	}
	if err != nil {
		return ldap.LDAPResultOther, err.Error()
	}
	return answer.Code, answer.Text
}
