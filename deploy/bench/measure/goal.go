package measure

// Goal is what a ratio should be at least, or at most. The zero value asks for nothing.
type Goal struct {
	AtLeast float64 `json:"at_least,omitempty"`
	AtMost  float64 `json:"at_most,omitempty"`
}

// Set says whether anything is asked for.
func (g Goal) Set() bool { return g != Goal{} }

// Missed is by which share of the goal a ratio misses it: 0.1 for 0.81 where 0.9 was asked for. Zero: it holds.
func (g Goal) Missed(ratio float64) float64 {
	switch {
	case g.AtLeast > 0 && ratio < g.AtLeast:
		return 1 - ratio/g.AtLeast
	case g.AtMost > 0 && ratio > g.AtMost:
		return ratio/g.AtMost - 1
	}
	return 0
}
