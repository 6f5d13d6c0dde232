// SPDX-License-Identifier: MPL-2.0

package samba

import (
	"context"
	"path/filepath"
	"testing"
)

// recycleBin is the GUID of the optional feature ([MS-ADTS] 3.1.1.9.1).
const recycleBin = "766ddcd8-acd0-445e-f3b9-a7f9b6744f2a"

// enableRecycleBin sets the feature. Samba lets nobody do it over LDAP, the
// administrator included, so that the database is opened by its own library.
const enableRecycleBin = `
import sys, ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
lp = LoadParm()
lp.load(sys.argv[1])
db = SamDB(url=sys.argv[2], session_info=system_session(lp), lp=lp)
m = ldb.Message()
m.dn = ldb.Dn(db, "")
m["feature"] = ldb.MessageElement("CN=Partitions," + str(db.get_config_basedn()) + ":" + sys.argv[3], ldb.FLAG_MOD_ADD, "enableOptionalFeature")
db.modify(m)
`

// EnableRecycleBin enables the recycle bin of the forest, which nobody can undo.
func (d *Domain) EnableRecycleBin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	_, err := d.run(ctx, "/usr/bin/python3", "-c", enableRecycleBin, d.path("smb.conf"), d.path("samba", "private", "sam.ldb"), recycleBin)
	return err
}

// WithRecycleBin returns a domain of the test's own whose recycle bin is enabled.
// The shared one is down meanwhile, because both need the standard ports.
func WithRecycleBin(t testing.TB) *Domain {
	t.Helper()
	dir := testDirectory(t)
	if other := shared.domain; other != nil {
		if err := other.Stop(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := other.Restart(context.Background()); err != nil {
				t.Errorf("starting the domain of the other tests again: %v", err)
			}
		})
	}
	d, err := Start(t.Context(), Options{Dir: filepath.Join(dir, "recycling")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := d.EnableRecycleBin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d
}
