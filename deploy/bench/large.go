package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

// smallMirror is what a large mirror is held against; both have that many tickets at the vendor.
const smallMirror = 10_000

// large measures reads and a sweep on a mirror of many rows, against those on one of few.
func (b *bench) large(ctx context.Context) ([]report.Section, error) {
	rows := b.size(100_000, 1_000_000)
	about := []string{
		fmt.Sprintf("Two adapters beside each other on one Postgres server, each with a database of its own. The vendor of both has %d tickets; the large mirror is filled up to %d by SQL, with copies of one row's bytes: no sweep brought them.", smallMirror, rows),
	}
	read := report.Section{Title: fmt.Sprintf("GetTicket of %d rows, against GetTicket of %d rows", rows, smallMirror), About: about, Ours: "large"}
	swept := report.Section{
		Title: fmt.Sprintf("A sweep of %d changes over %d rows, against one over %d rows", changes, rows, smallMirror),
		About: append(about,
			"Calls are those of the sweep; rows are those that were written in the mirror's table, with their jobs and changes left out; time is from the lease to the end, as the cursor has it; memory is the adapter's largest while it sweeps."),
		Ours: "large",
	}
	quick := settings{"halo": settings{"sweep": settings{"tickets": "24h", "notes": "24h"}}, "sweeps": settings{"poll": "50ms"}}
	err := b.on(ctx, needs{tickets: smallMirror, settings: quick}, func(ctx context.Context, small *rig) error {
		return b.on(ctx, needs{tickets: smallMirror, settings: quick, beside: small}, func(ctx context.Context, big *rig) (err error) {
			if err := big.swell(ctx, rows); err != nil {
				return err
			}
			if read.Results, err = b.readBoth(ctx, big, small, rows); err != nil {
				return err
			}
			swept.Results, err = b.sweepBoth(ctx, big, small)
			return err
		})
	})
	return []report.Section{read, swept}, err
}

// swollen is the vendor's id of the copies, and one less.
const swollen = 900_000_000

// swell fills the mirror up to so many rows with copies of one. A copy has an id and a time of its own, and the bytes of the
// original.
func (r *rig) swell(ctx context.Context, rows int) error {
	began := time.Now()
	var columns []string
	err := r.db.QueryRow(ctx, `select array_agg(column_name::text order by ordinal_position) from information_schema.columns
		where table_schema = 'public' and table_name = 'ticket' and is_generated = 'NEVER'`).Scan(&columns)
	if err != nil {
		return err
	}
	values := make([]string, len(columns))
	for i, name := range columns {
		switch values[i] = "t." + name; name {
		case "uid":
			values[i] = "gen_random_uuid()"
		case "vendor_id":
			values[i] = fmt.Sprintf("(%d + n)::text", swollen)
		case "changed_at":
			values[i] += " - n * interval '1 second'"
		}
	}
	_, err = r.db.Exec(ctx, fmt.Sprintf(`insert into ticket (%s) select %s from (select * from ticket where vendor_id = $1) t, generate_series(1, $2::int) n`,
		strings.Join(columns, ", "), strings.Join(values, ", ")), r.id(0), rows-len(r.names))
	if err != nil {
		return fmt.Errorf("fill the mirror up: %w", err)
	}
	if err := r.tidy(ctx); err != nil {
		return err
	}
	r.say("  a mirror of %d rows is there after %v", rows, time.Since(began).Round(100*time.Millisecond))
	return nil
}

// readBoth reads all rows of both mirrors at random.
func (b *bench) readBoth(ctx context.Context, big, small *rig, rows int) ([]report.Result, error) {
	few, err := getRequests(small.names)
	if err != nil {
		return nil, err
	}
	names := append([]string{}, big.names...)
	for n := len(names); n < rows; n++ {
		names = append(names, fmt.Sprintf("%s/tickets/%d", big.parent, swollen+n-len(big.names)+1))
	}
	many, err := getRequests(names)
	if err != nil {
		return nil, err
	}
	got, err := b.alternate(ctx, "GetTicket", throughput, named("large", getting(big.adapter, someClients, many)), named("small", getting(small.adapter, someClients, few)))
	return []report.Result{
		report.Compare(fmt.Sprintf("clients: %d, throughput", someClients), "small", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 0.9}),
		report.Compare(fmt.Sprintf("clients: %d, p99", someClients), "small", report.Millis, got.compare(1, millis(0.99)), measure.Goal{AtMost: 1.1}),
	}, err
}

func named(name string, s side) side { return side{name, s.run} }

// What a sweep is measured by.
const (
	ofCalls  = "calls"
	ofRows   = "rows"
	ofMemory = "memory"
)

func (b *bench) sweepBoth(ctx context.Context, big, small *rig) ([]report.Result, error) {
	for _, r := range []*rig{big, small} {
		if err := r.silence(ctx); err != nil {
			return nil, err
		}
	}
	show := func(r load.Run) string {
		return fmt.Sprintf("%v, %.0f calls, %.0f rows, %.1f MB", r.Took.Round(time.Millisecond), r.Of(ofCalls), r.Of(ofRows), r.Of(ofMemory))
	}
	got, err := b.alternate(ctx, "sweep", show, side{"large", big.swept}, side{"small", small.swept})
	same := measure.Goal{AtMost: 1.1}
	return []report.Result{
		report.Compare("vendor calls", "small", report.Count, got.compare(1, also(ofCalls)), same),
		report.Compare("rows written", "small", report.Count, got.compare(1, also(ofRows)), same),
		report.Compare("time", "small", report.Millis, got.compare(1, func(r load.Run) float64 { return float64(r.Took) / float64(time.Millisecond) }), same),
		report.Compare("memory", "small", report.MB, got.compare(1, also(ofMemory)), same),
	}, err
}
