package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Save keeps the report in a folder, as latest.json and latest.md.
func (r Report) Save(dir string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(
		os.MkdirAll(dir, 0o755), //nolint:gosec // for everybody to read
		os.WriteFile(filepath.Join(dir, "latest.json"), append(text, '\n'), 0o644), //nolint:gosec // as above
		os.WriteFile(filepath.Join(dir, "latest.md"), []byte(r.Markdown()), 0o644), //nolint:gosec // as above
	)
}

// Markdown is the report as a page of the repository.
func (r Report) Markdown() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("# Bench of %s\n", r.At.UTC().Format("2006-01-02 15:04 UTC"))
	for _, line := range r.facts() {
		p("- %s", line)
	}
	for _, s := range r.Sections {
		p("\n## %s\n", s.Title)
		p("%s\n", strings.Join(s.About, " "))
		p("| | %s | yardstick | which is | ratio (rounds from, to) | goal | |\n|---|---:|---:|---|---|---|---|", s.Ours)
		for _, x := range s.Results {
			p("| %s | %s | %s | %s | %s | %s | %s |", x.What, figure(x.Ours, x.Unit), other(x), x.Against,
				ratio(x.Comparison), goal(x.Goal), verdict(x))
		}
	}
	for _, why := range r.Failed {
		p("\nNot measured: %s", why)
	}
	held, goals := r.sum()
	p("\n%d of %d goals held.", held, goals)
	return b.String()
}
