package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

func sample() report.Report {
	c := func(ours, yardstick float64) measure.Comparison {
		return measure.Compare([]float64{ours, ours, ours}, []float64{yardstick, yardstick, yardstick})
	}
	least, most := measure.Goal{AtLeast: 0.9}, measure.Goal{AtMost: 1.15}
	return report.Report{
		At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Took: "2m0s", Rounds: 3, Seconds: 2,
		Machine: machine.Facts{Cores: 2, Postgres: "15.1", Settings: map[string]string{"fsync": "on", "commit_delay": "0"}, Others: 0.25},
		Sections: []report.Section{{
			Title: "Reads", About: []string{"As they come."}, Ours: "adapter", Results: []report.Result{
				report.Compare("fast", "bare", report.PerSecond, c(12345, 12345), least),
				report.Compare("slow", "bare", report.PerSecond, c(450, 1000), least),
				report.Compare("late", "bare", report.Millis, c(1.5, 1), most),
				report.Compare("just late", "bare", report.Millis, c(1.151, 1), most),
				report.Compare("only told", "pgx", report.Millis, c(1234, 56.78), measure.Goal{}),
				report.Bound("bounded", report.MB, 40, 50, 44, 48),
				report.Plain("plain", report.Count, 1234),
			},
		}},
	}
}

// row is the line of text that begins with what, its blanks made one.
func row(t *testing.T, text, what string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if words := strings.Join(strings.Fields(strings.ReplaceAll(line, "|", " ")), " "); strings.HasPrefix(words, what) {
			return words
		}
	}
	t.Fatalf("no line begins with %q:\n%s", what, text)
	return ""
}

func TestATableSaysWhatWasHeldAndByHowMuchNot(t *testing.T) {
	var out strings.Builder
	sample().Print(&out)
	for what, want := range map[string]string{
		"fast":      "fast 12,345/s 12,345/s 1.00 (1.00 to 1.00) ≥ 0.90 held yardstick: bare",
		"slow":      "slow 450/s 1,000/s 0.45 (0.45 to 0.45) ≥ 0.90 missed by 50 % yardstick: bare",
		"late":      "late 1.50 ms 1.00 ms 1.50 (1.50 to 1.50) ≤ 1.15 missed by 30 % yardstick: bare",
		"just late": "just late 1.15 ms 1.00 ms 1.15 (1.15 to 1.15) ≤ 1.15 missed by 1 % yardstick: bare",
		"only told": "only told 1,234 ms 56.8 ms 21.73 (21.73 to 21.73) yardstick: pgx",
		"bounded":   "bounded 48.0 MB 40.0 MB 1.20 (1.10 to 1.25) ≤ 1.00 missed by 20 % yardstick: the goal",
		"plain":     "plain 1,234 -",
		"bench:":    "bench: 1 of 5 goals held, after 2m0s",
		"Others":    "Others took 25 % of the machine meanwhile: both sides suffered it in turn, and the ratios are as rough as their ranges say.",
		"Postgres":  "Postgres 15.1: commit_delay 0, fsync on",
	} {
		if got := row(t, out.String(), what); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

func TestWhatIsKeptIsTheSameInBothForms(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "results")
	if err := sample().Save(dir); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(dir, "latest.md"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := row(t, string(page), "slow"), "slow 450/s 1,000/s bare 0.45 (0.45 to 0.45) ≥ 0.90 missed by 50 %"; got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	text, err := os.ReadFile(filepath.Join(dir, "latest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var kept report.Report
	if err := json.Unmarshal(text, &kept); err != nil {
		t.Fatal(err)
	}
	if slow := kept.Sections[0].Results[1]; slow.Ratio != 0.45 || slow.Ours != 450 || slow.Yardstick != 1000 || slow.Against != "bare" || slow.Missed != 0.5 {
		t.Errorf("kept %+v", slow)
	}
}
