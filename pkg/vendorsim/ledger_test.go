package vendorsim_test

import (
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func TestLedger(t *testing.T) {
	ledger := vendorsim.NewLedger(10)
	for range 35 {
		ledger.Append(vendorsim.Entry{Kind: "ticket"})
	}
	for name, row := range map[string]struct {
		since uint64
		limit int
		first uint64
		n     int
	}{
		"from where a reader was":            {30, 100, 31, 5},
		"a limit ends an extract":            {30, 2, 31, 2},
		"the newest number leaves nothing":   {35, 100, 0, 0},
		"beyond the newest there is nothing": {99, 100, 0, 0},
		"what is lost is skipped":            {0, 1, 21, 1},
	} {
		got := ledger.Since(row.since, row.limit)
		if len(got.Entries) != row.n || row.n > 0 && got.Entries[0].Seq != row.first {
			t.Errorf("%s: %+v", name, got)
		}
		if got.Last != 35 || got.Lost != 20 {
			t.Errorf("%s: last %d, lost %d", name, got.Last, got.Lost)
		}
	}
	ledger.Reset()
	if seq := ledger.Append(vendorsim.Entry{}); seq != 1 {
		t.Errorf("after a reset the first is %d", seq)
	}
}

func TestLimiterRolls(t *testing.T) {
	limiter := vendorsim.NewLimiter(2, time.Minute)
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n, row := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true},
		{30 * time.Second, true},
		{59 * time.Second, false},
		{60 * time.Second, true},
		{61 * time.Second, false},
		{90 * time.Second, true},
		{91 * time.Second, false},
	} {
		if got := limiter.Allow(begin.Add(row.after)); got != row.want {
			t.Errorf("request %d after %v: %v, want %v", n, row.after, got, row.want)
		}
	}
	if got := limiter.Stats(); got.Allowed != 4 || got.Refused != 3 {
		t.Errorf("%+v", got)
	}
	if free := vendorsim.NewLimiter(0, time.Minute); !free.Allow(begin) || !free.Allow(begin) { //nolint:staticcheck // asked twice on purpose
		t.Error("no limit refuses")
	}
}
