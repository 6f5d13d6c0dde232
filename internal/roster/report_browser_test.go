// SPDX-License-Identifier: MPL-2.0

package roster_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"terraform-provider-workforce/internal/roster"
)

// probe does what a reader does, and writes down what the page then shows: it filters the
// largest table, sorts it both ways, and follows a link to a person.
const probe = `<script>
(() => {
  const seen = {errors: window.failed, wide: document.documentElement.scrollWidth - innerWidth};
  const tables = [...document.querySelectorAll("table[data-count]")].sort((a, b) => b.tBodies[0].rows.length - a.tBodies[0].rows.length);
  const table = tables[0], rows = () => [...table.tBodies[0].rows], input = document.querySelector('[data-filter="' + table.id + '"]');
  seen.rows = rows().length;
  const word = rows()[0].cells[0].textContent.trim();
  input.value = word; input.dispatchEvent(new Event("input"));
  seen.found = rows().filter(r => !r.hidden).length;
  seen.told = document.getElementById(table.dataset.count).textContent;
  input.value = ""; input.dispatchEvent(new Event("input"));
  seen.again = rows().filter(r => !r.hidden).length;
  const button = table.querySelector("th button"), first = () => rows()[0].cells[0].textContent;
  button.click(); const up = first(); button.click(); const down = first();
  seen.sorted = up !== down && up.localeCompare(down, undefined, {numeric: true}) < 0;
  seen.labelled = [...document.querySelectorAll("input")].every(i => i.labels.length === 1);
  const person = document.querySelector("details.person");
  location.hash = person.id;
  setTimeout(() => { seen.open = person.open;
    const out = document.createElement("output");
    out.id = "probe"; out.textContent = JSON.stringify(seen); document.body.append(out); }, 50);
})();
</script></body>`

const errorsSeen = `<script>window.failed = []; addEventListener("error", e => failed.push(e.message));
addEventListener("securitypolicyviolation", e => failed.push(e.violatedDirective));</script></head>`

// The page works in a real browser at every size: its script runs under its own policy, nothing
// is wider than the window, and filter, sorting and links do what they say, in light and in dark.
func TestReportInABrowser(t *testing.T) {
	for _, n := range []int{100, 1500, 5000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			page, err := decideAndReport(t, ordinary(t, n)).HTML()
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if keep := os.Getenv("PLANTED_DIRECTORY"); keep != "" {
				dir = keep
			}
			file, probed := filepath.Join(dir, fmt.Sprintf("page-%d.html", n)), filepath.Join(dir, fmt.Sprintf("probed-%d.html", n))
			with := strings.Replace(strings.Replace(page, "</head>", errorsSeen, 1), "</body>", probe, 1)
			if err := errors.Join(os.WriteFile(file, []byte(page), 0o600), os.WriteFile(probed, []byte(with), 0o600)); err != nil {
				t.Fatal(err)
			}
			behaves(t, browse(t, probed, "--dump-dom"), n)
			if n != 1500 {
				return
			}
			light, ink := brightness(t, file, "1")
			dark, chalk := brightness(t, file, "0")
			if light < 200 || dark > 80 || ink < 3 || chalk < 3 {
				t.Errorf("brightness %d in light and %d in dark, of 255, with %d and %d %% of it written on", light, dark, ink, chalk)
			}
		})
	}
}

// ordinary is a company of n people on a day on which two in a hundred leave and as many come.
func ordinary(t *testing.T, n int) (in roster.Input) {
	t.Helper()
	m := newMemory()
	p := newPlanted(t, 11, n)
	in = input(t, m, rules(companyRules))
	in.Workers = feed(p.c)
	m.apply(t, decide(t, in))
	for i := range n / 50 {
		p.leave(p.staff[i*7%len(p.staff)], "2026-11-20")
		p.join("Ida", fmt.Sprintf("Falkner%s", strings.Repeat("a", i%7)), "2026-11-20", p.c.Workers[0].ID)
		p.staff[(i*11+3)%len(p.staff)].Department = "Elsewhere"
	}
	in.Workers = feed(p.c)
	return in
}

// behaves holds what the probe saw.
func behaves(t *testing.T, dom string, n int) {
	t.Helper()
	found := regexp.MustCompile(`<output id="probe">(.*?)</output>`).FindStringSubmatch(dom)
	if found == nil {
		t.Fatalf("the probe wrote nothing; the page ends with %q", dom[max(0, len(dom)-400):])
	}
	var seen struct {
		Errors                   []string
		Rows, Found, Again, Wide int
		Told                     string
		Sorted, Open, Labelled   bool
	}
	if err := json.Unmarshal([]byte(html.UnescapeString(found[1])), &seen); err != nil {
		t.Fatal(err)
	}
	switch {
	case len(seen.Errors) > 0:
		t.Errorf("the script fails: %q", seen.Errors)
	case seen.Wide > 0:
		t.Errorf("the page is %d pixels wider than the window", seen.Wide)
	case seen.Rows < n/50 || seen.Found == 0 || seen.Found >= seen.Rows || seen.Again != seen.Rows ||
		seen.Told != fmt.Sprintf("%d rows", seen.Found):
		t.Errorf("the filter shows %d of %d rows (%q), and %d without it", seen.Found, seen.Rows, seen.Told, seen.Again)
	case !seen.Sorted || !seen.Open || !seen.Labelled:
		t.Errorf("sorted %t, person opened %t, inputs labelled %t", seen.Sorted, seen.Open, seen.Labelled)
	}
}

// browse runs Chromium without a network on one file.
func browse(t *testing.T, file string, arguments ...string) string {
	t.Helper()
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the report is tried in Chromium: install Debian's package chromium, or run make deps")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	arguments = append([]string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic",
		"--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
		"--host-resolver-rules=MAP * ~NOTFOUND",
		"--user-data-dir=" + t.TempDir(), "--window-size=1280,1600", "--virtual-time-budget=5000"}, arguments...)
	out, err := exec.CommandContext(ctx, browser, append(arguments, "file://"+file)...).Output()
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return string(out)
}

// brightness takes a picture of the page in one colour scheme, and returns how bright it is on average,
// and how many per cent of it differ much from that.
func brightness(t *testing.T, file, scheme string) (mean, written int) {
	t.Helper()
	picture := strings.TrimSuffix(file, ".html") + "-" + scheme + ".png"
	browse(t, file, "--blink-settings=preferredColorScheme="+scheme, "--screenshot="+picture)
	f, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	var points []int
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			red, green, blue, _ := img.At(x, y).RGBA()
			point := int(red+green+blue) / 3 >> 8
			points, mean = append(points, point), mean+point
		}
	}
	mean /= len(points)
	for _, p := range points {
		if p < mean-60 || p > mean+60 {
			written++
		}
	}
	return mean, written * 100 / len(points)
}
