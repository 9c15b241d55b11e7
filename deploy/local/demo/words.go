package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// span is d as people read it, with two or three digits.
func span(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case ms < 1:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 10:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 1000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// thousands is n with its thousands apart.
func thousands[N int | int64](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// oneLine is an error, which may be several, without line breaks.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// several is a number of things: "1 change", "2 changes".
func several[N int | int64 | int32](n N, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return thousands(int64(n)) + " " + thing
}

// some is the first few of many.
func some(list []string) string {
	const few = 4
	if len(list) <= few {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:few], ", "), len(list)-few)
}

func isClosed(g *adapterv1.Gate) bool { return g.GetState() == adapterv1.Gate_STATE_CLOSED }

// gateWord is a gate's state as people say it, with its reason.
func gateWord(g *adapterv1.Gate) string {
	word := strings.ToLower(strings.TrimPrefix(g.GetState().String(), "STATE_"))
	if g.GetReason() != "" {
		word += ": " + g.GetReason()
	}
	return word
}
