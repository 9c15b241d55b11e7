// Package doctor answers what a person has to do before an adapter works with its vendor, or works again.
//
// What can be looked at is the adapter's to know: it offers checks. Here they are made, each within a deadline and all of them
// within the connection's limit, and shown.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Check is one look at a connection's vendor. It reads, and changes nothing there.
type Check struct {
	Name string // "credentials"
	// Vital: where it finds something to do, those behind it would only repeat that, and are not made.
	Vital bool
	// Look says what it finds. An error is why it could not look; what was found until then counts all the same.
	Look func(ctx context.Context) ([]Finding, error)
}

// Finding is one thing that a check found.
type Finding struct {
	About string // what of the check's: "tickets"; may be empty
	Found string
	Do    string // what a person has to do; empty: nothing, also where nobody knows whether it matters
}

// Row is a finding beside its check.
type Row struct {
	Check string
	Finding
}

// Examination bounds a row of checks. The zero value works.
type Examination struct {
	Each time.Duration // one check takes at most; 0: 30 s
	All  time.Duration // all of them take at most; 0: 3 min
}

// Examine makes the checks in their order, and says what they found.
func (x Examination) Examine(ctx context.Context, checks []Check) []Row {
	if x.Each <= 0 {
		x.Each = 30 * time.Second
	}
	if x.All <= 0 {
		x.All = 3 * time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, x.All)
	defer cancel()
	var rows []Row
	for i, c := range checks {
		found := x.look(ctx, c)
		for _, f := range found {
			rows = append(rows, Row{Check: c.Name, Finding: f})
		}
		if c.Vital && wanting(found) || ctx.Err() != nil {
			return append(rows, unmade(checks[i+1:])...)
		}
	}
	return rows
}

func (x Examination) look(ctx context.Context, c Check) []Finding {
	ctx, cancel := context.WithTimeout(ctx, x.Each)
	defer cancel()
	found, err := c.Look(ctx)
	if err != nil {
		found = append(found, Unanswered("", err))
	}
	return found
}

func wanting(found []Finding) bool {
	for _, f := range found {
		if f.Do != "" {
			return true
		}
	}
	return false
}

func unmade(checks []Check) []Row {
	if len(checks) == 0 {
		return nil
	}
	names := make([]string, 0, len(checks))
	for _, c := range checks {
		names = append(names, c.Name)
	}
	return []Row{{Check: "others", Finding: Finding{Found: "not looked at, because of the above: " + strings.Join(names, ", ")}}}
}

// Unanswered is a question that has no answer, because of err.
func Unanswered(about string, err error) Finding {
	f := fault.Of(err)
	found := Finding{About: about, Found: Words(err), Do: "see to what it says, and look again"}
	if errors.Is(err, context.DeadlineExceeded) {
		found.Found = "no answer in time"
	}
	switch {
	case f.Kind == fault.Throttled && f.Status == 0:
		found.Do = "look again later: the connection's own limit leaves no call"
	case f.Kind == fault.Throttled:
		found.Do = "look again later: others use up what the vendor allows"
	case errors.Is(err, context.DeadlineExceeded) || f.Kind == fault.Unavailable:
		found.Do = "see whether the vendor can be reached from here and is well, and look again"
	}
	return found
}

// Words are err as the vendor or we say it.
func Words(err error) string {
	f := fault.Of(err)
	words := f.Reason
	if f.Status != 0 {
		words = fmt.Sprintf("%d %s", f.Status, words)
	}
	for _, s := range []string{f.Code, f.Message} {
		if s != "" && s != strconv.Itoa(f.Status) { // some repeat the status as their code
			words += ": " + s
		}
	}
	if f.Err != nil && f.Message == "" {
		words += ": " + f.Err.Error()
	}
	return words
}
