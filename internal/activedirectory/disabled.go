// SPDX-License-Identifier: MPL-2.0

package activedirectory

import (
	"context"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"
)

// controlID is userAccountControl (1.2.840.113556.1.4.8) and credentialsID is
// supplementalCredentials (1.2.840.113556.1.4.125) in the prefix table that
// every domain controller starts with ([MS-DRSR] 5.16.4).
const (
	controlID     = 0x00090008
	credentialsID = 0x0009007d
)

// DisabledSince returns, as it is now, when each disabled account was disabled: when its
// userAccountControl was last changed, on whichever domain controller, according
// to the replication metadata of the directory. Accounts that are enabled, gone or without
// readable metadata are absent. ids gives the objectGUID by worker id.
func (d *Domain) DisabledSince(ctx context.Context, ids map[string]string) (map[string]time.Time, error) {
	workers := make(map[string][]string, len(ids))
	guids := make([]string, 0, len(ids))
	for worker, id := range ids {
		guid, err := canonicalGUID(id)
		if err != nil {
			return nil, fmt.Errorf("worker %q: object id: %w", worker, err)
		}
		workers[guid] = append(workers[guid], worker)
		guids = append(guids, guid)
	}
	slices.Sort(guids)
	found, err := d.readSince(ctx, slices.Compact(guids), nil)
	if err != nil {
		return nil, fmt.Errorf("reading since when accounts are disabled: %w", err)
	}
	out := map[string]time.Time{}
	for guid, at := range found {
		for _, worker := range workers[guid] {
			if !at.IsZero() {
				out[worker] = at
			}
		}
	}
	return out, nil
}

// metaData is when each attribute of an object was last changed, by attribute
// id from replPropertyMetaData or by name from msDS-ReplAttributeMetaData.
type metaData struct {
	ids   map[uint32]time.Time
	names map[string]time.Time
}

func readMetaData(e *ldap.Entry) metaData {
	m := metaData{names: map[string]time.Time{}}
	m.ids = parsePropertyMetaData(e.GetEqualFoldRawAttributeValue(attrPropertyMetaData))
	for _, s := range e.GetEqualFoldAttributeValues(attrAttributeMetaData) {
		var x struct {
			Name string `xml:"pszAttributeName"`
			Time string `xml:"ftimeLastOriginatingChange"`
		}
		if xml.Unmarshal([]byte(strings.TrimRight(s, "\x00\n ")), &x) == nil {
			if at, err := time.Parse(time.RFC3339, x.Time); err == nil {
				m.names[strings.ToLower(x.Name)] = at.UTC()
			}
		}
	}
	return m
}

// readable reports whether the server gave any.
func (m metaData) readable() bool { return len(m.ids) > 0 || len(m.names) > 0 }

func (m metaData) changed(id uint32, name string) (time.Time, bool) {
	if at, ok := m.ids[id]; ok {
		return at, true
	}
	at, ok := m.names[strings.ToLower(name)]
	return at, ok
}

// parsePropertyMetaData reads a PROPERTY_META_DATA_VECTOR; nil when the data is
// something else.
func parsePropertyMetaData(b []byte) map[uint32]time.Time {
	var out map[uint32]time.Time
	for m := range properties(b) {
		if out == nil {
			out = map[uint32]time.Time{}
		}
		out[binary.LittleEndian.Uint32(m)] = propertyTime(m)
	}
	return out
}

// properties yields the entries of a PROPERTY_META_DATA_VECTOR: a version of 1, a
// count, and for each attribute its id, version, time in seconds since 1601,
// originating server and update sequence numbers ([MS-DRSR] 5.161). There are none
// when the data is something else.
func properties(b []byte) iter.Seq[[]byte] {
	const head, size = 16, 48
	return func(yield func([]byte) bool) {
		if len(b) < head || binary.LittleEndian.Uint32(b) != 1 {
			return
		}
		n := int(binary.LittleEndian.Uint32(b[8:]))
		if n > (len(b)-head)/size {
			return
		}
		for i := range n {
			if !yield(b[head+i*size:]) {
				return
			}
		}
	}
}

func propertyTime(m []byte) time.Time {
	return fromFiletime(int64(binary.LittleEndian.Uint64(m[8:])) * ticksPerSecond)
}
