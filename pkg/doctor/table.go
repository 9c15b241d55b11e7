package doctor

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Print shows what was found at a connection, a line for each finding, and what a person has to do below them.
func Print(out io.Writer, connection string, rows []Row) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "%s\n", connection)
	_, _ = fmt.Fprintln(t, "\tCHECK\tOF\tFOUND")
	for _, r := range rows {
		mark := " "
		if r.Do != "" {
			mark = "!"
		}
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", mark, r.Check, dash(r.About), line(r.Found))
		if r.Do != "" {
			_, _ = fmt.Fprintf(t, "\t\t\t-> %s\n", line(r.Do))
		}
	}
	return t.Flush()
}

// ToDo are the checks that found something for a person to do, once each, with what of them.
func ToDo(rows []Row) []string {
	var all []string
	last := ""
	for _, r := range rows {
		switch {
		case r.Do == "":
		case r.Check != last:
			last = r.Check
			all = append(all, strings.TrimSpace(r.Check+" "+r.About))
		case r.About != "":
			all[len(all)-1] += ", " + r.About
		}
	}
	return all
}

// longest is how much of a finding is shown: an answer of the vendor's may be a page.
const longest = 400

// line is s on one line, without what a terminal would take for an order.
func line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsPrint(r):
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if cut := []rune(s); len(cut) > longest {
		return string(cut[:longest]) + "…"
	}
	return s
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
