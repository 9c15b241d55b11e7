package api

import "testing"

func TestWhatLooksLikeACardsNumber(t *testing.T) {
	for text, card := range map[string]bool{
		"4242424242424242":                   true,
		"4242 4242 4242 4242":                true,
		"4242-4242-4242-4242":                true,
		"4242.4242.4242.4242":                true,
		"4242/4242/4242/4242":                true,
		"4242_4242_4242_4242":                true,
		"4242\u00a04242\u00a04242\u00a04242": true,
		"4242 - 4242 - 4242 - 4242":          true,
		"card 4242424242424242 exp 12/34":    true,
		"4242 4242 4242 4242 12/34 123":      true, // with its expiry and its code
		"4242424242424242 12 34":             true,
		"42424242424242421234":               true, // run into one
		"1 4242 4242 4242 4242":              true,
		"no. 7: 4242424242424242":            true,
		"12344242424242424242":               true,
		"x4242424242424242x":                 true,
		"042424242424242420":                 true,
		"\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12\uff14\uff12": true, // full width
		"٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢":                     true,
		"378282246310005":                      true,
		"5555555555554444":                     true,
		"6011 1111 1111 1117":                  true,
		"30569309025904":                       true,
		"":                                     false,
		"4242424242424241":                     false, // adds up to nothing
		"+49 151 12345678":                     false,
		"1767225600000000000":                  false, // a time in nanoseconds
		"DE89 3704 0044 0532 0130 00":          false, // an account's number
		"DE89370400440532013000":               false,
		"0197f3c2-0000-7000-8000-000000000001": false,
		"2026-11-22T13:39:59.000123Z":          false,
		"order 20261122-000417":                false,
	} {
		if hasCard(text) != card {
			t.Errorf("%q: %v", text, !card)
		}
	}
}

func FuzzHasCard(f *testing.F) {
	f.Add("4242 4242", 3)
	f.Fuzz(func(t *testing.T, around string, at int) {
		_ = hasCard(around)
		if !hasCard("4242424242424242 "+around) && at >= 0 && len(around) == 0 {
			t.Error(around)
		}
	})
}
