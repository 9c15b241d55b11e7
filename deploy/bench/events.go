package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

const (
	buyers = 5000
	// mirrors is what the best public mirror of Stripe takes in a second on two cores, at its p99 [measured once, on such a
	// machine].
	mirrors    = 2150
	mirrorsP99 = 58
)

// events measures Stripe's signed webhooks, each with the state of a customer, until that is in the mirror.
func (b *bench) events(ctx context.Context) ([]report.Section, error) {
	taken := report.Section{
		Title: fmt.Sprintf("Signed webhooks verified and applied from %d clients, against a bare handler {HMAC, one pipelined transaction: delivery, upsert}", mostClients),
		About: []string{
			"Each carries a customer's state in the adapter's version of the API, newer than the one before: the adapter's transaction records the delivery and applies it by the rules of order, with a row for subscribers; no look is needed.",
			"That they were applied is checked: each state is a change of its own, and Stripe is asked for next to none.",
			fmt.Sprintf("The best public mirror of Stripe takes %d/s with a p99 of %d ms.", mirrors, mirrorsP99),
		},
		Ours: "adapter",
	}
	n := needs{customers: b.size(buyers, buyers), settings: working()}
	delete(n.settings, "halo")
	n.settings["stripe"] = settings{"sweep": settings{"events": "24h", "payments": "24h", "lists": "24h"}}
	err := b.on(ctx, n, func(ctx context.Context, r *rig) error {
		_, p, err := r.beside(ctx, "bare", yardstick.Config{Connections: workPool, Jobs: "bare", Work: "none"})
		if err != nil {
			return err
		}
		till, err := r.openTill(ctx)
		if err != nil {
			return err
		}
		got, err := r.alternate(ctx, "events", throughput, till.telling("adapter", r.hookURL()), till.telling("bare", "http://"+p.HTTP+"/webhooks/"+r.at.Connection))
		if err != nil {
			return err
		}
		ours := each(got[0], perSecond)
		taken.Results = []report.Result{
			report.Compare("applied", "bare HTTP", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 0.8}),
			report.Compare("p99", "bare HTTP", report.Millis, got.compare(1, millis(0.99)), measure.Goal{}),
			report.Compare("applied", "twice the best mirror", report.PerSecond, measure.Compare(ours, constant(2*mirrors, len(ours))), measure.Goal{AtLeast: 1}),
		}
		return r.applied(ctx, got[0])
	})
	return []report.Section{taken}, err
}

func constant(v float64, n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = v
	}
	return all
}

// till tells of customers as Stripe does.
type till struct {
	*rig

	customer string // the JSON of one, with marks where its id and name are
	at       []atomic.Int64
	count    atomic.Int64
}

// Marks in a till's customer.
const (
	idMark   = "cus_of_the_template"
	nameMark = "name of the template"
)

func (r *rig) openTill(ctx context.Context) (*till, error) {
	var x map[string]any
	if err := r.vendor.call(ctx, http.MethodGet, "/stripe/objects/"+r.customerID(0), nil, &x); err != nil {
		return nil, err
	}
	x["id"], x["name"] = idMark, nameMark
	text, err := json.Marshal(x)
	t := &till{rig: r, customer: string(text), at: make([]atomic.Int64, len(r.names))}
	now := time.Now().Unix()
	for i := range t.at {
		t.at[i].Store(now)
	}
	return t, err
}

// customerID is the vendor's id of the customer number i.
func (r *rig) customerID(i int) string { return strings.TrimPrefix(r.names[i], r.parent+"/customers/") }

// telling is a side whose clients tell of customers at random.
func (t *till) telling(name, url string) side {
	client := caller()
	return side{name, func(ctx context.Context, length time.Duration) (load.Run, error) {
		return load.Closed(ctx, mostClients, length, func(ctx context.Context, _ int) error {
			return t.tell(ctx, client, url, rand.IntN(len(t.names)))
		})
	}}
}

// tell makes a webhook call. A state is two seconds newer than the one before: within one nobody could tell which is.
func (t *till) tell(ctx context.Context, client *http.Client, url string, i int) error {
	n := t.count.Add(1)
	object := strings.NewReplacer(idMark, t.customerID(i), nameMark, fmt.Sprintf("Buyer %d", n)).Replace(t.customer)
	body := fmt.Appendf(nil, `{"id":"evt_bench_%d","object":"event","api_version":%q,"created":%d,"livemode":false,"pending_webhooks":1,`+
		`"request":{"id":null,"idempotency_key":null},"type":"customer.updated","data":{"object":%s}}`, n, apiVersion, t.at[i].Add(2), object)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Stripe-Signature", yardstick.Sign(t.tenant.Hook.Secret, time.Now(), body))
	return deliver(client, req)
}

// applied checks that what was told of is in the mirror: each state is a change of its own, but for one that another overtook on
// its way.
func (r *rig) applied(ctx context.Context, rounds []load.Run) error {
	told := 0
	for _, x := range rounds {
		told += x.Calls
	}
	var changes, looks int
	err := r.db.QueryRow(ctx, `select (select coalesce(sum(version - 1), 0) from customer), (select count(*) from call where op = 'stripe.GetCustomer')`).Scan(&changes, &looks)
	if err == nil && (changes < told*98/100 || looks > told/100) {
		err = fmt.Errorf("of %d states %d became changes, and %d looks were made: not every snapshot was applied", told, changes, looks)
	}
	return err
}

// apiVersion is the one that the adapter reads without another look.
const apiVersion = "2026-03-25.dahlia"
