// Package hook answers what Halo's webhook calls tell: what to look at again.
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

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
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

	// Whether there are events of these kinds, and what they are called then, is unknown [unsure].
	Client    *numbered `json:"client"`
	Site      *numbered `json:"site"`
	User      *numbered `json:"user"`
	Quotation *numbered `json:"quotation"`
	Invoice   *numbered `json:"invoice"`

	objects bool // it holds an object, whichever
}

// UnmarshalJSON notes whether an object came with the event, be it of a kind that we do not know.
func (e *event) UnmarshalJSON(b []byte) error {
	type plain event
	var fields map[string]json.RawMessage
	if err := errors.Join(json.Unmarshal(b, (*plain)(e)), json.Unmarshal(b, &fields)); err != nil {
		return err
	}
	for _, value := range fields {
		e.objects = e.objects || value[0] == '{' // never empty, and without spaces before it
	}
	return nil
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

// notices point at what came with the event: the ticket and, where an action came with it, the ticket's notes; or something of
// another kind. They share a delivery, so their keys differ. An event that names nothing is ignored.
func (e event) notices() []delivery.Notice {
	var ns []delivery.Notice
	tell := func(kind, id string) {
		if id != "" {
			ns = append(ns, delivery.Notice{Key: e.key(kind), Ref: mirror.Ref{Kind: kind, VendorID: id}})
		}
	}
	for _, other := range e.others() {
		if other.object != nil {
			tell(other.kind, string(other.object.ID))
		}
	}
	tell("ticket", e.ticket())
	if e.Action != nil {
		tell("note", e.ticket())
	}
	if len(ns) == 0 {
		return []delivery.Notice{{Key: e.key("")}}
	}
	return ns
}

// other is an object of a kind other than tickets and actions.
type other struct {
	kind   string
	object *numbered
}

func (e event) others() []other {
	return []other{{"client", e.Client}, {"site", e.Site}, {"user", e.User}, {"quote", e.Quotation}, {"invoice", e.Invoice}}
}

func (e event) ticket() string {
	switch {
	case e.Ticket != nil && e.Ticket.ID.valid():
		return string(e.Ticket.ID)
	case e.Action != nil && e.Action.TicketID.valid():
		return string(e.Action.TicketID)
	case !e.objects && e.ObjectID.valid(): // the payload kind "event information only": whose else it may be, nobody can tell
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

// UnmarshalJSON takes a whole positive number, quoted or not, be it spelled as 12.0; anything else is no id.
func (n *number) UnmarshalJSON(b []byte) error {
	var id halo.ID
	if err := id.UnmarshalJSON(bytes.Trim(b, `"`)); err == nil && id > 0 {
		*n = number(strconv.FormatInt(int64(id), 10))
	}
	return nil
}

func (n number) valid() bool { return n != "" }
