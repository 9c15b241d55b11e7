package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Event is what changed, as a webhook or the feed tells it.
type Event struct {
	ID         string    `json:"id"`
	Object     string    `json:"object"`      // "event"; a thin one: "v2.core.event"
	APIVersion string    `json:"api_version"` // in which its object is written; may be empty
	Created    EventTime `json:"created"`
	Livemode   bool      `json:"livemode"`
	Type       string    `json:"type"` // "customer.updated"
	Account    string    `json:"account"`
	Context    string    `json:"context"`
	Request    *struct {
		IdempotencyKey string `json:"idempotency_key"`
	} `json:"request"`
	Data *struct {
		Object json.RawMessage `json:"object"`
	} `json:"data"`
	Related *struct { // of a thin one
		ID   string `json:"id"`
		Type string `json:"type"` // "customer"
	} `json:"related_object"`
}

// EventTime is a time in seconds or, in a thin event, in RFC 3339 [official: docs.stripe.com/event-destinations].
type EventTime struct{ time.Time }

// UnmarshalJSON reads either; what is neither is no time.
func (t *EventTime) UnmarshalJSON(b []byte) error {
	s := strings.Trim(string(b), `"`)
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
		t.Time = time.Unix(n, 0).UTC()
		return nil
	}
	t.Time, _ = time.Parse(time.RFC3339, s)
	return nil
}

// Key is the idempotency key of the request that caused it; empty: none is known.
func (e *Event) Key() string {
	if e.Request == nil {
		return ""
	}
	return e.Request.IdempotencyKey
}

// ObjectID is the id of what it is about; empty: it has none.
func (e *Event) ObjectID() string {
	if e.Data == nil {
		return ""
	}
	return idIn(e.Data.Object)
}

// PartKey tells apart what one event says of several things.
func PartKey(event, part string) string { return event + "/" + part }

// Decline is the refusal that the event of a declined payment tells of, to whoever did not hear it.
func (e *Event) Decline() *fault.Error {
	var payment struct {
		Error complaint `json:"last_payment_error"`
	}
	if e.Data != nil {
		_ = json.Unmarshal(e.Data.Object, &payment) // without words it is declined all the same
	}
	return &fault.Error{
		Op: "stripe.ListEvents", Kind: fault.Invalid, Reason: ReasonDeclined, Code: payment.Error.Code, Message: payment.Error.words(), Settles: true,
	}
}

// Ours is whether its object is written in the version that we ask for, or in one of the same train, which only adds
// [official: docs.stripe.com/webhooks/versioning].
func (e *Event) Ours() bool {
	_, theirs, dated := strings.Cut(e.APIVersion, ".")
	_, ours, _ := strings.Cut(Version, ".")
	return dated && theirs == ours
}

// EventQuery asks for a page of the feed, newest first.
type EventQuery struct {
	From, To time.Time // created in [From, To]
	Types    []string  // at most 20; nil: all
	After    string    // the id that the page begins behind
	Limit    int       // 0: MaxRows
}

// EventPage is a page of the feed.
type EventPage struct {
	Events []Event
	Odd    []OddEvent // that cannot be read
	More   bool
	Last   string    // the id of its last; empty: there are none
	At     time.Time // the vendor's clock when it showed this; zero: it did not say
}

// OddEvent is an event that cannot be read.
type OddEvent struct {
	ID, Message string          // ID: as far as it can be read
	Raw         json.RawMessage // what of it may be kept
}

// Events reads one page of the feed: it goes back 30 days [official: OpenAPI].
func (c *Client) Events(ctx context.Context, q EventQuery) (EventPage, error) {
	return c.events(ctx, "stripe.ListEvents", q)
}

func (c *Client) events(ctx context.Context, op string, q EventQuery) (EventPage, error) {
	const path = "/v1/events"
	v := Query{From: q.From, To: q.To, After: q.After, Limit: q.Limit}.values()
	for i, t := range q.Types {
		v.Set("types["+strconv.Itoa(i)+"]", t)
	}
	a := ask{op: op, route: path}
	r, err := c.list(ctx, a, path, v.Encode())
	if err != nil {
		return EventPage{}, err
	}
	var list envelope
	if err := json.Unmarshal(r.raw, &list); err != nil {
		return EventPage{}, drifted(a, "GET", r, err)
	}
	page := EventPage{More: list.More, At: r.date()}
	for _, raw := range list.Data {
		var e Event
		err := json.Unmarshal(raw, &e)
		if err == nil && e.ID == "" {
			err = errors.New("an event without an id")
		}
		if err != nil {
			odd := OddEvent{ID: idIn(raw), Message: begin(err.Error()), Raw: Outline(raw)}
			page.Odd, page.Last = append(page.Odd, odd), odd.ID
			continue
		}
		page.Events, page.Last = append(page.Events, e), e.ID
	}
	if page.More && page.Last == "" {
		return EventPage{}, drifted(a, "GET", r, errors.New("a page whose last event has no id: nothing can be asked for behind it"))
	}
	return page, nil
}

// idIn is the id of an object; empty: it has none that can be read.
func idIn(raw json.RawMessage) string {
	if id := gjson.GetBytes(raw, "id"); id.Type == gjson.String {
		return id.Str
	}
	return ""
}

// About is what an event is about, as its object says; an error: it holds none.
type About struct{ Object, ID, PaymentIntent, Invoice string }

// About reads it.
func (e *Event) About() (About, error) {
	if e.Data == nil {
		return About{}, errors.New("an event without data")
	}
	o := gjson.ParseBytes(e.Data.Object)
	if !o.IsObject() {
		return About{}, errors.New("an event without an object")
	}
	return About{Object: o.Get("object").String(), ID: idIn(e.Data.Object), PaymentIntent: reference(o, "payment_intent"), Invoice: reference(o, "invoice")}, nil
}

// reference is the id in a field that holds an id or the object itself; empty: there is none.
func reference(o gjson.Result, field string) string {
	v := o.Get(field)
	if v.IsObject() {
		v = v.Get("id")
	}
	if v.Type != gjson.String {
		return ""
	}
	return v.Str
}
