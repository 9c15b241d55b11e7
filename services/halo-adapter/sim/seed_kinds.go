package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// How many clients and users there are unless the tenant is configured otherwise: those that seeded tickets name, and some more.
const (
	seededClients  = 12
	usersPerClient = 5 // tickets name others, too: what they refer to need not be visible
)

// grower makes rows as if they had grown over the past two months. It has dice of its own, so that tickets stay as they are.
type grower struct {
	h    *Halo
	rng  *rand.Rand
	dice *vendorsim.Dice
	end  time.Time
}

func (h *Halo) grower(salt uint64) grower {
	return grower{h, rand.New(rand.NewPCG(h.cfg.Seed, salt)), vendorsim.NewDice(h.cfg.Seed + salt), h.now().Add(-time.Minute)} //nolint:gosec // repeatable on purpose
}

// SeedKinds adds made-up clients, each with a site and users, quotations and invoices. It is no change: the ledger says nothing.
func (h *Halo) SeedKinds(clients, quotes, invoices int) {
	h.writing.Lock()
	defer h.writing.Unlock()
	g := h.grower(uint64(h.clients.next + h.quotes.next + h.invoices.next)) //nolint:gosec // repeatable on purpose
	for range clients {
		id := h.clients.next
		h.clients.next++
		g.client(id, fmt.Sprintf("Client %d", id), h.sites.next, h.users.next)
		h.sites.next++
		h.users.next += g.h.cfg.Users
	}
	g.bills(quotes, invoices)
}

func (h *Halo) seedKinds() {
	g := h.grower(1)
	for n := range h.cfg.Clients {
		g.client(n+1, clientName(int32(n+1)), (n+1)*10, (n+1)*100) //nolint:gosec // twelve of them
	}
	g.bills(h.cfg.Quotes, h.cfg.Invoices)
}

func grown[F any](g grower, id int, fields F) *record[F] {
	at := stamp{g.end.Add(-time.Duration(g.rng.Int64N(int64(seedSpan)))).Truncate(100 * time.Nanosecond)}
	return &record[F]{ID: id, GUID: g.dice.UUID(), Fields: fields, By: person(), Created: stamp{at.AddDate(0, -1, 0)}, Updated: at}
}

func plant[F any](k *kind[F], r *record[F]) { k.shelf.Put(r.ID, r, r.Updated.Time) }

func (g grower) client(id int, name string, siteID, userID int) {
	c := g.h.clients.fresh(stamp{})
	c.Name, c.MainSiteID, c.Ref = name, int32(siteID), fmt.Sprintf("C%03d", id) //nolint:gosec // a small id
	c.Website = "https://" + strings.ToLower(strings.ReplaceAll(name, " ", "-")) + ".example"
	plant(g.h.clients, grown(g, id, c))
	var s siteFields
	s.Name, s.ClientID, s.Timezone, s.SLAID = siteName(int32(siteID)), double(id), "Europe/London", 1 //nolint:gosec // a small id
	s.DeliveryAddress = address{Line1: fmt.Sprintf("%d High Street", siteID), Line3: "Ipswich", Postcode: "IP1 1AA"}
	plant(g.h.sites, grown(g, siteID, s))
	for n := range g.h.cfg.Users {
		var u userFields
		u.Name = userName(int32(userID + n)) //nolint:gosec // a small id
		u.FirstName, u.Surname, _ = strings.Cut(u.Name, " ")
		u.EmailAddress, u.SiteID, u.ClientID = userEmail(int32(userID+n)), double(siteID), int32(id) //nolint:gosec // a small id
		plant(g.h.users, grown(g, userID+n, u))
	}
}

// bills are quotations and invoices, and where there are invoices some that recur.
func (g grower) bills(quotes, invoices int) {
	for range quotes {
		g.quote()
	}
	for range invoices {
		g.invoice()
	}
	for range min(invoices, 3) {
		g.recurring()
	}
}

func (g grower) quote() {
	client := 1 + g.rng.Int32N(int32(g.h.cfg.Clients)) //nolint:gosec // a few
	f := g.h.quotes.fresh(stamp{g.end})
	f.Title = pick(g.rng, "Firewall replacement", "Ten laptops", "Backup for a year", "Office move")
	f.ClientID, f.SiteID, f.UserID, f.ExpiryDate = client, client*10, client*100, stamp{g.end.AddDate(0, 1, 0)}
	for range 1 + g.rng.IntN(3) {
		f.Lines = append(f.Lines, quoteLine{
			ID: g.h.lineNumber(), Name: pick(g.rng, "Licence", "Laptop", "Engineer's day"), Quantity: float64(1 + g.rng.IntN(5)),
			BasePrice: float64(g.rng.IntN(100_000)) / 100, CostPrice: 5, TaxName: "Standard",
		})
	}
	plant(g.h.quotes, grown(g, g.h.quotes.next, f))
	g.h.quotes.next++
}

func (g grower) invoice() {
	f := g.billed()
	r := grown(g, g.h.invoices.next, f)
	day := r.Created.Truncate(24 * time.Hour)
	r.Fields.InvoiceDate, r.Fields.DueDate = stamp{day}, stamp{day.AddDate(0, 0, 30)}
	if g.rng.IntN(2) == 0 {
		r.Fields.Posted = r.Updated
	}
	plant(g.h.invoices, r)
	g.h.invoices.next++
}

func (g grower) recurring() {
	f := g.billed()
	f.Pattern = pattern{StartDate: stamp{g.end.AddDate(-1, 0, 0)}, Last: stamp{g.end.AddDate(0, -1, 0)}, Next: stamp{g.end.AddDate(0, 1, 0)}, Period: 1}
	plant(g.h.recurring, grown(g, g.h.recurring.next, f))
	g.h.recurring.next++
}

func (g grower) billed() invoiceFields {
	client := 1 + g.rng.Int32N(int32(g.h.cfg.Clients)) //nolint:gosec // a few
	f := g.h.invoices.fresh(stamp{g.end})
	f.ClientID, f.SiteNumber, f.Reference = client, client*10, fmt.Sprintf("PO-%04d", g.rng.IntN(10_000))
	for range 1 + g.rng.IntN(3) {
		f.Lines = append(f.Lines, invoiceLine{
			ID: g.h.lineNumber(), ShortDescription: pick(g.rng, "Support", "Licence", "Engineer's hour"), Quantity: float64(1+g.rng.IntN(40)) / 4,
			UnitPrice: float64(g.rng.IntN(20_000)) / 100, TaxCode: "T1",
		})
	}
	return f
}
