package stripe

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"sync/atomic"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Owner is whose a connection is.
type Owner struct {
	Account string // acct_…; empty: the key may not read it
	Live    bool   // it moves real money
}

// Keep keeps whose a connection is, once: it answers with what is known from then on, if anything is. nil only asks.
type Keep func(ctx context.Context, is *Owner) (known Owner, ok bool, err error)

// The reasons of a connection whose key is another account's than it was.
const (
	ReasonOtherAccount  = "CONNECTION_OF_ANOTHER_ACCOUNT"
	ReasonOtherKind     = "CONNECTION_OF_THE_OTHER_MODE" // test and live
	ReasonAccountHidden = "ACCOUNT_HIDDEN"               // it was known, and the key may not read whose it is
)

// Standing is whether the key is known to be of the account that the connection has always been of.
type Standing int32

// The standings.
const (
	Unproven Standing = iota // nobody has asked yet
	Proven
	Foreign // it is of another: nothing may be taken from it, or done to it
)

// title is what is known of whose the connection is. It is asked for before the first request of a process: until it is proven nothing
// else is sent, so that nothing crosses from one account to another when a key was exchanged.
type title struct {
	keep     Keep // nil: nobody keeps it, and any account will do
	standing atomic.Int32
	asking   chan struct{} // holds one
	known    Owner         // while somebody asks; zero: nothing is
	some     bool
	live     bool
}

// Standing is how sure it is that the key is still of the connection's account.
func (c *Client) Standing() Standing {
	if c.title.keep == nil {
		return Proven
	}
	return Standing(c.title.standing.Load())
}

// signer puts our key on requests, once it is known to be of the connection's account.
type signer struct {
	upstream.Signer
	client *Client
}

// Sign asks first whose the key is.
func (s signer) Sign(ctx context.Context, req *http.Request) error {
	if err := s.client.prove(ctx); err != nil {
		return err
	}
	return s.Signer.Sign(ctx, req)
}

const ownerOp = "stripe.GetAccount"

// prove asks once whose the key is, and compares that with what is known.
func (c *Client) prove(ctx context.Context) error {
	t := &c.title
	if c.Standing() == Proven {
		return nil
	}
	select {
	case t.asking <- struct{}{}:
		defer func() { <-t.asking }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if c.Standing() == Proven {
		return nil
	}
	var err error
	if t.known, t.some, err = t.keep(ctx, nil); err != nil {
		return notKept(err)
	}
	is, err := c.Owner(ctx)
	if err == nil {
		t.known, t.some, err = t.keep(ctx, &is)
	}
	if f := t.judge(is.Account); err == nil && f != nil { // another replica, with another key, was quicker
		err = f
	}
	switch f := fault.Of(err); {
	case f == nil:
		t.standing.Store(int32(Proven))
	case f.Kind == fault.Unauthorized && (f.Reason == ReasonOtherAccount || f.Reason == ReasonOtherKind || f.Reason == ReasonAccountHidden):
		t.standing.Store(int32(Foreign))
		return err
	case f.Kind == fault.Unknown:
		return notKept(err)
	}
	return err
}

func notKept(err error) *fault.Error {
	return &fault.Error{Op: ownerOp, Kind: fault.Unavailable, Reason: "NOT_KEPT", Message: "whose the connection is cannot be read or kept", Err: err}
}

// Owner asks Stripe whose the key is; its mode is said by itself. It is signed here, as it comes before every signature.
func (c *Client) Owner(ctx context.Context) (Owner, error) {
	header := http.Header{"Authorization": {"Bearer " + c.cfg.Key}, "Stripe-Version": {Version}}
	if c.cfg.Account != "" {
		header.Set("Stripe-Account", c.cfg.Account)
	}
	ctx = asking(ctx, ask{op: ownerOp, route: accountPath})
	r, err := c.up.Do(ctx, upstream.Call{Op: ownerOp, URL: c.cfg.BaseURL + accountPath, Route: accountPath, Header: header, Unsigned: true})
	if err != nil {
		return Owner{}, err
	}
	return Owner{Account: accountIn(r), Live: c.cfg.Live()}, nil
}

const accountPath = "/v1/account"

// named is how a missing permission names the account all the same [community: as seen by many with restricted keys].
var named = regexp.MustCompile(`on account '(acct_[A-Za-z0-9_]+)'`) //nolint:gochecknoglobals // compiled once

// accountIn is the account that an answer names; empty: none.
func accountIn(r *upstream.Response) string {
	var account struct {
		ID string `json:"id"`
	}
	if r.Status < 300 {
		_ = json.Unmarshal(r.Body, &account) // its shape was looked at
		return account.ID
	}
	c, _ := complaintOf(r.Body)
	if found := named.FindStringSubmatch(c.Message); found != nil {
		return found[1]
	}
	return ""
}

// classify is what an answer means. Of whose the key is, that it is of another than before is a refusal of our credentials: it stops
// the connection, and buries nothing.
func (c *Client) classify(op string, r *upstream.Response) *fault.Error {
	if op != ownerOp || r.Status >= 300 && r.Status != http.StatusForbidden {
		return classify(op, r)
	}
	if f := classify(op, r); f != nil && f.Kind != fault.Hidden {
		return f
	}
	id := accountIn(r)
	if id == "" && r.Status < 300 {
		return &fault.Error{Kind: fault.Drift, Reason: ReasonDrift, Message: "an account without an id"}
	}
	return c.title.judge(id)
}

// judge says why the key of an account is not the connection's; nil: it is, as far as anybody can tell.
func (t *title) judge(id string) *fault.Error {
	switch {
	case !t.some:
		return nil
	case t.known.Live != t.live:
		return foreign(ReasonOtherKind, "the key is of the other mode than this connection was: give that a connection of its own")
	case t.known.Account == "" || t.known.Account == id:
		return nil
	case id == "":
		return foreign(ReasonAccountHidden, "the key may not read its account, and this connection is of "+t.known.Account+": let it read that")
	}
	return foreign(ReasonOtherAccount, "the key is of "+begin(id)+", and this connection of "+t.known.Account+": give the other account a connection of its own")
}

func foreign(reason, message string) *fault.Error {
	return &fault.Error{Kind: fault.Unauthorized, Reason: reason, Message: message}
}
