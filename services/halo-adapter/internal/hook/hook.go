// Package hook answers what Halo's webhook calls tell: which tickets to look at again.
package hook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Login is what Halo sends back to show that it is Halo: it signs nothing, Basic authentication is all it offers
// [official: Halo guide, "Webhook Integration"].
type Login struct{ User, Password string }

// Hook reads Halo's webhooks. What they carry is never believed, only what they point at is looked at again.
type Hook struct {
	Logins map[string]Login // by connection
}

// Prove compares the login in constant time. A connection without a password has no webhooks.
func (h Hook) Prove(_ context.Context, connection string, header http.Header, _ []byte) delivery.Proof {
	user, password, ok := (&http.Request{Header: header}).BasicAuth()
	want := h.Logins[connection]
	if same(user, want.User)&same(password, want.Password) == 1 && ok && want.Password != "" {
		return delivery.Verified
	}
	return delivery.Rejected
}

func same(a, b string) int {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:])
}

// event is the envelope of a call [community: a body captured from a live tenant, DotMarc HaloWebhookEndpointTests].
// Its "event" is a phrase in the tenant's language and is not looked at.
type event struct {
	ID        string    `json:"id"`
	WebhookID string    `json:"webhook_id"`
	MessageID string    `json:"escmsg_id"`
	ObjectID  number    `json:"object_id"`
	Ticket    *numbered `json:"ticket"`
	Action    *action   `json:"action"`
}

type numbered struct {
	ID number `json:"id"`
}

type action struct {
	TicketID number `json:"ticket_id"`
}

// Read takes one event or, as batched calls are thought to look [unsure], an array of them.
func (h Hook) Read(_ string, body []byte) ([]delivery.Notice, error) {
	events, err := parse(body)
	if err != nil {
		return nil, err
	}
	var notices []delivery.Notice
	for _, e := range events {
		notices = append(notices, e.notices()...)
	}
	return notices, nil
}

func parse(body []byte) ([]event, error) {
	body = bytes.TrimSpace(body)
	if len(body) == 0 {
		return nil, errors.New("the body is empty")
	}
	var events []event
	if body[0] != '[' {
		body = append(append([]byte{'['}, body...), ']')
	}
	if err := json.Unmarshal(body, &events); err != nil {
		return nil, fmt.Errorf("no event: %w", err)
	}
	return events, nil
}

// notices point at the ticket and, where an action came with it, at the ticket's notes. The two share a delivery, so
// their keys differ. An event that names nothing is ignored: which kinds have events is unknown.
func (e event) notices() []delivery.Notice {
	ticket := e.ticket()
	if ticket == "" {
		return []delivery.Notice{{Key: e.key("")}}
	}
	ns := []delivery.Notice{{Key: e.key("ticket"), Ref: mirror.Ref{Kind: "ticket", VendorID: ticket}}}
	if e.Action != nil {
		ns = append(ns, delivery.Notice{Key: e.key("note"), Ref: mirror.Ref{Kind: "note", VendorID: ticket}})
	}
	return ns
}

func (e event) ticket() string {
	switch {
	case e.Ticket != nil && e.Ticket.ID.valid():
		return string(e.Ticket.ID)
	case e.Action != nil && e.Action.TicketID.valid():
		return string(e.Action.TicketID)
	case e.Ticket == nil && e.Action == nil && e.ObjectID.valid(): // the payload kind "event information only"
		return string(e.ObjectID)
	}
	return ""
}

// key tells a repeat: which of the ids survives a re-send is unknown, so the pair that names the event and its webhook
// is taken, or else the delivery's own id. With neither, every call is new.
func (e event) key(what string) string {
	switch {
	case e.WebhookID != "" && e.MessageID != "":
		return e.WebhookID + "/" + e.MessageID + "/" + what
	case e.ID != "":
		return e.ID + "/" + what
	}
	return ""
}

// number is an id that may come as a JSON number or as a string.
type number string

// UnmarshalJSON takes a whole positive number, quoted or not; anything else is no id.
func (n *number) UnmarshalJSON(b []byte) error {
	s := string(bytes.Trim(b, `"`))
	if id, err := strconv.ParseInt(s, 10, 64); err == nil && id > 0 {
		*n = number(strconv.FormatInt(id, 10))
	}
	return nil
}

func (n number) valid() bool { return n != "" }
