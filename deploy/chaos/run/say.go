package run

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// say tells people what happens, a line at a time. It may be shared.
type say struct {
	mu    sync.Mutex
	out   io.Writer
	began time.Time
}

func newSay(out io.Writer) *say { return &say{out: out} }

func (s *say) line(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = fmt.Fprintf(s.out, format+"\n", args...) // a reader who left stops nothing
}

// begin lets times count from now.
func (s *say) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.began = time.Now()
}

// now tells something with the time at which it is.
func (s *say) now(format string, args ...any) {
	s.line("%7.2f s  %s", time.Since(s.began).Seconds(), fmt.Sprintf(format, args...))
}

func welcome(s *say, cfg Config, sched schedule.Schedule) {
	s.line("chaos: %v of faults from seed %d on %s-adapter (again: CHAOS_ADAPTER=%s CHAOS_SEED=%d CHAOS_SECONDS=%.0f make chaos)", cfg.Length, cfg.Seed,
		cfg.Play.Adapter, cfg.Play.Adapter, cfg.Seed, cfg.Length.Seconds())
	s.line("\nTwo replicas on one Postgres, less patient than they usually are:")
	for _, scale := range stack.ImpatientScales() {
		s.line("  %-52s %-22s here %s", scale.What, scale.Usual, scale.Here)
	}
	s.line("\nWall clocks, all of each process's: the vendor's is %s, the replicas' %s and %s; Postgres has this machine's.\n",
		away(sched.Vendor), away(sched.Clocks[cfg.Play.Replicas()[0]]), away(sched.Clocks[cfg.Play.Replicas()[1]]))
}

func away(d time.Duration) string {
	if d < 0 {
		return fmt.Sprintf("%v behind", -d)
	}
	return fmt.Sprintf("%v ahead", d)
}

// shown is how many findings of a sort are printed; all are in the file.
const shown = 10

// findings prints some of what was found, and keeps all of it.
func (s *say) findings(found []judge.Finding, data string) {
	if len(found) == 0 {
		return
	}
	told := map[string]int{}
	var all strings.Builder
	for _, f := range found {
		text := fmt.Sprintf("%s: %s", f.What, f.Says)
		all.WriteString(text + "\n")
		if told[f.What]++; told[f.What] <= shown {
			s.line("✗ %s", text)
		}
	}
	for what, n := range told {
		if n > shown {
			s.line("✗ %s: %d more", what, n-shown)
		}
	}
	s.line("\nFindings, history, logs and database are in %s", data)
	if err := write(data, "findings.txt", []byte(all.String())); err != nil {
		s.line("not all of it: %v", err)
	}
}

func write(data, name string, content []byte) error {
	return errors.Join(os.MkdirAll(data, 0o700), os.WriteFile(filepath.Join(data, name), content, 0o600))
}

// used tells how the adapter was used, what those who wrote were answered on the way, and what was buried.
func (a *arena) used(h *history.History) {
	buried := map[string]int{}
	for _, l := range h.Letters {
		buried[l.Class]++
	}
	looks, slowest := 0, time.Duration(0)
	for _, r := range a.readers {
		looks, slowest = looks+r.Looks, max(slowest, r.Slowest)
	}
	changes := map[string]int{}
	for _, e := range h.Ledger {
		changes[e.Kind+" "+e.Op]++
	}
	a.say.line("\nWriters were answered: %s. Readers had %d answers, the slowest after %v. The vendor's changes: %s. Dead letters: %s.",
		counts(a.callers.Heard()), looks, slowest.Round(time.Millisecond), counts(changes), counts(buried))
}

func counts(of map[string]int) string {
	var all []string
	for _, what := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%s %d", what, of[what]))
	}
	return cmp.Or(strings.Join(all, ", "), "none")
}
