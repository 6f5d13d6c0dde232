// SPDX-License-Identifier: MPL-2.0

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// screen prints the story. Its zero value prints nothing anywhere: w must be set.
type screen struct {
	w       io.Writer
	colour  bool
	chapter int
}

// newScreen prints to a file, with colour when it is a terminal and NO_COLOR is unset.
func newScreen(f *os.File) *screen {
	info, err := f.Stat()
	return &screen{w: f, colour: err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""}
}

func (s *screen) paint(code, text string) string {
	if !s.colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

// title begins a chapter.
func (s *screen) title(text string) {
	s.chapter++
	fmt.Fprintf(s.w, "\n%s\n", s.paint("1;36", fmt.Sprintf("%d. %s", s.chapter, text)))
}

// say prints a line of the story.
func (s *screen) say(format string, args ...any) {
	fmt.Fprintf(s.w, "   %s\n", fmt.Sprintf(format, args...))
}

// command shows what is run.
func (s *screen) command(text string) {
	fmt.Fprintf(s.w, "   %s %s\n", s.paint("2", "$"), s.paint("1", text))
}

// output shows at most limit lines of what a program printed, and says how many it left out; 0 shows all.
func (s *screen) output(text string, limit int) {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	left := 0
	if limit > 0 && len(lines) > limit {
		left, lines = len(lines)-limit, lines[:limit]
	}
	for _, line := range lines {
		fmt.Fprintf(s.w, "   %s %s\n", s.paint("2", "│"), s.diff(line))
	}
	if left > 0 {
		fmt.Fprintf(s.w, "   %s\n", s.paint("2", fmt.Sprintf("│ … %d more lines", left)))
	}
}

// diff paints a line of a plan as Terraform does.
func (s *screen) diff(line string) string {
	switch trimmed := strings.TrimSpace(line); {
	case strings.HasPrefix(trimmed, "+ "):
		return s.paint("32", line)
	case strings.HasPrefix(trimmed, "- "):
		return s.paint("31", line)
	case strings.HasPrefix(trimmed, "~ "):
		return s.paint("33", line)
	}
	return line
}

// table prints rows with aligned columns.
func (s *screen) table(rows [][]string) { s.output(aligned(rows), 0) }

// aligned pads the cells of each column to the same number of characters.
func aligned(rows [][]string) string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		line := ""
		for i, cell := range row {
			line += cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// verified says that an assertion holds.
func (s *screen) verified(format string, args ...any) {
	fmt.Fprintf(s.w, "   %s %s\n", s.paint("32", "✓"), fmt.Sprintf(format, args...))
}

// seconds writes a duration as people read it.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
