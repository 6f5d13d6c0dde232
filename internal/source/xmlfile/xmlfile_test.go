// SPDX-License-Identifier: MPL-2.0

package xmlfile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"terraform-provider-workforce/internal/source"
	"terraform-provider-workforce/internal/source/location"
	"terraform-provider-workforce/internal/source/sourcetest"
)

var (
	now  = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	tiny = source.Spec{Fields: source.Fields{"worker_id": "id"}}
)

func config(text string) Config {
	return Config{Location: location.Config{Content: text}, Records: "/r/w"}
}

func document(t *testing.T, r *source.Result) string {
	t.Helper()
	doc, err := r.Workers.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

const report = `<?xml version="1.0" encoding="UTF-8"?>
<!-- an export -->
<wd:Report_Data xmlns:wd="urn:com.workday.report/Staff" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" wd:count="2">
  <wd:Unit code="U1">
    <wd:Report_Entry wd:ref="A">
      <wd:Employee_ID>000123</wd:Employee_ID>
      <wd:Name><wd:First>J&#xFC;rgen</wd:First><wd:Last><![CDATA[O'Neill & Söhne]]></wd:Last></wd:Name>
      <wd:Phone type="work">1</wd:Phone><wd:Phone type="home">2</wd:Phone>
      <wd:Pay>3.50</wd:Pay>
    </wd:Report_Entry>
  </wd:Unit>
  <wd:Unit code="U2">
    <wd:Report_Entry><wd:Employee_ID>000124</wd:Employee_ID><wd:Name xsi:nil="true"/><wd:Pay/></wd:Report_Entry>
  </wd:Unit>
</wd:Report_Data>
<?end of export?>
`

func TestReport(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		spec   source.Spec
		want   string
	}{
		{"all elements by path", func(c *Config) { c.Records = "//Report_Entry" }, source.Spec{Fields: source.Fields{"worker_id": "Employee_ID"}},
			`"attributes":{"@ref":"A","Name":null,"Name/First":"Jürgen","Name/Last":"O'Neill & Söhne","Pay":"3.50","Phone":["1","2"],"Phone/@type":["work","home"]}`},
		{"prefixes", func(c *Config) {
			c.Records, c.Namespaces = "/w:Report_Data/w:Unit/w:Report_Entry", map[string]string{"w": "urn:com.workday.report/Staff"}
			c.Columns = map[string]string{"id": "w:Employee_ID", "first": "w:Name/w:First"}
		}, tiny, `"attributes":{"first":"Jürgen"}`},
		{"expressions", func(c *Config) {
			c.Records, c.Total = "/Report_Data/*/Report_Entry", "/Report_Data/@count"
			c.Columns = map[string]string{"id": "Employee_ID", "work": "Phone[@type='work']", "unit": "../@code", "ref": "@ref", "initial": "substring(Name/First, 1, 1)",
				"phones": "count(Phone)", "paid": "Pay > 3", "text": "Name/Last/text()", "none": "Nothing", "any": "string(Name/First | Name/Last)"}
		}, tiny, `"attributes":{"any":"Jürgen","initial":"J","none":null,"paid":"true","phones":"2","ref":"A","text":"O'Neill & Söhne","unit":"U1","work":"1"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := Config{Location: location.Config{Content: report}}
			tt.change(&c)
			got, err := Read(context.Background(), c, tt.spec, now)
			if err != nil {
				t.Fatal(err)
			}
			if doc := document(t, got); len(got.Workers) != 2 || !strings.Contains(doc, tt.want) || !strings.Contains(doc, `"000124"`) {
				t.Errorf("got %s, want %s", doc, tt.want)
			}
		})
	}
}

func TestForms(t *testing.T) {
	utf16le := func(text string) string {
		b := []byte("\xff\xfe")
		for _, u := range utf16.Encode([]rune(text)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	for _, tt := range []struct{ name, text, want string }{
		{"default namespace", `<r xmlns="urn:x"><w><id>1</id><n>x</n></w></r>`, `{"n":"x"}`},
		{"declared Latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><r><w><id>1</id><n>M\xfcller</n></w></r>", `{"n":"Müller"}`},
		{"declared windows-1252", "<?xml version=\"1.0\" encoding=\"Windows-1252\"?><r><w><id>1</id><n>M\xfcller\x80</n></w></r>", `{"n":"Müller€"}`},
		{"UTF-16", utf16le(`<?xml version="1.0" encoding="UTF-16"?><r><w><id>1</id><n>Müller</n></w></r>`), `{"n":"Müller"}`},
		{"UTF-16 without mark", utf16le(`<?xml version="1.0"?><r><w><id>1</id><n>Müller</n></w></r>`)[2:], `{"n":"Müller"}`},
		{"byte order mark", "\ufeff<r><w><id>1</id><n>x</n></w></r>", `{"n":"x"}`},
		{"empty and blank", `<r><w><id>1</id><n/><m> </m></w></r>`, `{"m":null,"n":null}`},
		{"empty repeats", `<r><w><id>1</id><n/><n>a</n></w></r>`, `{"n":"a"}`},
		{"comment inside", `<r><w><id>1</id><n>a<!-- no -->b</n></w></r>`, `{"n":"ab"}`},
		{"element and attribute of one name", `<r><w><id>1</id><n id="7">a</n></w></r>`, `{"n":"a","n/@id":"7"}`},
		{"record in a record", `<r><w><id>1</id><x><w>y</w></x></w></r>`, `{"x/w":"y"}`},
		{"blanks around", "<r><w><id>1</id><n>\n  x\n</n></w></r>", `{"n":"x"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), config(tt.text), tiny, now)
			if err != nil {
				t.Fatal(err)
			}
			if doc := document(t, got); !strings.Contains(doc, `"attributes":`+tt.want) {
				t.Errorf("got %s, want %s", doc, tt.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	deep := strings.Repeat("<a>", 70) + strings.Repeat("</a>", 70)
	one := `<r><w><id>1</id></w></r>`
	with := func(text string, change func(*Config)) Config {
		c := config(text)
		change(&c)
		return c
	}
	for _, tt := range []struct {
		name   string
		config Config
		want   []string
	}{
		{"bomb", config(`<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r><w><id>&b;</id></w></r>`), []string{"line 1", "DTD", "entities"}},
		{"file from elsewhere", config(`<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r><w><id>&x;</id></w></r>`), []string{"DTD"}},
		{"entity without declaration", config(`<r><w><id>&x;</id></w></r>`), []string{"record 1 (line 1)", "&x;", "five entities"}},
		{"bare ampersand", config("<r><w><id>1</id>\n<n>A & B</n></w></r>"), []string{"line 2", "&amp;"}},
		{"cut off", config("<r><w><id>1</id></w>\n<w><id>2"), []string{"record 2 (line 2)", "inside of /r/w/id", "cut off"}},
		{"cut off after a record", config("<r><w><id>1</id></w>"), []string{"inside of /r", "cut off"}},
		{"cut off in a tag", config("<r><w><id>1</id></w><w"), []string{"cut off"}},
		{"wrong end", config("<r><w><id>1</x></w></r>"), []string{"not well-formed"}},
		{"two documents", config(one + "\n" + one), []string{"line 2", "second root element <r>"}},
		{"text behind", config(one + "\nERROR 42"), []string{`found the text "ERROR 42" after`}},
		{"HTML", config("<!DOCTYPE html><html><body>Sign in</body></html>"), []string{"HTML page", "signing in"}},
		{"JSON", config(`[{"id":1}]`), []string{"expected XML"}},
		{"archive", config("PK\x03\x04"), []string{"ZIP"}},
		{"empty", config(" "), []string{"found no text"}},
		{"no encoding of that name", config(`<?xml version="1.0" encoding="EBCDIC-X"?><r/>`), []string{`found "ebcdic-x"`, "windows-1252"}},
		{"not in the encoding", config("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r><w><id>1</id><n>M\xfcller</n></w></r>"), []string{"record 1 (line 2)", "0xFC", "windows-1252"}},
		{"UTF-8 declared as Latin-1", config("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r><w><id>1</id><n>Müller</n></w></r>"), []string{"Müller", `encoding = "utf-8"`}},
		{"deep", config("<r><w><id>1</id>" + deep + "</w></r>"), []string{"64 levels"}},
		{"huge record", config("<r><w>" + strings.Repeat("<x/>", maxNodes+1) + "</w></r>"), []string{"100000 elements"}},
		{"huge record of attributes", config("<r><w>" + strings.Repeat(`<x a="" b="" c=""/>`, maxNodes/4+1) + "</w></r>"),
			[]string{"100000 elements and attributes"}},
		{"no record", with(`<r><s><e>1</e><e>2</e></s></r>`, func(c *Config) { c.Records = "//worker" }), []string{`found no element at "//worker"`, "elements that repeat are /r/s/e"}},
		{"no record, nothing repeats", with(`<r><s/></r>`, func(c *Config) { c.Records = "/r/x" }), []string{"elements such as /r/s"}},
		{"no path", with(one, func(c *Config) { c.Records = "" }), []string{"records: found", "//Worker"}},
		{"condition in records", with(one, func(c *Config) { c.Records = "/r/w[@a]" }), []string{"w[@a]", "without conditions"}},
		{"attribute as record", with(one, func(c *Config) { c.Records = "/r/@w" }), []string{"expected a path to elements"}},
		{"unknown prefix", with(one, func(c *Config) { c.Records = "/p:r/w" }), []string{`prefix "p"`, "namespaces"}},
		{"unknown prefix in a column", with(one, func(c *Config) { c.Columns = map[string]string{"id": "p:id"} }), []string{`columns: "id"`, "p"}},
		{"broken expression", with(one, func(c *Config) { c.Columns = map[string]string{"id": "id[", "n": "foo("} }), []string{`columns: "id"`, `columns: "n"`}},
		{"absolute expression", with(one, func(c *Config) { c.Columns = map[string]string{"id": "/r/w/id"} }), []string{"begins at the document"}},
		{"element with elements", with(`<r><w><id>1</id><n><f>a</f></n></w></r>`, func(c *Config) { c.Columns = map[string]string{"id": "id", "n": "n"} }), []string{`record 1 (line 1), column "n"`, "<n>, which holds <f>"}},
		{"two ids", config(`<r><w><id>1</id><id>2</id></w></r>`), []string{"found 2 values"}},
		{"total that lies", with(`<r n="2"><w><id>1</id></w></r>`, func(c *Config) { c.Total = "/r/@n" }), []string{"found 1 records, expected 2"}},
		{"total as element", with(`<r><n> 3 </n><w><id>1</id></w></r>`, func(c *Config) { c.Total = "/r/n" }), []string{"expected 3"}},
		{"total missing", with(one, func(c *Config) { c.Total = "/r/n" }), []string{"total_path: found nothing"}},
		{"total no number", with(`<r n="x"><w><id>1</id></w></r>`, func(c *Config) { c.Total = "/r/@n" }), []string{`total: found "x"`}},
		{"two totals", with(`<r><n>1</n><n>2</n><w><id>1</id></w></r>`, func(c *Config) { c.Total = "/r/n" }), []string{"found 1 and 2"}},
		{"the same worker twice", config("<r><w><id>1</id></w>\n<w><id>1</id></w></r>"), []string{"record 2 (line 2)", "same worker id as record 1 (line 1)"}},
		{"SOAP fault", config(`<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultstring>no</faultstring></s:Fault></s:Body></s:Envelope>`), []string{"found no element"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), tt.config, tiny, now)
			if err == nil {
				t.Fatalf("got %+v, want an error with %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
			if len(err.Error()) > 3000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, config(big(2000)), tiny, now); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("got %v", err)
	}
}

// TestSharedRecordings reads recordings of real systems, where they are to be had.
func TestSharedRecordings(t *testing.T) {
	c := Config{Records: "//Worker", Columns: map[string]string{"id": "Worker_Data/Worker_ID"}}
	if dir := os.Getenv("WORKFORCE_SHARED"); dir != "" {
		c.Location.Path = filepath.Join(dir, "data", "workday-get-workers-response.xml")
	} else {
		c.Location.Content = `<x:R xmlns:x="urn:x"><x:Worker><x:Worker_Data><x:Worker_ID>1</x:Worker_ID></x:Worker_Data></x:Worker></x:R>`
	}
	got, err := Read(context.Background(), c, tiny, now)
	if err != nil || got.Records == 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

// FuzzRead holds that hostile text ends in workers or an error.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{report, `<r><w><id>1</id></w></r>`, `<!DOCTYPE a>`, `<r><w a="1"><![CDATA[`, "<?xml version='1.0' encoding='utf-16'?>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := config(text)
		c.Records = "//w"
		for _, columns := range []map[string]string{nil, {"id": "id", "x": "descendant::*[last()]/@*", "n": "sum(*)"}} {
			c.Columns = columns
			got, err := Read(context.Background(), c, tiny, now)
			sourcetest.Whole(t, got, err)
		}
	})
}

// big makes a document of n workers with 24 elements.
func big(n int) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r>\n")
	for i := range n {
		fmt.Fprintf(&b, `<w><id>%06d</id><status>Active</status><manager_id>%06d</manager_id><hire_date>20%02d-%02d-%02d</hire_date><on_leave>%t</on_leave><name><first>Jürgen</first><last>Name %d</last></name>`, i, (i+1)%n, i%25, i%12+1, i%28+1, i%2 == 0, i%997)
		for c := range 17 {
			if c%5 == 4 {
				fmt.Fprintf(&b, `<c%02d/>`, c)
			} else {
				fmt.Fprintf(&b, `<c%02d>Value %d</c%02d>`, c, (i*c)%97, c)
			}
		}
		b.WriteString("</w>\n")
	}
	b.WriteString("</r>\n")
	return b.String()
}

// BenchmarkRead reads workers of 24 elements each; live-MB is what they keep.
func BenchmarkRead(b *testing.B) {
	columns := map[string]string{"id": "id", "status": "status", "manager_id": "manager_id", "hire_date": "hire_date", "on_leave": "on_leave",
		"first": "name/first", "last": "name/last", "c00": "c00[1]", "c01": "string(c01)", "c02": "c02", "c03": "c03", "c05": "c05"}
	for name, columns := range map[string]map[string]string{"all": nil, "xpath": columns} {
		for _, n := range []int{10_000, 100_000} {
			text := big(n)
			b.Run(fmt.Sprintf("%s/workers=%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(text)))
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				for b.Loop() {
					c := config(text)
					c.Columns = columns
					got, err := Read(context.Background(), c, tiny, now)
					if err != nil || got.Records != n {
						b.Fatal(err)
					}
					b.StopTimer()
					runtime.GC()
					runtime.ReadMemStats(&after)
					runtime.KeepAlive(got)
					b.StartTimer()
				}
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
			})
		}
	}
}
