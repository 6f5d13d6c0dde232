// SPDX-License-Identifier: MPL-2.0

package workday

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// dump writes a tree in a form that shows everything that matters of it.
func dump(t *tree, n int32) string {
	e := &t.nodes[n]
	if e.name == "" && n != 0 {
		return "[" + e.text + "]"
	}
	var b strings.Builder
	b.WriteString(prefixes[e.space] + ":" + e.name)
	for _, a := range t.attrs[e.attr:e.attrTo] {
		b.WriteString(" " + prefixes[a.space] + ":" + a.name + "=" + a.value)
	}
	b.WriteString("(")
	for c := e.first; c != 0; c = t.nodes[c].next {
		b.WriteString(dump(t, c))
	}
	return b.String() + ")"
}

func TestParse(t *testing.T) {
	const ns = ` xmlns:wd="urn:com.workday/bsvc"`
	for _, tt := range []struct{ in, want string }{
		{"<a/>", ":a()"},
		{"\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- a > b --><a >x</a >\n<!-- end -->", ":a([x])"},
		{`<wd:a` + ns + ` wd:b="1" c='2'/>`, "wd:a wd:b=1 :c=2()"},
		{`<bsvc:a xmlns:bsvc="urn:com.workday/bsvc" bsvc:b="1"/>`, "wd:a wd:b=1()"},
		{`<a xmlns="urn:com.workday/bsvc" b="1"><b xmlns=""/><c/></a>`, "wd:a :b=1(:b()wd:c())"},
		{`<a xmlns:x="urn:com.workday/bsvc"><x:b xmlns:x="urn:other"/><x:b/></a>`, ":a(other:b()wd:b())"},
		{"<a>x &amp; &lt;y&gt; &#228;&#xE4;&apos;&quot;</a>", `:a([x & <y> ää'"])`},
		{"<a>x<![CDATA[<&]]>y</a>", ":a([x<&y])"},
		{"<a>x<!-- c -->y</a>", ":a([xy])"},
		{"<a> \n <b/> \n </a>", ":a(:b())"},
		{"<a>one\r\ntwo\rthree</a>", ":a([one\ntwo\nthree])"},
		{"<a>Zoë 𠮷 שרה</a>", ":a([Zoë 𠮷 שרה])"},
		{`<a b="x&#10;y>"/>`, ":a :b=x\ny>()"},
		{`<wd:a` + ns + ` wd:Primary_Job="true"><wd:On_Leave> false </wd:On_Leave><wd:First_Name>true</wd:First_Name></wd:a>`, "wd:a wd:Primary_Job=1(wd:On_Leave([0])wd:First_Name([true]))"},
		{`<wd:a xmlns:wd="urn:com.workday.report/X"/>`, "wd:a()"},
	} {
		got, err := parse(tt.in, 0, "", nil)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if text := dump(got, got.nodes[0].first); text != tt.want {
			t.Errorf("%s: got %s, want %s", tt.in, text, tt.want)
		}
	}
}

// bomb is the billion laughs.
const bomb = `<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<Envelope>&lol2;</Envelope>`

func TestParseErrors(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "line 1, column 1: found no element"},
		{"  \n ", "found no element"},
		{"text", "line 1, column 1: found text outside"},
		{"<a/>text", "column 5: found text outside"},
		{"<a/><b/>", "column 5: found a second document element <b>"},
		{"<a>\n  <b>x</b>\n  <c>", "line 3, column 6: the document ends inside of <c>: it is cut off"},
		{"<a><b>x</", "it is cut off"},
		{"<a", "it is cut off"},
		{"<a b", "it is cut off"},
		{`<a b="x`, "never closed: the document is cut off"},
		{"<a><!-- x", "the document is cut off"},
		{"<a><![CDATA[x", "the document is cut off"},
		{"<a></b>", "column 4: found </b>, expected </a>"},
		{"</a>", "found </a>"},
		{"<a b=1/>", "expected a value in quotes"},
		{"<a b/>", "no attribute"},
		{`<a b="1"c="2"/>`, "inside of a tag, expected a blank"},
		{`<a b="1" b="2"/>`, `the attribute "b" twice`},
		{`<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>`, "twice"},
		{`<a b="<"/>`, "found < in a value"},
		{"<x:a/>", `the namespace prefix "x" is not declared`},
		{"<a x:b='1'/>", "not declared"},
		{"<a>&nbsp;</a>", "the entity &nbsp;"},
		{"<a>&#0;</a>", "the entity &#0;"},
		{"<a>&#x110000;</a>", "the entity"},
		{"<a>R&D</a>", "expected &amp;"},
		{"<a>x\x01y</a>", "column 5: found the control character U+0001"},
		{"<a>M\xfcller</a>", "found the byte 0xFC, expected UTF-8"},
		{`<?xml version="1.0" encoding="ISO-8859-1"?><a/>`, `the encoding "ISO-8859-1", expected UTF-8`},
		{bomb, "line 2, column 1: found a document type"},
		{`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, "document type"},
		{"<a>]]></a>", "found ]]> outside of CDATA"},
		{"<a><!-- x -- y --></a>", "found -- inside of a comment"},
		{"<a>\ufffe</a>", "which XML does not allow"},
		{"<a><?php echo ?></a>", "found a processing instruction"},
		{" <?xml version='1.0'?><a/>", "found a processing instruction"},
		{"<a:/>", "expected a tag"},
		{"<1a/>", "expected a tag"},
		{"< a/>", "expected a tag"},
		{strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), "more than 64 deep"},
		{"<a " + strings.Repeat("b", 3) + strings.Repeat(` c="1"`, 70) + "/>", "no attribute"},
		{"<a>" + "<b" + manyAttributes(70) + "/></a>", "more than 64 attributes"},
	} {
		got, err := parse(tt.in, 0, "", nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.60q: got %v, %v, want an error with %q", tt.in, got != nil, err, tt.want)
		}
	}
}

func manyAttributes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("x", i) + `="1"`)
	}
	return b.String()
}

// FuzzParse accepts nothing that the standard library's strict decoder refuses,
// and finds the same text in what both accept.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"<a/>", bomb, `<wd:a xmlns:wd="urn:com.workday/bsvc" wd:b="1">x<b>y</b>&amp;<![CDATA[z]]></wd:a>`, "<a b='&#10;'>\r\n</a>", "<a><b></a></b>", "<?xml version='1.0'?><a>ä</a>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parse(text, 0, "", nil)
		if err != nil {
			return
		}
		var want strings.Builder
		d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil && (strings.Contains(err.Error(), "invalid XML name") || strings.Contains(err.Error(), "xml: ")) {
				return // letters of later editions of XML; versions and encodings
			}
			if err != nil {
				t.Fatalf("accepted %q, which encoding/xml refuses: %v", text, err)
			}
			if chars, ok := token.(xml.CharData); ok {
				want.Write(chars)
			}
		}
		squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if all := got.value(got.nodes[0].first); squeeze(all) != squeeze(want.String()) {
			t.Errorf("%q: found the text %q, encoding/xml %q", text, all, want.String())
		}
	})
}
