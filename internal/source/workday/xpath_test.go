// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/antchfx/xmlquery"
	"github.com/antchfx/xpath"
)

// more are XPaths beside Microsoft's: what people configure.
var more = []string{
	"wd:Worker/wd:Worker_Data/wd:Universal_ID/text()",
	"/wd:Worker/wd:Worker_Data/wd:User_ID",
	"wd:Worker/wd:Worker_Data/wd:User_Account_Data/wd:User_Name/text()",
	"wd:Worker/wd:Worker_Data/wd:Employment_Data/wd:Worker_Job_Data[@wd:Primary_Job=0]/wd:Position_Data/wd:Business_Title/text()",
	"wd:Worker/wd:Worker_Data/wd:Organization_Data/wd:Worker_Organization_Data[wd:Organization_Data/wd:Organization_Type_Reference/@wd:Descriptor='Cost Center']/wd:Organization_Data/wd:Organization_Code/text()",
	"//wd:Phone_Data/@wd:Formatted_Phone",
	"wd:Worker//wd:Email_Address",
	"wd:Worker/*/wd:Worker_ID",
	"concat(wd:Worker/wd:Worker_Data/wd:Worker_ID, '-', normalize-space(wd:Worker/wd:Worker_Data/wd:User_ID))",
	"count(wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data)",
	"string-length(wd:Worker/wd:Worker_Data/wd:Worker_ID)",
	"starts-with(wd:Worker/wd:Worker_Data/wd:Worker_ID, '0')",
	"substring-before(wd:Worker/wd:Worker_Data/wd:Employment_Data/wd:Worker_Status_Data/wd:Hire_Date, '-')",
	"wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data[2]/@wd:Formatted_Phone",
	"wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data[last()]/wd:Phone_Device_Type_Reference/wd:ID[@wd:type=\"Phone_Device_Type_ID\"]/text()",
	"wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data[contains(@wd:Formatted_Phone,'206') and not(wd:Usage_Data/@wd:Public='1')]/@wd:Formatted_Phone",
	"wd:Worker/wd:Worker_Data/wd:Worker_ID | wd:Worker/wd:Worker_Data/wd:User_ID",
	"wd:Worker/wd:Worker_Reference/@wd:Descriptor",
	"wd:Worker/wd:Worker_Data/wd:Organization_Data/wd:Worker_Organization_Data[wd:Organization_Data/wd:Organization_Type_Reference/wd:ID='COST_CENTER' or wd:Organization_Data/wd:Organization_Code='PG-1']/wd:Organization_Data/wd:Organization_Code/text()",
	"wd:Worker/wd:Worker_Data/wd:Organization_Data/wd:Worker_Organization_Data[string(wd:Nothing)='']/wd:Organization_Data/wd:Organization_Code/text()",
	"wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data[wd:Usage_Data/wd:Type_Data/@wd:Primary=1 and wd:Usage_Data/@wd:Public=0]/@wd:Formatted_Phone",
	"wd:Worker/wd:Worker_Data/wd:Personal_Data/wd:Contact_Data/wd:Phone_Data[string(wd:Phone_Device_Type_Reference/wd:ID)='Mobile']/@wd:Formatted_Phone",
	"wd:Worker/wd:Worker_Data/wd:Worker_ID/../wd:User_ID",
	"wd:Worker/wd:Nothing/wd:Of/wd:This",
	"wd:Worker/wd:Worker_Data/wd:Employment_Data/wd:Worker_Status_Data[wd:Active=1]/wd:Hire_Date/text()",
}

// TestXPaths holds what the steps followed directly find against the XPath
// library's own tree and evaluation, for all attributes of Microsoft's connector
// and more.
func TestXPaths(t *testing.T) {
	for _, version := range []float64{21.1, 44.2} {
		_, c := tenant(t, 60)
		s := map[float64]string{21.1: "v21.1", 44.2: "v44.2"}[version]
		text := wholePage(t, c, s)
		doc, err := xmlquery.Parse(strings.NewReader(normal(text)))
		if err != nil {
			t.Fatal(err)
		}
		workers, err := xmlquery.QueryAll(doc, "//wd:Worker")
		if err != nil || len(workers) < 50 {
			t.Fatalf("%d workers, %v", len(workers), err)
		}
		paths := slices.Concat(slices.Sorted(maps.Values(XPaths(version))), more)
		filled := map[string]int{}
		for _, path := range paths {
			expr := xpath.MustCompile(path)
			one, err := compile(path)
			if err != nil {
				t.Errorf("%v", err)
				continue
			}
			i := 0
			_, err = parse(text, workerDepth, "Worker", func(tr *tree, n int32) error {
				found, err := one.results(tr, tr.nodes[n].parent, nil)
				if err != nil {
					return err
				}
				var got []string
				for _, m := range found {
					got = append(got, m.text)
				}
				want := library(expr, workers[i])
				if !slices.Equal(got, want) {
					t.Errorf("%s, worker %d: got %q, the library finds %q", path, i+1, got, want)
				}
				filled[path] += len(got)
				i++
				return nil
			})
			if err != nil || i != len(workers) {
				t.Fatalf("%s: %d workers, %v", path, i, err)
			}
		}
		for _, name := range []string{"Company", "EmailAddress", "ManagerReference", "WorkerType", "LeaveAbsenceType", "SupervisoryOrganization", "Mobile", "JobFamilyID", "LocationIdentifier", "StatusRehire"} {
			if filled[XPaths(version)[name]] == 0 {
				t.Errorf("version %v: %s is never filled: the comparison says nothing", version, name)
			}
		}
	}
}

// library evaluates an expression with the XPath library alone, below a root that
// has one worker only.
func library(expr *xpath.Expr, worker *xmlquery.Node) (texts []string) {
	root := &xmlquery.Node{Type: xmlquery.DocumentNode}
	alone := *worker
	alone.Parent, alone.PrevSibling, alone.NextSibling = nil, nil, nil
	for c := alone.FirstChild; c != nil; c = c.NextSibling {
		c.Parent = &alone
	}
	xmlquery.AddChild(root, &alone)
	switch v := expr.Evaluate(xmlquery.CreateXPathNavigator(root)).(type) {
	case *xpath.NodeIterator:
		for v.MoveNext() {
			texts = append(texts, v.Current().Value())
		}
	case string:
		texts = []string{v}
	case bool:
		texts = []string{map[bool]string{true: "1", false: "0"}[v]}
	case float64:
		texts = []string{strings.TrimSuffix(strings.TrimRight(strings.TrimRight(formatFloat(v), "0"), "."), ".")}
	}
	return texts
}

func TestCompileErrors(t *testing.T) {
	for _, path := range []string{"", " ", "wd:Worker[", "wd:Worker/wd:Worker_Data[@wd:x=", "unknown()", "wd:Worker/wd:A[substring('a')]", "wd:Worker/]", "1 +", "///"} {
		if s, err := compile(path); err == nil {
			t.Errorf("%q: got %+v, want an error", path, s)
		} else if !strings.Contains(err.Error(), "XPath") {
			t.Errorf("%q: %v does not say what it is about", path, err)
		}
	}
}

// TestSteps holds what is followed directly apart from what is not: a mistake
// there would be found by nobody.
func TestSteps(t *testing.T) {
	for _, tt := range []struct {
		path  string
		steps int
		rest  bool
	}{
		{"wd:Worker/wd:Worker_Data/wd:User_ID/text()", 3, false},
		{"/wd:Worker/wd:Worker_Reference/wd:ID[@wd:type='a/b']/text()", 3, false},
		{"wd:Worker/wd:A[@wd:b=1]/@wd:C", 2, false},
		{"wd:Worker/wd:A[wd:b='1']/wd:C", 3, false},
		{"wd:Worker/wd:A[1]/wd:C", 1, true},
		{"wd:Worker/wd:A[@wd:b='1' and @wd:c='2']/wd:C", 3, false},
		{"wd:Worker/wd:A[@wd:b='1' or wd:X/@wd:c='2']/wd:C", 3, false},
		{"wd:Worker/wd:A[@wd:b='1' or @wd:c='2' and @wd:d='3']/wd:C", 1, true},
		{"wd:Worker/wd:A[string(wd:B/wd:ID[@wd:type='x'])='y and z']", 2, false},
		{"wd:Worker/wd:A[translate(string(wd:B),'abc','ABC')='X']", 1, true},
		{"wd:Worker/wd:A[translate(wd:B,'abcdefghijklmnopqrstuvwxyz','ABCDEFGHIJKLMNOPQRSTUVWXYZ')='X']", 1, true},
		{"wd:Worker/wd:A[not(wd:B)='x']", 1, true},
		{"wd:Worker/wd:A[wd:B=wd:C]", 1, true},
		{"wd:Worker/wd:A[wd:B]", 1, true},
		{"wd:Worker/wd:A[.='x']", 1, true},
		{"wd:Worker/wd:A[wd:B=-1]", 1, true},
		{"wd:Worker/wd:A[@wd:b!='1']", 1, true},
		{"wd:Worker/wd:A[@wd:b>=1]", 1, true},
		{"//wd:Worker", 0, true},
		{"wd:Worker//wd:A", 0, true},
		{"string(wd:Worker)", 0, true},
		{"wd:Worker/wd:A/text()[1]", 2, true},
		{"wd:Worker/wd:A/..", 2, true},
		{"wd:Worker/wd:A | wd:Worker/wd:B", 0, true},
		{"wd:Worker/other:A", 1, true},
		{"wd:Worker/wd:A[@wd:b='x'][2]", 1, true},
	} {
		s, err := compile(tt.path)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if len(s.steps) != tt.steps || (s.rest != nil) != tt.rest {
			t.Errorf("%s: got %d steps and rest %v, want %d and %v", tt.path, len(s.steps), s.rest, tt.steps, tt.rest)
		}
	}
}
