package sim

import (
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// moveClient gives another client what was one's: its sites, users and tickets.
func (h *Halo) moveClient(id, into int, by actor) {
	now := h.stampNow()
	for _, r := range everyone(h.sites, func(r *site) bool { return int(r.Fields.ClientID) == id }) {
		next := *r
		next.Fields.ClientID, next.Updated = double(into), now
		h.sites.put(h, &next, by, "update", map[string]any{"client_id": into})
	}
	for _, r := range everyone(h.users, func(r *user) bool { return int(r.Fields.ClientID) == id }) {
		next := *r
		next.Fields.ClientID, next.Updated = int32(into), now //nolint:gosec // a small id
		h.users.put(h, &next, by, "update", map[string]any{"client_id": into})
	}
	tickets, _ := h.tickets.Page(vendorsim.Query[*ticket]{Order: ticketOrder(nil), Limit: -1, Match: func(t *ticket) bool { return int(t.Fields.ClientID) == id }})
	for _, t := range tickets {
		next := *t
		next.Fields.ClientID, next.Updated = int32(into), now //nolint:gosec // a small id
		h.settleTicket(t, &next, by, "update", map[string]any{"client_id": into})
	}
}

func everyone[F any](k *kind[F], match func(*record[F]) bool) []*record[F] {
	found, _ := k.shelf.Page(vendorsim.Query[*record[F]]{Order: vendorsim.Order[*record[F]]{Name: "id", Compare: func(a, b *record[F]) int { return a.ID - b.ID }}, Limit: -1, Match: match})
	return found
}

// Merge is a person merging one entity into another of its kind, which lives on: tickets, clients, users.
func (h *Halo) Merge(kind string, id, into int) error {
	if kind == "ticket" {
		return h.mergeTicket(id, into, person())
	}
	k, err := h.named(kind)
	if err != nil {
		return err
	}
	return k.mergeInto(h, id, into, person())
}

// mergeTicket closes a ticket and copies its actions to the one that lives on, under new numbers.
func (h *Halo) mergeTicket(id, into int, by actor) error {
	h.writing.Lock()
	defer h.writing.Unlock()
	old, err := h.liveTicket(id)
	if err != nil {
		return err
	}
	survivor, err := h.liveTicket(into)
	if err != nil || id == into || old.MergedInto != 0 || survivor.MergedInto != 0 {
		return absent("ticket")
	}
	next, now := *old, h.stampNow()
	next.MergedInto, next.Fields.StatusID, next.Updated = into, closedStatus, now
	next.closeOrOpen()
	h.tickets.Put(id, &next, now.Time)
	h.recordTicket(&next, by, "merge", map[string]any{"into": strconv.Itoa(into)})
	h.announce(&next, nil, by, "ticket merged")
	for n := 1; n <= h.lastNote[id]; n++ {
		if a, ok := h.actions.Get(actionKey{id, n}, time.Time{}); ok {
			h.copyAction(a, into, now)
		}
	}
	h.announce(h.touch(survivor, now, nil), nil, by, "ticket updated")
	return nil
}

func (h *Halo) copyAction(a *action, into int, now stamp) {
	h.lastNote[into]++
	copied := *a
	copied.Key, copied.MergedFrom, copied.GUID, copied.Updated = actionKey{into, h.lastNote[into]}, a.Key.ticket, h.dice.UUID(), now
	h.actions.Put(copied.Key, &copied, now.Time)
}
