package adaptertest

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

var update = flag.Bool("update", false, "rewrite what is generated") //nolint:gochecknoglobals // flags are

// Where the table stands in a README. What is said of an operation in its last column is a person's, and is kept.
const (
	tableBegins = "<!-- Generated from the code, but for the last column: go test -run TestREADME -update -->\n"
	tableHead   = "| kind | operation | a repeat is made safe by | swept | expected staleness | how |\n|---|---|---|---|---|---|\n"
)

// README compares the table in the README.md of an adapter's folder with what the adapter declares. With -update it is
// rewritten.
func README(t testing.TB, a Adapter) {
	t.Helper()
	was, err := os.ReadFile("README.md")
	must(t, err)
	is, err := tabled(string(was), a.declared(t))
	must(t, err)
	if *update {
		must(t, os.WriteFile("README.md", []byte(is), 0o600)) //nolint:gosec // the README of the folder that the test runs in
		return
	}
	if is != string(was) {
		t.Errorf("README.md is not what the code declares (-README +code), run with -update:\n%s", gocmp.Diff(string(was), is))
	}
}

// tabled is a README with its table as the adapter declares it.
func tabled(readme string, v *adapter.Vendor) (string, error) {
	before, rest, ok := strings.Cut(readme, tableBegins)
	if !ok {
		return "", fmt.Errorf("README.md has no line %q", strings.TrimSpace(tableBegins))
	}
	table, after, _ := strings.Cut(rest, "\n\n")
	words := map[string]string{}
	for line := range strings.Lines(table) {
		if cells := strings.Split(line, " | "); len(cells) > 2 {
			words[cells[0]+" "+cells[1]] = strings.TrimSuffix(strings.TrimSpace(cells[len(cells)-1]), " |")
		}
	}
	var b strings.Builder
	for _, row := range declaredRows(v) {
		said := words["| "+row[0]+" "+row[1]]
		if said == "" {
			return "", fmt.Errorf("README.md says nothing of how %s of %s is done: give it a row with a last column", row[1], row[0])
		}
		b.WriteString("| " + strings.Join(append(row, said), " | ") + " |\n")
	}
	return before + tableBegins + tableHead + strings.TrimSuffix(b.String(), "\n") + "\n\n" + after, nil
}

// declaredRows are the cells of each operation, all but the last.
func declaredRows(v *adapter.Vendor) (all [][]string) {
	for _, k := range v.Kinds {
		swept, late := "never", "until somebody looks"
		for _, p := range v.Sweeps {
			if p.Kind == k.Name {
				swept, late = strategy(p), plain(p.Every+k.ReadLag())
			}
		}
		for _, p := range v.Sweeps {
			if slices.Contains(p.Feeds, k.Name) {
				swept, late = fmt.Sprintf("by %s, every %s; its list %s", p.Kind, plain(p.Every), swept), plain(p.Every+p.Lag+k.ReadLag())
			}
		}
		if k.AnnounceWithin > 0 {
			late = fmt.Sprintf("%s with deliveries, %s without", plain(k.AnnounceWithin), late)
		}
		n := 0
		for _, op := range v.Operations {
			if op.Kind == k.Name {
				all = append(all, []string{k.Name, op.Name, safe(op), swept, late})
				n++
			}
		}
		if n == 0 {
			all = append(all, []string{k.Name, "none", "nothing is written", swept, late})
		}
	}
	return all
}

func strategy(p sweep.Plan) string {
	s := "every " + plain(p.Every)
	if p.After != "" {
		s += ", after " + p.After
	}
	if p.Unfiltered != nil {
		s += "; in turns where the filter is ignored"
	}
	return s
}

// safe says how a repeat of an operation is made safe.
func safe(op *job.Op) string {
	switch op.Safety {
	case job.Idempotent:
		return "naturally idempotent"
	case job.Keyed:
		return fmt.Sprintf("the vendor's key, for %s; then a probe", plain(op.KeyLife))
	case job.Probed:
		return fmt.Sprintf("a probe, %s after the last attempt", cmp.Or(plain(op.Settling), "at once"))
	case job.Never:
		return "nothing: an unknown outcome goes to a person"
	case job.Undeclared:
	}
	return "NOT DECLARED"
}

// plain is a duration as people write it: "1m", not "1m0s".
func plain(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"0s", "0m"} {
		if rest := strings.TrimSuffix(s, zero); rest == "" || strings.HasSuffix(rest, "m") || strings.HasSuffix(rest, "h") {
			s = rest
		}
	}
	return s
}
