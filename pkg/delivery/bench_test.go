package delivery_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// BenchmarkStates takes in calls from 64 clients, each with a new state of one of 5,000 tickets.
func BenchmarkStates(b *testing.B) {
	r := &rig{World: fixture.New(b)}
	db, err := pg.Open(b.Context(), r.DB.Config().ConnString(), pg.Config{MaxConns: 8})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	r.through(db)
	const tickets = 5000
	err = pg.InTx(b.Context(), db, func(tx pgx.Tx) error {
		var all []mirror.Observation
		now, err := mirror.Now(b.Context(), tx)
		for i := range tickets {
			o := fixture.Ticket(fmt.Sprint(i), "before")
			o.Source, o.Opened = mirror.Fetch, now
			all = append(all, o)
		}
		if err == nil {
			_, err = r.Mirror.Apply(b.Context(), tx, "acme", all)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	said := strings.Repeat("what a ticket says ", 30)
	b.SetParallelism(32) // on two cores
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			at := n.Add(1)
			body := fmt.Sprintf(`{"id":"%d","key":"%d","summary":"%s%d","at":%d}`, rand.IntN(tickets), at, said, at, 1_700_000_000+2*at)
			if got := r.call("/webhooks/acme/"+path, body, "yes"); got != http.StatusOK {
				b.Errorf("answered %d", got)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
