// SPDX-License-Identifier: MPL-2.0

package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"

	"terraform-provider-workforce/internal/source"
)

// Limits of a workbook: what is packed into a small file can be endless.
const (
	maxParts         = 10_000
	maxSheetBytes    = 2 << 30
	maxStringBytes   = 256 << 20
	maxMetadataBytes = 64 << 20
	// textCost is what a text costs beside its bytes: a list of empty ones is packed a thousand times smaller than it is in memory.
	textCost = 16
)

// workbook is an open workbook (ECMA-376 part 1, section 18).
type workbook struct {
	ctx     context.Context // ends the unpacking of parts
	parts   map[string]*zip.File
	sheets  []sheet
	date    dateSystem
	strings []string
	formats []format // by style
}

type sheet struct {
	name, part string
	hidden     bool
}

// openWorkbook reads everything but the sheets.
func openWorkbook(ctx context.Context, data []byte) (*workbook, error) {
	if err := recognise(data); err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("found a ZIP archive that cannot be opened, expected a workbook: the file is cut off or damaged (%w)", err)
	}
	if len(archive.File) > maxParts {
		return nil, fmt.Errorf("found %d parts in the archive, expected at most %d: this is no workbook", len(archive.File), maxParts)
	}
	w := &workbook{ctx: ctx, parts: make(map[string]*zip.File, len(archive.File))}
	for _, f := range archive.File {
		name := partName(f.Name)
		if w.parts[name] != nil {
			return nil, fmt.Errorf("found the part %s twice in the archive, expected once: the file is damaged, "+
				"or says one thing to one program and another to the next", source.Quote(name))
		}
		w.parts[name] = f
	}
	if err := w.readWorkbook(); err != nil {
		return nil, err
	}
	return w, nil
}

func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// recognise refuses what is no workbook of the format, and says what it is.
func recognise(data []byte) error {
	wide := func(text string) []byte {
		var b []byte
		for _, u := range utf16.Encode([]rune(text)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return b
	}
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return nil
	case bytes.HasPrefix(data, []byte("PK")):
		return errors.New("found an empty or divided ZIP archive, expected a workbook (.xlsx)")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")) && bytes.Contains(data, wide("EncryptedPackage")):
		return errors.New("found a workbook protected by a password, expected one without: save it without a password, and protect the file by permissions of the file system instead")
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return errors.New("found a workbook in the binary format of Excel 97–2003 (.xls), expected .xlsx: save it as an Excel workbook (.xlsx), or as CSV for workforce_hr_csv")
	case bytes.HasPrefix(bytes.TrimSpace(data[:min(len(data), 512)]), []byte("<")):
		return errors.New("found HTML or XML, expected a workbook (.xlsx): many systems export a web page under the name of a spreadsheet, or a page for signing in was downloaded; save it as .xlsx, or read it with workforce_hr_xml")
	}
	return fmt.Errorf("found a file that begins with %s, expected a workbook (.xlsx): separated values are read with workforce_hr_csv", source.Quote(string(data[:min(len(data), 16)])))
}

// open returns a scanner of a part and how to close it.
func (w *workbook) open(name string, limit int64) (*scanner, io.Closer, error) {
	f, ok := w.parts[partName(name)]
	if !ok {
		return nil, nil, fmt.Errorf("found no part %s in the archive: the file is damaged, or no workbook", source.Quote(name))
	}
	if f.UncompressedSize64 > uint64(limit) {
		return nil, nil, tooLarge(name, limit)
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("part %s: cannot be unpacked: %w", source.Quote(name), err)
	}
	return newScanner(&limited{ctx: w.ctx, r: r, limit: limit, name: name}), r, nil
}

func tooLarge(name string, limit int64) error {
	return fmt.Errorf("part %s unpacks to more than %d bytes, expected less: this is no workbook of workers", source.Quote(name), limit)
}

// limited ends the reading of a part that is larger than it says, and of any when
// the context ends.
type limited struct {
	ctx   context.Context
	r     io.Reader
	read  int64
	limit int64
	name  string
}

func (l *limited) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := l.r.Read(p)
	if l.read += int64(n); l.read > l.limit {
		return 0, tooLarge(l.name, l.limit)
	}
	return n, err
}

// each calls f at every tag and text of a part.
func (w *workbook) each(name string, limit int64, f func(s *scanner) error) error {
	s, closer, err := w.open(name, limit)
	if err != nil {
		return err
	}
	defer closer.Close()
	for {
		err := s.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(s)
		}
		if err != nil {
			return fmt.Errorf("part %s: %w", source.Quote(name), err)
		}
	}
}

// relations reads which parts a part refers to: by id, and by kind.
func (w *workbook) relations(part string) (byID, byKind map[string]string, err error) {
	byID, byKind = map[string]string{}, map[string]string{}
	dir, base := path.Split(part)
	err = w.each(dir+"_rels/"+base+".rels", maxMetadataBytes, func(s *scanner) error {
		if s.kind != startTag || s.name != "Relationship" || s.textOf("TargetMode") == "External" {
			return nil
		}
		target := s.textOf("Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		byID[s.textOf("Id")] = target
		byKind[path.Base(s.textOf("Type"))+" "+s.textOf("Id")] = target
		if kind := path.Base(s.textOf("Type")); byKind[kind] == "" {
			byKind[kind] = target
		}
		return nil
	})
	return byID, byKind, err
}

// readWorkbook reads what all sheets share.
func (w *workbook) readWorkbook() error {
	if _, ok := w.parts["mimetype"]; ok && w.parts["content.xml"] != nil {
		return errors.New("found an OpenDocument spreadsheet (.ods), expected a workbook (.xlsx): save it as .xlsx, or as CSV for workforce_hr_csv")
	}
	_, byKind, err := w.relations("")
	if err != nil {
		return fmt.Errorf("found a ZIP archive without a workbook in it, expected one: %w", err)
	}
	main := byKind["officeDocument"]
	if strings.HasSuffix(main, ".bin") {
		return errors.New("found a binary workbook (.xlsb), expected .xlsx: save it as an Excel workbook (.xlsx)")
	}
	byID, byKind, err := w.relations(main)
	if err != nil {
		return err
	}
	if err := w.readSheets(main, byID, byKind); err != nil {
		return err
	}
	if part := byKind["sharedStrings"]; part != "" {
		if err := w.readStrings(part); err != nil {
			return err
		}
	}
	if part := byKind["styles"]; part != "" {
		return w.readStyles(part)
	}
	return nil
}

func (w *workbook) readSheets(main string, byID, byKind map[string]string) error {
	err := w.each(main, maxMetadataBytes, func(s *scanner) error {
		switch {
		case s.kind != startTag:
		case s.name == "workbook" || s.name == "sheets":
		case s.name == "workbookPr":
			if s.flag("date1904") {
				w.date = system1904
			}
		case s.name == "sheet":
			id := s.textOf("id")
			if byKind["worksheet "+id] != "" {
				state := s.textOf("state")
				w.sheets = append(w.sheets, sheet{s.textOf("name"), byID[id], state == "hidden" || state == "veryHidden"})
			}
		}
		return nil
	})
	if err == nil && len(w.sheets) == 0 {
		err = errors.New("found no worksheet in the workbook, expected one with workers")
	}
	return err
}

// choose returns the sheet of a name or, counted from 1, of a number. Without
// either it is the only one that is not hidden.
func (w *workbook) choose(name string, number int) (sheet, error) {
	var names []string
	var visible []sheet
	for i, s := range w.sheets {
		label := source.Quote(s.name)
		if s.hidden {
			label += " (hidden)"
		} else {
			visible = append(visible, s)
		}
		names = append(names, label)
		if name != "" && s.name == name || name == "" && number == i+1 {
			return s, nil
		}
	}
	list := strings.Join(names, ", ")
	switch {
	case name != "":
		return sheet{}, fmt.Errorf("sheet: there is no sheet %s, expected one of %s", source.Quote(name), list)
	case number != 0:
		return sheet{}, fmt.Errorf("sheet_number: found %d, expected 1 to %d: %s", number, len(w.sheets), list)
	case len(visible) == 1:
		return visible[0], nil
	case len(visible) == 0:
		return sheet{}, fmt.Errorf("found only hidden sheets, expected sheet to name the one to read: %s", list)
	}
	return sheet{}, fmt.Errorf("found %d sheets, expected sheet to name the one to read: %s", len(visible), list)
}

// readStrings reads the texts that cells refer to (section 18.4). Readings of
// names in Japanese (rPh) are no part of the text.
func (w *workbook) readStrings(part string) error {
	var text []byte
	phonetic, inText, total := 0, false, 0
	return w.each(part, maxStringBytes, func(s *scanner) error {
		switch {
		case s.kind == startTag && s.name == "si":
			text = text[:0]
		case s.kind == startTag && s.name == "rPh":
			phonetic++
		case s.kind == endTag && s.name == "rPh":
			phonetic--
		case s.name == "t" && s.kind != characters:
			inText = s.kind == startTag && phonetic == 0
		case s.kind == characters && inText:
			if text = append(text, s.text...); len(text) > maxText {
				return fmt.Errorf("text %d has more than %d bytes, expected what fits into a cell", len(w.strings)+1, maxText)
			}
		case s.kind == endTag && s.name == "si":
			if total += len(text) + textCost; total > maxStringBytes {
				return tooLarge(part, maxStringBytes)
			}
			w.strings = append(w.strings, unescapeCell(string(text)))
		}
		return nil
	})
}

// unescapeCell resolves _x000D_ and the like, which stand for characters that
// XML cannot hold (ST_Xstring, section 22.9.2.19).
func unescapeCell(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	var b strings.Builder
	for {
		at := strings.Index(text, "_x")
		if at < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:at])
		text = text[at:]
		if len(text) >= 7 && text[6] == '_' {
			if n, err := strconv.ParseUint(text[2:6], 16, 16); err == nil {
				b.WriteRune(rune(n))
				text = text[7:]
				continue
			}
		}
		b.WriteString("_x")
		text = text[2:]
	}
}
