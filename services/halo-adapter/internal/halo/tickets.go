package halo

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Ticket reads one ticket with all its fields, past Halo's own caches.
func (c *Client) Ticket(ctx context.Context, id int64) (Ticket, error) {
	const op = "halo.GetTicket"
	resp, err := c.do(ctx, upstream.Call{
		Op: op, URL: "/Tickets/" + itoa(id), Route: "/Tickets/{id}", Entity: ticketEntity(id),
		Query: url.Values{"includedetails": {"true"}, "nocache": {"true"}},
	})
	if err != nil {
		return Ticket{}, err
	}
	row, err := single(resp.Body)
	if err != nil {
		return Ticket{}, drifted(op, resp, err)
	}
	t, err := readTicket(row)
	if err != nil {
		return Ticket{}, drifted(op, resp, err)
	}
	return t, nil
}

// TicketPage is one page of a list.
type TicketPage struct {
	Tickets     []Ticket
	Drifted     []Drifted // rows that cannot be read
	RecordCount int64     // of all pages; -1: Halo did not say
}

// Tickets reads one page. Its rows lack fields that Ticket has.
func (c *Client) Tickets(ctx context.Context, q TicketQuery) (TicketPage, error) {
	return c.tickets(ctx, "halo.ListTickets", q)
}

func (c *Client) tickets(ctx context.Context, op string, q TicketQuery) (TicketPage, error) {
	resp, err := c.do(ctx, upstream.Call{Op: op, URL: "/Tickets", Route: "/Tickets", Query: q.values()})
	if err != nil {
		return TicketPage{}, err
	}
	raw, count, err := collection(resp.Body, "tickets")
	if err != nil {
		return TicketPage{}, drifted(op, resp, err)
	}
	page := TicketPage{RecordCount: count}
	page.Tickets, page.Drifted = rows(op, resp, raw, readTicket)
	for i := range page.Tickets {
		page.Tickets[i].Listed = true
	}
	return page, nil
}

// CreateTicket makes a ticket; of an answer that cannot be read, only its ID is. There is no key that would make a repeat safe: see TicketQuery.ThirdPartyID.
func (c *Client) CreateTicket(ctx context.Context, p TicketPatch) (Ticket, error) {
	return c.writeTicket(ctx, "halo.CreateTicket", 0, p)
}

// UpdateTicket changes the fields in p and no others; of an answer that cannot be read, only its ID is. The last write wins [official: Halo OpenAPI 2024-09 has no condition].
func (c *Client) UpdateTicket(ctx context.Context, id int64, p TicketPatch) (Ticket, error) {
	return c.writeTicket(ctx, "halo.UpdateTicket", id, p.with(id))
}

func (c *Client) writeTicket(ctx context.Context, op string, id int64, p TicketPatch) (Ticket, error) {
	row, resp, err := c.upsert(ctx, op, "/Tickets", ticketEntity(id), p)
	if err != nil {
		return Ticket{}, err
	}
	t, err := readTicket(row)
	if err != nil { // taken all the same: what came of it has to be looked at
		t = Ticket{}
		t.ID, err = readID(row, err)
	}
	if err == nil && id != 0 && t.ID != id {
		err = &fieldError{"id", fmt.Errorf("ticket %d in answer to %d", t.ID, id)}
	}
	if err != nil {
		return Ticket{}, drifted(op, resp, err)
	}
	return t, nil
}

// RestoreTicket shows a hidden ticket again, as it was; on one that is not hidden it changes nothing [client library:
// homotechsual/HaloAPI Restore-HaloTicket].
func (c *Client) RestoreTicket(ctx context.Context, id int64) (Ticket, error) {
	var p TicketPatch
	p.Bool("_recover", true)
	p.Bool("_validate_updates", true)
	return c.writeTicket(ctx, "halo.RestoreTicket", id, p.with(id))
}

// DeleteTicket hides a ticket; Halo keeps it and can restore it. A ticket that is hidden already may be a fault.NotFound.
func (c *Client) DeleteTicket(ctx context.Context, id int64, reason string) error {
	_, err := c.do(ctx, upstream.Call{
		Op: "halo.DeleteTicket", Method: http.MethodDelete, URL: "/Tickets/" + itoa(id), Route: "/Tickets/{id}",
		Entity: ticketEntity(id), Query: url.Values{"reason": {reason}},
	})
	return err
}

// ticketEntity is empty for a ticket that has no id yet.
func ticketEntity(id int64) string {
	if id == 0 {
		return ""
	}
	return "ticket/" + itoa(id)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
