package translate

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// News is what an event tells. A zero Ref is about nothing that is kept.
type News struct {
	Ref      mirror.Ref
	Snapshot *mirror.Observation // nil: only that something has changed
}

// Event is what e tells. Its object counts as a snapshot if it is written in our version and reads well; else it is looked at
// again, which says what is wrong with it. An error: it names no object.
func (w Words) Event(e *stripe.Event) (News, error) {
	if e.Related != nil { // a thin one carries nothing
		return News{Ref: ref(e.Related.Type, e.Related.ID)}, nil
	}
	about, err := e.About()
	if err != nil {
		return News{}, err
	}
	switch about.Object {
	case "charge", "dispute": // a part of its payment: there it is shown
		return News{Ref: ref("payment_intent", about.PaymentIntent)}, nil
	case "invoice_payment": // likewise a part of its invoice
		return News{Ref: ref("invoice", about.Invoice)}, nil
	case "invoiceitem": // what is on no invoice yet is told with the invoice that it comes on
		return w.item(e, about.Invoice, about.ID), nil
	}
	if e.Type == "invoice.upcoming" { // there is none yet, whether it shows an id or not
		return News{}, nil
	}
	n := News{Ref: ref(about.Object, about.ID)}
	if n.Ref.Kind != "" && e.Ours() && !e.Created.IsZero() {
		n.Snapshot = w.snapshot(n.Ref, e)
	}
	return n, nil
}

// item is what the event of an item of an invoice tells.
func (w Words) item(e *stripe.Event, invoice, id string) News {
	if invoice == "" || id == "" {
		return News{}
	}
	n := News{Ref: ItemRef(invoice, id)}
	if e.Ours() && !e.Created.IsZero() {
		n.Snapshot = w.snapshot(n.Ref, e)
	}
	return n
}

// Items is what an event of an invoice tells of what the invoice is made of, where that may have changed: each as it is or, where not all
// of it came along, that all is to be looked at.
func (w Words) Items(e *stripe.Event) []News {
	switch strings.TrimPrefix(e.Type, "v1.") { // a thin one's
	case "invoice.created", "invoice.updated", "invoice.finalized":
	default:
		return nil
	}
	if e.Related != nil {
		return []News{{Ref: ItemRef(e.Related.ID, "")}}
	}
	s, err := stripe.See[sdk.Invoice](e.Data.Object, e.Created.Time)
	if err != nil { // it is looked at itself
		return nil
	}
	lines, ok := stripe.LinesIn(s)
	if !ok || !e.Ours() || e.Created.IsZero() || lines.More || len(lines.Drifted) > 0 {
		return []News{{Ref: ItemRef(s.ID, "")}}
	}
	var all []News
	for _, line := range lines.Rows {
		o, err := w.Line(s.ID, line)
		if err != nil {
			return []News{{Ref: ItemRef(s.ID, "")}}
		}
		all = append(all, News{Ref: o.Ref, Snapshot: &o})
	}
	return all
}

// ref is an object of Stripe's as the mirror calls it; zero for one that it does not keep, and for one without an id, as an
// upcoming invoice is.
func ref(object, id string) mirror.Ref {
	kinds := map[string]string{
		"customer": "customer", "payment_intent": "payment", "refund": "refund", "product": "product", "price": "price",
		"subscription": "subscription", "invoice": "invoice",
	}
	if id == "" || kinds[object] == "" {
		return mirror.Ref{}
	}
	return mirror.Ref{Kind: kinds[object], VendorID: id}
}

func (w Words) snapshot(r mirror.Ref, e *stripe.Event) *mirror.Observation {
	if strings.HasSuffix(e.Type, ".deleted") && r.Kind != "subscription" { // that has ended, and stays
		return &mirror.Observation{Ref: r, Presence: mirror.Deleted, VendorTime: e.Created.Time}
	}
	o, err := w.read(r.Kind, e.Data.Object, e.Created.Time)
	if err != nil || r.Kind == "subscription" && !slices.Contains(o.Covers.Paths, "items") {
		return nil
	}
	if job, ok := stripe.JobOf(e.Key()); ok && strings.HasSuffix(e.Type, ".created") {
		o.Mark = job // our own request made it
	}
	return &o
}

func (w Words) read(kind string, raw json.RawMessage, at time.Time) (mirror.Observation, error) {
	switch kind {
	case "customer":
		return read(raw, at, w.Customer)
	case "payment":
		return read(raw, at, w.Payment)
	case "product":
		return read(raw, at, w.Product)
	case "price":
		return read(raw, at, w.Price)
	case "subscription":
		return read(raw, at, w.Subscription)
	case "invoice":
		return read(raw, at, w.Invoice)
	case "item":
		return read(raw, at, w.Item)
	default:
		return read(raw, at, w.Refund)
	}
}

func read[T any](raw json.RawMessage, at time.Time, translate func(stripe.Seen[T]) (mirror.Observation, error)) (mirror.Observation, error) {
	s, err := stripe.See[T](raw, at)
	if err != nil {
		return mirror.Observation{}, err
	}
	return translate(s)
}
