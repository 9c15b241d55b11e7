package sweep_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// What a sweep failed of is told in the vendor's words, whatever they are made of.
func TestAFailureIsKeptWhateverTheVendorSays(t *testing.T) {
	for name, said := range map[string]string{"cut within a letter": "x" + strings.Repeat("é", 400), "with a NUL": "a\x00b", "no UTF-8": "a\xffb"} {
		t.Run(name, func(t *testing.T) {
			f := &feed{next: func(int, string) (sweep.Page, error) {
				return sweep.Page{}, &fault.Error{Kind: fault.Unavailable, Reason: "DOWN", Message: said}
			}}
			r := start(t, fixture.New(t), f.plan(time.Hour))
			fixture.Eventually(t, "the failure is kept", func() bool { return strings.Contains(r.text(t, "error"), said[:1]) })
		})
	}
}

// An entry that names what cannot be stored stops no feed, and is told apart by its key however that is spelled.
func TestAnEntryThatCannotBeStoredStopsNoFeed(t *testing.T) {
	entry := func(key, id string) sweep.Told {
		return sweep.Told{Key: key, Ref: mirror.Ref{Kind: "ticket", VendorID: id}}
	}
	long := strings.Repeat("k", 5000)
	f := &feed{next: func(int, string) (sweep.Page, error) {
		return sweep.Page{Complete: true, Told: []sweep.Told{
			entry("a\x00b", "1"), entry("a\x00b", "1"), entry("a\x00c", "2"), entry(long, "3"), entry("odd", "4\x00"), entry("odder", long),
		}}, nil
	}}
	r := start(t, fixture.New(t), f.plan(time.Millisecond))
	r.reads(t, f, 3)
	for sql, want := range map[string]int{
		"select count(*) from delivery":                                             5,
		"select count(*) from job where class = 1 and vendor_id in ('1', '2', '3')": 3,
		"select count(*) from dead_letter where reason = 'DELIVERY_UNREADABLE'":     2,
		"select count(*) from delivery where dedupe_key like 'feed/sha256/%'":       3,
		"select count(*) from cursor where error is null or error = ''":             1,
	} {
		if n := r.count(t, sql); n != want {
			t.Errorf("%s: %d, want %d", sql, n, want)
		}
	}
}

// A row whose id nothing can have has drifted, and the rest of its page is taken in.
func TestARowThatCannotBeStoredStopsNoSweep(t *testing.T) {
	obs := rows(0, 20)
	obs[3].VendorID, obs[7].VendorID = "3\x00", ""
	f := &feed{next: func(int, string) (sweep.Page, error) {
		return sweep.Page{Observations: slices.Clone(obs), Complete: true, Listing: &sweep.Listing{IDs: []string{"1", "2\x00"}, First: true}}, nil
	}}
	r := start(t, fixture.New(t), f.plan(time.Hour))
	fixture.Eventually(t, "it is swept", func() bool { return r.text(t, "swept_at") != "" })
	if n, kept := r.count(t, "select count(*) from ticket"), r.count(t, "select count(*) from dead_letter where field = 'id'"); n != 18 || kept != 1 {
		t.Errorf("%d rows, %d kept for a person; want 18, and one that tells of both", n, kept)
	}
}
