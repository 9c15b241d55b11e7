package report

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Print tells people on a screen.
func (r Report) Print(out io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) } // a closed terminal stops nothing
	for _, s := range r.Sections {
		p("\n%s", s.Title)
		for _, line := range s.About {
			p("  %s", line)
		}
		p("")
		s.print(out)
	}
	p("")
	for _, line := range r.facts() {
		p("%s", line)
	}
	for _, why := range r.Failed {
		p("not measured: %s", why)
	}
	held, goals := r.sum()
	p("\nbench: %d of %d goals held, after %s", held, goals, r.Took)
}

func (s Section) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "  \t%s\tyardstick\tratio\tgoal\t\t\n", s.Ours)
	for _, x := range s.Results {
		_, _ = fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.What, figure(x.Ours, x.Unit), other(x),
			ratio(x.Comparison), goal(x.Goal), verdict(x), beside(s, x))
	}
	_ = w.Flush()
}

// beside says what the yardstick is, where a section has several.
func beside(s Section, x Result) string {
	for _, y := range s.Results {
		if x.Against != "" && y.Against != x.Against {
			return "yardstick: " + x.Against
		}
	}
	return ""
}
