// SPDX-License-Identifier: MPL-2.0

package company

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func table(t *testing.T, c *Company) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSameSeedSameBytes(t *testing.T) {
	a, b, other := table(t, New(1, 1000)), table(t, New(1, 1000)), table(t, New(2, 1000))
	if !bytes.Equal(a, b) {
		t.Error("the same seed made two companies")
	}
	if bytes.Equal(a, other) {
		t.Error("two seeds made the same company")
	}
	if longer := table(t, New(1, 2000)); !bytes.HasPrefix(longer, a) {
		t.Error("a worker depends on the size of the company")
	}
	// Fixed for ever: whoever changes this changes every demo and fixture that was made of it.
	sum := sha256.Sum256(a)
	if got, want := hex.EncodeToString(sum[:8]), "395582b581321d8b"; got != want {
		t.Errorf("the company of seed 1 is %s, was %s", got, want)
	}
}

func TestManagersFormATree(t *testing.T) {
	for _, n := range []int{-1, 0, 1, 2, 8, 9, 65, 1000, 100_000} {
		c := New(3, n)
		if len(c.Workers) != max(n, 0) {
			t.Fatalf("%d workers, want %d", len(c.Workers), n)
		}
		for _, w := range c.Workers {
			steps := 0
			for m := w; m.ManagerID != ""; m = c.Worker(m.ManagerID) {
				if steps++; steps > 10 || c.Worker(m.ManagerID) == nil {
					t.Fatalf("n=%d: the managers of %s do not end, or %s does not exist", n, w.ID, m.ManagerID)
				}
			}
			if m := c.Worker(w.ManagerID); m != nil && (m.Status != "Active" || m.HireDate > c.day(0)) {
				t.Errorf("n=%d: %s reports to %s, who does not work here now", n, w.ID, m.ID)
			}
		}
		if n > 0 && len(c.byID) != n {
			t.Errorf("n=%d: %d ids", n, len(c.byID))
		}
	}
}

func TestEveryKindOfWorker(t *testing.T) {
	c := NewAt(1, 1000, time.Date(2030, 2, 28, 0, 0, 0, 0, time.UTC))
	today := "2030-02-28"
	count := map[string]int{}
	for _, w := range c.Workers {
		for kind, is := range map[string]bool{
			"left":          w.LastDayOfWork != "" && w.LastDayOfWork < today && w.Status == "Inactive",
			"leaves":        w.Type == "Employee" && w.LastDayOfWork >= today && w.Status == "Active",
			"starts":        w.HireDate > today,
			"on leave":      w.OnLeave,
			"contractor":    w.Type == "Contractor",
			"Wei Li":        w.FirstName+" "+w.LastName == "Wei Li",
			"comma":         strings.Contains(w.LastName, ","),
			"quote":         strings.Contains(w.FirstName, `"`),
			"backslash":     strings.Contains(w.FirstName, `\`),
			"O'Brien":       w.LastName == "O'Brien",
			"without ASCII": w.LastName != "" && strings.IndexFunc(w.LastName, func(r rune) bool { return r < 0x80 }) < 0,
		} {
			if is {
				count[kind]++
			}
		}
		if w.LastDayOfWork > w.TerminationDate || w.TerminationDate != "" && w.TerminationDate < w.HireDate && w.HireDate <= today {
			t.Errorf("%s: hired %s, last day %s, end %s", w.ID, w.HireDate, w.LastDayOfWork, w.TerminationDate)
		}
		if _, err := time.LoadLocation(w.TimeZone); err != nil {
			t.Errorf("%s: %v", w.ID, err)
		}
		if w.FirstName == "" || w.LastName == "" || w.Department == "" || !strings.HasPrefix(w.OfficePhone, "+") {
			t.Errorf("%s is not complete: %q", w.ID, w.Row())
		}
	}
	for kind, least := range map[string]int{"left": 10, "leaves": 5, "starts": 10, "on leave": 10, "contractor": 50, "Wei Li": 40, "comma": 1, "quote": 1, "backslash": 1, "O'Brien": 1, "without ASCII": 20} {
		if count[kind] < least {
			t.Errorf("%s: %d, want at least %d", kind, count[kind], least)
		}
	}
	if count["Wei Li"] != 40 {
		t.Errorf("Wei Li: %d, want 40", count["Wei Li"])
	}
}

func TestCSVReadsBack(t *testing.T) {
	c := New(1, 1500)
	rows, err := csv.NewReader(bytes.NewReader(table(t, c))).ReadAll()
	if err != nil || len(rows) != 1501 {
		t.Fatal(len(rows), err)
	}
	for i, w := range c.Workers {
		if got := strings.Join(rows[i+1], "|"); got != strings.Join(w.Row(), "|") || !utf8.ValidString(got) {
			t.Fatalf("row %d is %q", i+1, got)
		}
	}
	if len(rows[0]) != len(Columns) || len(c.Workers[0].Row()) != len(Columns) {
		t.Error("rows and columns differ")
	}
}

func TestChanges(t *testing.T) {
	c := New(1, 100)
	for name, err := range map[string]error{
		"move":    c.Move("000010", "Legal"),
		"promote": c.Promote("000010", "Counsel"),
		"rename":  c.Rename("000010", "Ødegård"),
		"report":  c.Report("000010", "000001"),
		"leave":   c.Leave("000011", "2026-01-14"),
		"later":   c.Leave("000012", "2026-01-15"),
		"end":     c.Leave("000013", "2025-12-31"),
		"return":  c.Return("000013", "2026-02-01"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	w := c.Worker("000010")
	if w.Department != "Legal" || w.JobTitle != "Counsel" || w.LastName != "Ødegård" || w.ManagerID != "000001" {
		t.Errorf("changed to %+v", w)
	}
	if w := c.Worker("000011"); w.Status != "Inactive" || w.LastDayOfWork != "2026-01-14" {
		t.Errorf("left: %+v", w)
	}
	if w := c.Worker("000012"); w.Status != "Active" || w.TerminationDate != "2026-01-15" {
		t.Errorf("leaves today: %+v", w)
	}
	if w := c.Worker("000013"); w.Status != "Active" || w.TerminationDate != "" || w.HireDate != "2026-02-01" {
		t.Errorf("returned: %+v", w)
	}
	joined, err := c.Join("Jo", "Doe", "2026-02-01", "")
	if err != nil || joined.ID != "000101" || c.Worker("000101") != joined || joined.ManagerID != "000001" || joined.Status != "Active" {
		t.Errorf("joined: %+v, %v", joined, err)
	}
	_, badDate := c.Join("Jo", "Doe", "1.2.2026", "")
	_, badManager := c.Join("Jo", "Doe", "2026-02-01", "7")
	for name, err := range map[string]error{
		"unknown worker":  c.Move("7", "Legal"),
		"bad last day":    c.Leave("000010", "2026-02-30"),
		"bad return":      c.Return("000010", ""),
		"cycle":           c.Report("000001", "000010"),
		"unknown manager": c.Report("000010", "7"),
		"bad join":        badDate,
		"bad manager":     badManager,
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	c.Shorten(50)
	if len(c.Workers) != 50 || c.Worker("000051") != nil || c.Worker("000050") == nil {
		t.Errorf("shortened to %d", len(c.Workers))
	}
}

func TestMess(t *testing.T) {
	c := New(1, 10)
	clean := len(c.Workers)
	c.Mess()
	seen := map[string]bool{}
	for _, w := range c.Workers[clean:] {
		if seen[w.JobTitle] {
			t.Errorf("fault %q twice", w.JobTitle)
		}
		seen[w.JobTitle] = true
	}
	if len(seen) < 15 {
		t.Errorf("%d faults", len(seen))
	}
	if got := c.Workers[clean+1].ID; got != c.Workers[0].ID {
		t.Errorf("%q is not the id of another", got)
	}
	if rows, err := csv.NewReader(bytes.NewReader(table(t, c))).ReadAll(); err != nil || len(rows) != 1+len(c.Workers) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

func BenchmarkNew100000(b *testing.B) {
	for b.Loop() {
		New(1, 100_000)
	}
}
