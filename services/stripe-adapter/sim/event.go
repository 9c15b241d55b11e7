package sim

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

// event is something that happened, with the object as it was then. [official: OpenAPI event]
type event struct {
	identity
	Type     string
	object   object // never changes, so it can be rendered at any time
	previous map[string]any
	version  string // the account's default at that time
	request  string
	key      string
	account  string
	live     bool
	visible  time.Time       // in the feed: later than it happened, and not in order
	pending  map[string]bool // endpoints that have not taken it, by id
	missed   map[string]bool // endpoints that refused it at least once
}

// snapshot is an event as JSON. [official: OpenAPI event, notification_event_data]
type snapshot struct {
	ID              string           `json:"id"`
	Object          string           `json:"object"`
	Account         string           `json:"account,omitempty"`
	APIVersion      string           `json:"api_version"`
	Created         int64            `json:"created"`
	Data            snapshotData     `json:"data"`
	Livemode        bool             `json:"livemode"`
	PendingWebhooks int              `json:"pending_webhooks"`
	Request         *snapshotRequest `json:"request"`
	Type            string           `json:"type"`
}

type snapshotData struct {
	Object   any            `json:"object"`
	Previous map[string]any `json:"previous_attributes,omitempty"`
}

type snapshotRequest struct {
	ID             *string `json:"id"`
	IdempotencyKey *string `json:"idempotency_key"`
}

// MarshalJSON is the event as the feed has it: in the account's version of that time, whatever the reader's version is.
// [official: api events list]
func (e *event) MarshalJSON() ([]byte, error) { return json.Marshal(e.snapshot(e.version, nil)) }

// snapshot is the event in a version; aged gives old versions their fields.
func (e *event) snapshot(version string, aged func(any)) snapshot {
	var shown any = e.object
	if !modern(version) && aged != nil {
		view := fields(e.object)
		aged(view)
		shown = view
	}
	return snapshot{
		ID: e.ID, Object: "event", Account: e.account, APIVersion: version, Created: e.born, Data: snapshotData{shown, e.previous},
		Livemode: e.live, PendingWebhooks: len(e.pending), Type: e.Type,
		Request: &snapshotRequest{ID: maybe(e.request), IdempotencyKey: maybe(e.key)},
	}
}

// tell notes an event, to be published when the change is whole. With old, it says what was different before.
func (c *change) tell(name string, o, old object) {
	c.told = append(c.told, func() { c.happened(name, o, old) })
}

// publishAll makes the events that were noted. Which of one change comes first is nobody's promise. [official: webhooks, "Event
// ordering"]
func (c *change) publishAll() {
	if c.s.Switches().ShuffleEvents {
		for n := range c.told {
			other := n + c.s.dice.N(len(c.told)-n)
			c.told[n], c.told[other] = c.told[other], c.told[n]
		}
	}
	for _, happened := range c.told {
		happened()
	}
	c.told = nil
}

// happened makes an event and sends it to every endpoint that wants it.
func (c *change) happened(name string, o, old object) {
	e := &event{
		identity: c.mint("event"), Type: name, object: o, version: c.s.Switches().DefaultVersion, request: c.request, key: c.key,
		live: c.s.cfg.Live, pending: map[string]bool{}, missed: map[string]bool{},
	}
	if old != nil {
		e.previous = differences(fields(old), fields(o))
	}
	if c.a.id != c.s.cfg.Account {
		e.account = c.a.id
	}
	c.publish(e)
	if c.s.dice.Hit(c.s.Switches().TwinRate) { // [official: webhooks, "two separate Event objects are generated"]
		twin := *e
		twin.identity = c.mint("event")
		twin.pending, twin.missed = map[string]bool{}, map[string]bool{}
		c.publish(&twin)
	}
}

func (c *change) publish(e *event) {
	lag := time.Duration(c.s.Switches().FeedLagSeconds * float64(time.Second))
	e.visible = c.s.time().Add(c.s.dice.Upto(lag))
	endpoints := c.s.listeners(c.a, e.Type)
	for _, x := range endpoints {
		e.pending[x.ID] = true
	}
	c.store(e)
	for _, x := range endpoints {
		c.s.dispatch(c.a, e, x)
	}
}

// differences is what old had otherwise: whole values, and of hashes only what changed. [official: api event data]
func differences(old, now map[string]any) map[string]any {
	out := map[string]any{}
	for name, was := range old {
		is, there := now[name]
		if there && reflect.DeepEqual(was, is) {
			continue
		}
		before, ok := was.(map[string]any)
		after, also := is.(map[string]any)
		if ok && also && before["object"] == nil {
			out[name] = differences(before, after)
			continue
		}
		out[name] = was
	}
	for name := range now {
		if _, there := old[name]; !there {
			out[name] = nil
		}
	}
	return out
}

// settled is the event after an endpoint has taken or refused it.
func (e *event) settled(endpoint string, taken bool) *event {
	next := *e
	next.pending, next.missed = maps.Clone(e.pending), maps.Clone(e.missed)
	if taken {
		delete(next.pending, endpoint)
		delete(next.missed, endpoint)
	} else {
		next.missed[endpoint] = true
	}
	return &next
}

// matches is whether a list of types, or one with a star at its end, holds a type.
func matches(types []string, name string) bool {
	return slices.ContainsFunc(types, func(t string) bool {
		prefix, star := strings.CutSuffix(t, "*")
		return t == name || star && strings.HasPrefix(name, prefix)
	})
}
