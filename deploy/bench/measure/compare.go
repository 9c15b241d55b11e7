package measure

import "slices"

// Comparison is one quantity of two sides, measured side by side over several rounds.
type Comparison struct {
	Ours      float64   `json:"ours"`      // median of the rounds
	Yardstick float64   `json:"yardstick"` // median of the rounds
	Ratio     float64   `json:"ratio"`     // median of the rounds' own ratios
	Ratios    []float64 `json:"ratios"`    // ours to the yardstick, round by round
}

// Compare pairs what both sides reached in the same round, so that a machine that was slow for a while was slow for both.
// Rounds of which one side has none are left out.
func Compare(ours, yardstick []float64) Comparison {
	rounds := min(len(ours), len(yardstick))
	ours, yardstick = ours[:rounds], yardstick[:rounds]
	c := Comparison{Ours: Median(ours), Yardstick: Median(yardstick), Ratios: make([]float64, 0, rounds)}
	for i := range rounds {
		if yardstick[i] != 0 {
			c.Ratios = append(c.Ratios, ours[i]/yardstick[i])
		}
	}
	c.Ratio = Median(c.Ratios)
	return c
}

// Median is the middle of xs, or half-way between the two in the middle; zero if there are none.
func Median(xs []float64) float64 {
	sorted := slices.Sorted(slices.Values(xs))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
