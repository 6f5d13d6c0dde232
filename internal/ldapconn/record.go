// SPDX-License-Identifier: MPL-2.0

package ldapconn

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"terraform-provider-workforce/internal/audit"
)

// begin puts a write on record, once for each time that it is sent.
func (c *Client) begin(ctx context.Context, cn *conn, r request) (*audit.Pending, error) {
	if c.settings.Audit == nil {
		return nil, nil
	}
	w := r.describe()
	w.Target, w.Tenant, w.Server, w.Identity = "Active Directory", cn.pin.root.DefaultNamingContext, cn.pin.target.String(), c.settings.auth.identity()
	if w.Identity == "" {
		w.Identity = "client certificate"
	}
	w.Operation, w.Path, w.PathAttribute = r.op, r.dn, "cn"
	if strings.HasPrefix(w.Path, "<GUID=") {
		w.Path = ""
	}
	if s := audit.SubjectOf(ctx); w.Subject.Kind == audit.Account {
		w.Subject.Kind = s.Kind
	}
	return c.settings.Audit.Begin(ctx, w)
}

// outcome is how a write ended that was sent once; sent says that something left this machine.
func (c *Client) outcome(err error, sent bool) audit.Outcome {
	var answer *ldap.Error
	switch {
	case err == nil:
		return audit.Outcome{Status: audit.Success}
	case errors.As(err, &answer) && fromServer(answer):
		return audit.Outcome{Status: audit.Failure, Code: strconv.Itoa(int(answer.ResultCode)), Detail: c.scrub(tidy(answer.Err.Error()))}
	case !sent:
		return audit.Outcome{Status: audit.Failure, Detail: "it was not sent: " + c.scrub(err.Error())}
	}
	return audit.Outcome{Status: audit.Unknown, Detail: c.scrub(err.Error())}
}

func describeAdd(req *ldap.AddRequest) audit.Write {
	w := audit.Write{Activity: audit.Create}
	for _, a := range req.Attributes {
		w.Changes = append(w.Changes, audit.AttributeChange{Attribute: a.Type, Known: true, New: a.Vals})
		if strings.EqualFold(a.Type, "objectClass") {
			w.Subject.Kind = kindOfClass(a.Vals)
		}
	}
	return w
}

func kindOfClass(classes []string) audit.Kind {
	for _, class := range classes {
		switch strings.ToLower(class) {
		case "group":
			return audit.Group
		case "organizationalunit":
			return audit.Unit
		}
	}
	return audit.Account
}

func describeModifyDN(req *ldap.ModifyDNRequest) audit.Write {
	w := audit.Write{Activity: audit.Move}
	old, parent := split(req.DN)
	if now := value(req.NewRDN); now != old {
		w.Changes = append(w.Changes, audit.AttributeChange{Attribute: "cn", Old: []string{old}, Known: true, New: []string{now}})
	}
	if req.NewSuperior != "" {
		moved := audit.AttributeChange{Attribute: "container", Old: []string{parent}, Known: true, New: []string{req.NewSuperior}}
		w.Changes = append(w.Changes, moved)
	}
	return w
}

// split returns the value of the first component of a distinguished name, and the rest.
func split(dn string) (name, parent string) {
	parsed, err := ldap.ParseDN(dn)
	if err != nil || len(parsed.RDNs) == 0 || len(parsed.RDNs[0].Attributes) == 0 {
		return dn, ""
	}
	name = parsed.RDNs[0].Attributes[0].Value
	parsed.RDNs = parsed.RDNs[1:]
	return name, parsed.String()
}

func value(rdn string) string {
	name, _ := split(rdn)
	return name
}

// describeModify sums a modification up. before knows what attributes hold, as far as anybody does.
func describeModify(req *ldap.ModifyRequest, before func(string) ([]string, bool)) audit.Write {
	w := audit.Write{}
	at := map[string]int{}
	for _, c := range req.Changes {
		name := c.Modification.Type
		i, known := at[strings.ToLower(name)]
		if !known {
			i = len(w.Changes)
			at[strings.ToLower(name)], w.Changes = i, append(w.Changes, audit.AttributeChange{Attribute: name})
		}
		one := &w.Changes[i]
		switch c.Operation {
		case ldap.ReplaceAttribute:
			one.New = c.Modification.Vals
		case ldap.AddAttribute:
			one.Part, one.New = true, append(one.New, c.Modification.Vals...)
		case ldap.DeleteAttribute:
			if one.Part = len(c.Modification.Vals) > 0; one.Part {
				one.Gone = append(one.Gone, c.Modification.Vals...)
			}
		}
	}
	for _, c := range w.Changes {
		if a := activityOf(c, before); rank(a) > rank(w.Activity) {
			w.Activity = a
		}
	}
	if i, grouped := at["member"]; grouped {
		members := w.Changes[i]
		w.Subject.Kind, w.Changes = audit.Group, slices.Delete(w.Changes, i, i+1)
		for _, v := range append(slices.Clone(members.New), members.Gone...) {
			w.Members = append(w.Members, audit.Member{ID: strings.TrimSuffix(strings.TrimPrefix(v, "<GUID="), ">")})
		}
	}
	return w
}

// ranks order activities by what matters most for access.
var ranks = []audit.Activity{audit.Update, audit.Unlock, audit.ResetPassword, audit.Enable, audit.Restore, audit.Disable, audit.AddMembers, audit.RemoveMembers}

func rank(a audit.Activity) int { return slices.Index(ranks, a) }

// activityOf says what the change of one attribute means for the account.
func activityOf(c audit.AttributeChange, before func(string) ([]string, bool)) audit.Activity {
	switch strings.ToLower(c.Attribute) {
	case "unicodepwd", "userpassword":
		return audit.ResetPassword
	case "lockouttime":
		return audit.Unlock
	case "isdeleted":
		return audit.Restore
	case "member":
		if len(c.Gone) > 0 {
			return audit.RemoveMembers
		}
		return audit.AddMembers
	case "useraccountcontrol":
		now := disabled(c.New)
		if before != nil {
			if old, known := before(c.Attribute); known && disabled(old) == now {
				return audit.Update
			}
		}
		if now {
			return audit.Disable
		}
		return audit.Enable
	}
	return audit.Update
}

// disabled reads ACCOUNTDISABLE of userAccountControl ([MS-ADTS] 2.2.16).
func disabled(control []string) bool {
	if len(control) != 1 {
		return false
	}
	bits, err := strconv.ParseInt(control[0], 10, 64)
	return err == nil && bits&0x2 != 0
}
