package sim

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// seedSpan is how far back the change stamps of seeded tickets reach.
const seedSpan = 60 * 24 * time.Hour

// Seed adds made-up tickets with some actions each, as if they had grown over the past two months. It answers with how many
// tickets there were made. Seeding is no change: the ledger says nothing, and no webhook is sent.
func (h *Halo) Seed(tickets int) int {
	h.writing.Lock()
	defer h.writing.Unlock()
	return h.seed(tickets)
}

func (h *Halo) seed(tickets int) int {
	rng := rand.New(rand.NewPCG(h.cfg.Seed, uint64(h.nextID))) //nolint:gosec // repeatable on purpose
	end := h.now().Add(-time.Minute)
	for range tickets {
		h.seedTicket(rng, end)
	}
	return max(tickets, 0)
}

// seedTicket makes some change stamps coincide: one in five falls on a full hour.
func (h *Halo) seedTicket(rng *rand.Rand, end time.Time) {
	updated := end.Add(-time.Duration(rng.Int64N(int64(seedSpan)))).Truncate(100 * time.Nanosecond)
	if rng.IntN(5) == 0 {
		updated = updated.Truncate(time.Hour)
	}
	created := updated.Add(-time.Duration(rng.Int64N(int64(14 * 24 * time.Hour)))).Truncate(time.Millisecond)
	t := &ticket{ID: h.nextID, GUID: h.dice.UUID(), Created: stamp{created}, Updated: stamp{updated}, LastAction: stamp{updated}}
	h.nextID++
	t.Fields = seedFields(rng, created)
	t.Details = fmt.Sprintf("Reported by phone. Asset tag %05d, seen since this morning.", rng.IntN(100_000))
	t.HTML = paragraph(t.Details)
	t.Categories[0] = pick(rng, "Hardware", "Software", "Network", "Access")
	if t.closed() {
		t.Closed = t.Updated
	}
	actions := rng.IntN(5)
	for n := range actions {
		h.seedAction(rng, t, actions-1-n)
	}
	h.tickets.Put(t.ID, t, updated)
}

func seedFields(rng *rand.Rand, created time.Time) ticketFields {
	client := 1 + rng.Int32N(9)
	f := ticketFields{
		Summary:  pick(rng, "Printer offline", "VPN drops every hour", "Mailbox is full", "New starter", "Laptop will not wake", "Backup failed", "Licence request", "Slow file share") + fmt.Sprintf(" (%s)", pick(rng, "reception", "finance", "warehouse", "board room", "remote user")),
		StatusID: pick(rng, int32(1), 2, 2, 3, 4, closedStatus, closedStatus), TicketTypeID: 1 + rng.Int32N(5), PriorityID: 1 + rng.Int32N(4), SLAID: 1,
		ClientID: client, SiteID: client * 10, UserID: client*100 + rng.Int32N(20), AgentID: pick(rng, int32(unassignedAgent), 3, 4, 5, 6, 7),
		Team: pick(rng, teamNames()...), Impact: 1 + rng.Int32N(3), Urgency: 1 + rng.Int32N(3), DateOccurred: stamp{created},
		FixByDate: stamp{created.Add(48 * time.Hour)}, RespondByDate: stamp{created.Add(4 * time.Hour)},
	}
	f.ReportedBy = userName(f.UserID)
	return f
}

// seedAction makes the action that has so many after it: the last is as old as the ticket's change stamp.
func (h *Halo) seedAction(rng *rand.Rand, t *ticket, after int) {
	h.lastNote[t.ID]++
	id := h.lastNote[t.ID]
	at := stamp{t.Updated.Add(-time.Duration(after) * t.Updated.Sub(t.Created.Time) / 8)}
	a := &action{Key: actionKey{t.ID, id}, GUID: h.dice.UUID(), By: person(), Created: at, Updated: at, System: id == 1}
	a.Fields = actionFields{OutcomeID: 7, Outcome: "Internal Note", DateTime: at, HiddenFromUser: rng.IntN(2) == 0}
	a.Note = pick(rng, "Called the user, no answer.", "Restarted the service.", "Waiting for the supplier.", "Remote session: replaced the driver.")
	a.HTML = paragraph(a.Note)
	h.actions.Put(a.Key, a, at.Time)
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }
