// SPDX-License-Identifier: MPL-2.0

package source

import (
	"fmt"
	"strings"
	"testing"
)

// TestManagerReference: managers who are named by another column than the worker id are found by it, whoever
// comes first in the file; nobody is guessed.
func TestManagerReference(t *testing.T) {
	const boss = "1|T|||||| Doe,  Ann" // who has left
	for _, tt := range []struct {
		name string
		spec Spec
		rows []string
		want string // manager of worker 9, and the end of the problem or warning
	}{
		{"by name", Spec{}, []string{"9|||||Doe, Ann||Bo", boss}, "1"},
		{"other case and blanks", Spec{}, []string{boss, "9|||||DOE,  ann ||Bo"}, "1"},
		{"composed and decomposed letters", Spec{}, []string{"1|||||||Zo\u00eb", "9|||||Zoe\u0308||Bo"}, "1"},
		{"blank", Spec{}, []string{boss, "9|||||||Bo"}, ""},
		{"a word for none", Spec{NoManager: []string{"n/a"}}, []string{"1|||||||n/a", "9|||||n/a||Bo"}, ""},
		{"a null word", Spec{NullValues: []string{"NULL"}}, []string{"1|T||||||NULL", "2|T||||||NULL", "9|||||NULL||Bo"}, ""},
		{"two of the name", Spec{}, []string{"1|||||||Ann", "2|T||||||ann", "9|||||Ann||Bo"},
			`! row 4, column "Boss": found "Ann", which several workers have in the column "Name" (manager_reference): ` +
				`worker "1" (row 2), worker "2" (row 3); expected what one worker has: the manager is not guessed`},
		{"two of the name, who is one of them", Spec{}, []string{"1|||||||Ann", "9|||||ann||Ann"}, "! row 3"},
		{"nobody", Spec{}, []string{boss, "9|||||Ann Bo||Bo"},
			`Name=Ann Bo? 1 worker with a manager who is not among the records: worker "9" (row 3) names "Name=Ann Bo"`},
		{"the other order", Spec{}, []string{boss, "9|||||Ann Doe||Bo"}, `Name=Ann Doe? 1 worker with a manager who is not among ` +
			`the records: worker "9" (row 3) names "Name=Ann Doe" (worker "1" has "doe, ann" in the column "Name")`},
		{"a worker id is no name", Spec{}, []string{boss, "9|||||1||Bo"}, "Name=1?"},
		{"oneself", Spec{}, []string{boss, "9|||||bo||Bo"}, `! row 3, column "Boss": the worker is their own manager`},
		{"oneself, as no manager", Spec{SelfManaged: true}, []string{boss, "9|||||bo||Bo"}, ""},
		{"worker id by word", Spec{ManagerReference: ByWorkerID}, []string{boss, "9|||||1||Bo"}, "1"},
		{"worker id by its column", Spec{ManagerReference: "ID"}, []string{boss, "9|||||1||Bo"}, "1"},
		{"a column that is no attribute", Spec{ManagerReference: "DateOfBirth"}, []string{"1||||||||2000-01-02", "9|||||2000-01-02||Bo"}, "1"},
		{"two contracts",
			Spec{PrimaryColumn: "Leave", PrimaryValues: []string{"p"}, Fields: Fields{"worker_id": "ID", "manager_id": "Boss"}},
			[]string{"1||||s|||Ann", "1||||p|||Ann Doe", "9||||p|Ann||Bo"}, "1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.spec.ManagerReference == "" {
				tt.spec.ManagerReference = "Name"
			}
			got, err := build(t, tt.spec, tt.rows...)
			if err != nil {
				t.Fatal(err)
			}
			w := got.Workers["9"]
			is := w.ManagerID
			if len(w.Problems) > 0 {
				is += "! " + strings.Join(w.Problems, "; ")
			}
			if strings.Contains(is, "=") {
				is += "? " + strings.Join(got.Warnings, "; ")
			}
			if exact := !strings.ContainsAny(tt.want, "!?"); exact && is != tt.want || !strings.HasPrefix(is, tt.want) {
				t.Errorf("got %q, expected %q", is, tt.want)
			}
			for id, other := range got.Workers {
				if id != "9" && len(other.Problems) > 0 {
					t.Errorf("worker %s has the problems %q as well", id, other.Problems)
				}
			}
		})
	}
}

// TestManagerReferenceOfNobody: a column that tells no manager is the wrong one, and as many as bear one name are not.
func TestManagerReferenceOfNobody(t *testing.T) {
	rows := func(boss string) (rows []string) {
		for i := range 8 {
			rows = append(rows, fmt.Sprintf("%d|A|2020-01-01|||%s||Doe, Ann", i+1, boss))
		}
		return rows
	}
	for _, tt := range []struct {
		name string
		spec Spec
		rows []string
		want string
	}{
		{"nobody is found", Spec{ManagerReference: "Name"}, rows("Ann Doe"),
			`column "Boss": none of 8 workers names a manager by what one worker has in the column "Name", expected that of ` +
				`manager_reference to be the column that managers are named by: ` +
				`the first is "Ann Doe" (worker "1" has "doe, ann" in the column "Name")`},
		{"everybody has it", Spec{ManagerReference: "Name"}, rows("Doe, Ann"), "none of 8 workers names a manager by what one worker has"},
		{"no such column", Spec{ManagerReference: "Nam"}, rows(""), `manager_reference: there is no column "Nam" (did you mean "Name"?)`},
		{"no such column, of a sparse source", Spec{ManagerReference: "Nam", Sparse: true}, rows("x"),
			`manager_reference: there is no column "Nam"`},
		{"nothing fills manager_id", Spec{ManagerReference: "Name", Fields: Fields{"worker_id": "ID"}}, rows(""),
			"manager_reference: nothing fills manager_id"},
		{"no text", Spec{ManagerReference: "DateOfBirth"}, []string{"1||||||||\xff"},
			`column "DateOfBirth", worker "1": found "\xff", expected text in UTF-8`},
		{"an id twice", Spec{ManagerReference: "Name", ReferenceIsID: true}, rows(""),
			`row 3, column "Name", worker "2": found "Doe, Ann", which worker "1" has as well, expected each once: managers are named by it`},
	} {
		if _, err := build(t, tt.spec, tt.rows...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, expected %q in it", tt.name, err, tt.want)
		}
	}
	if got, err := build(t, Spec{ManagerReference: "Nam", Sparse: true}, rows("")...); err != nil || len(got.Warnings) == 0 {
		t.Errorf("a sparse source without managers: got %v, %v", got, err)
	}
	both := append(rows("boss"), "77|||||||boss", "78|||||||BOSS", "79|||||ann||Bo", "80|||||||Ann")
	if got, err := build(t, Spec{ManagerReference: "Name"}, both...); err != nil ||
		len(got.Workers["1"].Problems) != 1 || len(got.Workers["79"].Problems) != 0 {
		t.Errorf("many name one of two: got %v, %v", got, err)
	}
}
