package report

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
)

// figure is a value as people read it, with its unit.
func figure(v float64, u Unit) string {
	switch {
	case u == PerSecond:
		return thousands(v) + "/s"
	case u == Count:
		return thousands(v)
	case v < 10:
		return fmt.Sprintf("%.2f %s", v, u)
	case v < 100:
		return fmt.Sprintf("%.1f %s", v, u)
	}
	return thousands(v) + " " + string(u)
}

// other is the second figure, where there is one.
func other(x Result) string {
	if x.Against == "" {
		return ""
	}
	return figure(x.Yardstick, x.Unit)
}

// thousands is v, rounded, with its thousands apart.
func thousands(v float64) string {
	text := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// ratio is the median of the rounds, and between which two they all were.
func ratio(c measure.Comparison) string {
	switch len(c.Ratios) {
	case 0:
		return "-"
	case 1:
		return fmt.Sprintf("%.2f", c.Ratio)
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", c.Ratio, slices.Min(c.Ratios), slices.Max(c.Ratios))
}

func goal(g measure.Goal) string {
	switch {
	case g.AtLeast > 0:
		return fmt.Sprintf("≥ %.2f", g.AtLeast)
	case g.AtMost > 0:
		return fmt.Sprintf("≤ %.2f", g.AtMost)
	}
	return ""
}

// verdict says whether a goal was held, or by how much of it it was missed.
func verdict(r Result) string {
	switch {
	case !r.Goal.Set():
		return ""
	case r.Missed == 0:
		return "held"
	}
	return fmt.Sprintf("missed by %.0f %%", max(1, 100*r.Missed))
}

// sum counts the goals that were held, of those that were set.
func (r Report) sum() (held, goals int) {
	for _, s := range r.Sections {
		for _, x := range s.Results {
			if x.Goal.Set() {
				goals++
				if x.Missed == 0 {
					held++
				}
			}
		}
	}
	return held, goals
}

// facts are the machine's, a line each.
func (r Report) facts() []string {
	m := r.Machine
	return []string{
		fmt.Sprintf("%d cores, %s, %s, %s", m.Cores, m.CPU, m.System, m.Go),
		fmt.Sprintf("Postgres %s: %s", m.Postgres, settings(m.Settings)),
		fmt.Sprintf("Medians of %d rounds, %v s for each side in each round, sides in turn; the clients, the servers, Postgres, JetStream and the simulated vendor share the machine.", r.Rounds, r.Seconds),
		others(m.Others),
	}
}

// noisy is the share of the machine from which figures are better measured again.
const noisy = 0.1

func others(share float64) string {
	text := fmt.Sprintf("Others took %.0f %% of the machine meanwhile", 100*share)
	if share < noisy {
		return text + "."
	}
	return text + ": both sides suffered it in turn, and the ratios are as rough as their ranges say."
}

func settings(m map[string]string) string {
	var text string
	for i, name := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			text += ", "
		}
		text += name + " " + m[name]
	}
	return text
}
