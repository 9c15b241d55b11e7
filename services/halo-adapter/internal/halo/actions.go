package halo

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// ActionPage is what a list of actions holds. Halo pages no actions: it only counts them off.
type ActionPage struct {
	Actions     []Action
	Drifted     []Drifted // rows that cannot be read
	RecordCount int64     // of all there are; -1: Halo did not say
}

// Actions reads up to count actions of a ticket, the newest first; 0: all. What Halo itself noted is left out.
func (c *Client) Actions(ctx context.Context, ticket int64, count int) (ActionPage, error) {
	query := actionQuery(count)
	query.Set("ticket_id", itoa(ticket))
	return c.actions(ctx, "halo.ListActions", ticket, query)
}

// ActionsBetween reads up to count actions of any ticket made between two times, the newest first; 0: all. Later edits of an
// action are not seen this way [official: Halo OpenAPI 2024-09, /Actions].
func (c *Client) ActionsBetween(ctx context.Context, from, to time.Time, count int) (ActionPage, error) {
	query := actionQuery(count)
	query.Set("startdate", seconds(from))
	query.Set("enddate", seconds(upToSecond(to)))
	return c.actions(ctx, "halo.ListRecentActions", 0, query)
}

func actionQuery(count int) url.Values {
	v := url.Values{"includehtmlnote": {"true"}, "excludesys": {"true"}}
	if count > 0 {
		v.Set("count", strconv.Itoa(count))
	}
	return v
}

func (c *Client) actions(ctx context.Context, op string, ticket int64, query url.Values) (ActionPage, error) {
	resp, err := c.do(ctx, upstream.Call{Op: op, URL: "/Actions", Route: "/Actions", Query: query, Entity: ticketEntity(ticket)})
	if err != nil {
		return ActionPage{}, err
	}
	raw, count, err := collection(resp.Body, "actions")
	if err != nil {
		return ActionPage{}, drifted(op, resp, err)
	}
	page := ActionPage{RecordCount: count}
	page.Actions, page.Drifted = rows(op, resp, raw, readAction(ticket))
	return page, nil
}

// CreateAction adds an action to a ticket; of an answer that cannot be read, only its ID is. p needs an outcome or outcome_id, which the agent we act as must have a right to, or
// Halo refuses it for good [community: CIPP-API #106].
func (c *Client) CreateAction(ctx context.Context, ticket int64, p ActionPatch) (Action, error) {
	const op = "halo.CreateAction"
	var own ActionPatch
	own.Int("ticket_id", ticket)
	for _, f := range p.fields {
		if f.name != "ticket_id" {
			own.put(f)
		}
	}
	row, resp, err := c.upsert(ctx, op, "/Actions", ticketEntity(ticket), own)
	if err != nil {
		return Action{}, err
	}
	a, err := readAction(ticket)(row)
	if err != nil { // taken all the same: what came of it has to be looked at
		a = Action{TicketID: ticket}
		a.ID, err = readID(row, err)
	}
	if err != nil {
		return Action{}, drifted(op, resp, err)
	}
	return a, nil
}
