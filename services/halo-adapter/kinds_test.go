package main

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/uuid"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// swift sweeps the other kinds as often as tickets.
func swift() with {
	return with{"halo.sweep.customers": "500ms", "halo.sweep.bills": "500ms", "halo.sweep.metadata": "500ms"}
}

// furnish is a tenant with some of every kind, its switches moved.
func furnish(t testing.TB, name string, move func(*sim.Switches)) *simulator {
	t.Helper()
	h := newTenant(sim.Config{Tickets: 2, Clients: 7, Users: 1}).furnished()
	v := &simulator{adaptertest.Simulate(t, name, h.vendor()), h}
	if move != nil {
		v.switched(move)
	}
	return v
}

// person makes or changes a row of a kind at the vendor.
func (v *simulator) person(kind string, id int, fields map[string]any) int {
	v.Helper()
	id, err := v.halo.EditKind(kind, id, fields)
	return adaptertest.Asked(v, id, err)
}

// last waits until the last write of a resource has ended, and is its job.
func (c tenant) last(m mirror.Message) (j *adapterv1.Job) {
	c.Helper()
	w := m.GetMirror().GetPendingWrites()
	name := w[len(w)-1].GetJob()
	adaptertest.Until(c, name+" has ended", func() string {
		if j = c.Job(name); j.GetState() != adapterv1.Job_STATE_DONE && j.GetState() != adapterv1.Job_STATE_DEAD {
			return j.String()
		}
		return ""
	})
	return j
}

func (c tenant) clients() psav1.ClientServiceClient { return psav1.NewClientServiceClient(c.Via.Conn) }

func (c tenant) bills() psav1.InvoiceServiceClient { return psav1.NewInvoiceServiceClient(c.Via.Conn) }

func (c tenant) client(id int) *psav1.Client {
	c.Helper()
	x, err := c.clients().GetClient(context.Background(), &psav1.GetClientRequest{Name: c.Parent() + "/clients/" + strconv.Itoa(id)})
	return adaptertest.Asked(c, x, err)
}

// Whichever way the vendor's lists are, the mirror ends as the vendor is, and merges become aliases where it says so.
func TestTheOtherKindsAreMirroredWhicheverWayTheVendorBehaves(t *testing.T) {
	t.Parallel()
	var vendors []*simulator
	for name, move := range map[string]func(*sim.Switches){
		"as-documented": nil,
		"since-ignored": func(s *sim.Switches) {
			s.ClientSince, s.SiteSince, s.UserSince, s.InvoiceSince = "ignored", "ignored", "ignored", "ignored"
		},
		"since-exclusive": func(s *sim.Switches) {
			s.ClientSince, s.SiteSince, s.UserSince, s.InvoiceSince = "exclusive", "exclusive", "exclusive", "exclusive"
		},
		"objects-and-nulls": func(s *sim.Switches) {
			s.LookupShape, s.StatusShape, s.RecurringKey, s.NullCollections = "object", "object", "recurringinvoices", true
		},
		"quotes-with-stamps":   func(s *sim.Switches) { s.QuoteListStamp, s.OtherPages = true, "honoured" },
		"an-agent-s-cache":     func(s *sim.Switches) { s.AgentCacheSeconds = 1 },
		"merged-are-survivors": func(s *sim.Switches) { s.MergedGet = "survivor" },
		"warnings":             func(s *sim.Switches) { s.Warning = "Please check." },
	} {
		vendors = append(vendors, furnish(t, name, move))
	}
	k := prepare(t, swift(), vendors...)
	for _, v := range vendors {
		v.Silence()
	}
	r := k.start("a", "")
	for _, v := range vendors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			c := r.of(v).in(t)
			c.Filled()
			c.Agrees()
			c.at.person("client", 3, map[string]any{"website": "https://only-details.example", "customfields": []any{}})
			c.at.person("client", 4, map[string]any{"inactive": true})
			user := c.at.person("user", 0, map[string]any{"surname": "New", "client_id": 5})
			c.at.person("user", user, map[string]any{"surname": "Newer"})
			c.at.person("invoice", 5001, map[string]any{"posted": true, "amountpaid": 1})
			c.at.person("quotation", 301, map[string]any{"title": "Another title"})
			adaptertest.Asked(c, 0, c.at.halo.DeleteKind("invoice", 5002))
			adaptertest.Asked(c, 0, c.at.halo.EditLookup("status", map[string]any{"id": 4, "name": "Waiting for them"}))
			c.Agrees()
			if x := c.client(4); !x.GetInactive() || x.GetMirror().GetDeleteTime() != nil {
				c.Errorf("out of use: %v", x)
			}
		})
	}
}

func TestAClientThatWasMergedIsAnAliasOfTheOther(t *testing.T) {
	t.Parallel()
	c := alone(t, swift(), furnish(t, "acme", func(s *sim.Switches) { s.MergedGet = "survivor" }))
	c.Filled()
	adaptertest.Asked(c, 0, c.at.halo.Merge("client", 6, 7))
	adaptertest.Until(c, "both names lead to one", func() string {
		return adaptertest.Missing(c.client(7).GetUid(), c.client(6).GetUid())
	})
	if x := c.client(6); x.GetName() != c.Parent()+"/clients/7" || x.GetMirror().GetDeleteTime() != nil {
		t.Errorf("%v", x)
	}
}

func TestALineThatStaysIsForAPersonAndAVoidThatIsIgnoredIsRefused(t *testing.T) {
	t.Parallel()
	c := alone(t, swift(), furnish(t, "acme", func(s *sim.Switches) { s.LinesOnUpdate, s.VoidInvoices = "merge", "ignored" }))
	c.Filled()
	c.Agrees()
	name := func(id int) string { return c.Parent() + "/invoices/" + strconv.Itoa(id) }
	other := []*psav1.InvoiceLine{{Description: "Other", Quantity: "1", UnitPrice: pounds(100)}}
	i, err := c.bills().UpdateInvoice(context.Background(), &psav1.UpdateInvoiceRequest{Invoice: &psav1.Invoice{Name: name(5001), Lines: other}})
	if j := c.last(adaptertest.Asked(c, i, err)); j.GetDeadLetterReason() != "OUTCOME_UNKNOWN" || j.GetAttempts()[0].GetReason() != "LINES_KEPT" {
		t.Errorf("%v", j)
	}
	now, err := c.bills().GetInvoice(context.Background(), &psav1.GetInvoiceRequest{Name: name(5002)})
	adaptertest.Asked(c, now, err)
	more := append(now.GetLines(), other...) // only added, which this version can
	i, err = c.bills().UpdateInvoice(context.Background(), &psav1.UpdateInvoiceRequest{Invoice: &psav1.Invoice{Name: name(5002), Lines: more}})
	if j := c.last(adaptertest.Asked(c, i, err)); j.GetState() != adapterv1.Job_STATE_DONE {
		t.Errorf("%v", j)
	}
	i, err = c.bills().VoidInvoice(context.Background(), &psav1.VoidInvoiceRequest{Name: name(5003), RequestId: uuid.NewString()})
	if j := c.last(adaptertest.Asked(c, i, err)); j.GetDeadLetterReason() != "REFUSED" || j.GetAttempts()[0].GetReason() != "NOT_VOIDED" {
		t.Errorf("%v", j)
	}
	c.Agrees()
}

func TestLinesWhoseAnswerWasLostAreNotAddedTwice(t *testing.T) {
	t.Parallel()
	c := alone(t, swift(), furnish(t, "acme", func(s *sim.Switches) { s.LinesOnUpdate = "merge" }))
	c.Filled()
	c.Agrees()
	name := c.Parent() + "/invoices/5001"
	now, err := c.bills().GetInvoice(context.Background(), &psav1.GetInvoiceRequest{Name: name})
	adaptertest.Asked(c, now, err)
	c.Misbehaves(vendorsim.Plan{LoseAnswers: 1, Routes: []string{"/api/invoice"}})
	more := append(now.GetLines(), &psav1.InvoiceLine{Description: "Other", Quantity: "1", UnitPrice: pounds(100)})
	i, err := c.bills().UpdateInvoice(context.Background(), &psav1.UpdateInvoiceRequest{Invoice: &psav1.Invoice{Name: name, Lines: more}})
	if j := c.last(adaptertest.Asked(c, i, err)); j.GetState() != adapterv1.Job_STATE_DONE || c.Plan().LoseAnswers > 0 {
		t.Errorf("%v", j)
	}
	c.Agrees()
	now, err = c.bills().GetInvoice(context.Background(), &psav1.GetInvoiceRequest{Name: name})
	if len(adaptertest.Asked(c, now, err).GetLines()) != 2 {
		t.Errorf("%v", now.GetLines())
	}
}

// A young row is listed, and answers 404 when it is read, where alone its mark stands: that tells nothing yet.
func TestAUserWhoseAnswerWasLostIsNotMadeTwiceWhileNobodyCanReadIt(t *testing.T) {
	t.Parallel()
	swept := swift()
	swept["halo.sweep.customers"] = "1h" // no sight of it may help
	c := alone(t, swept, furnish(t, "acme", nil))
	c.Filled()
	c.Misbehaves(vendorsim.Plan{LoseAnswers: 1, AbsentAfterCreateSeconds: 2, Routes: []string{"/api/users"}})
	user, err := psav1.NewUserServiceClient(c.Via.Conn).CreateUser(context.Background(), &psav1.CreateUserRequest{
		Parent: c.Parent(), User: &psav1.User{LastName: "Young", Client: "5"}, RequestId: uuid.NewString(),
	})
	if j := c.last(adaptertest.Asked(c, user, err)); j.GetState() != adapterv1.Job_STATE_DONE {
		t.Errorf("%v", j)
	}
	if made := c.Ours("user", "create"); len(made) != 1 {
		t.Errorf("made %d times", len(made))
	}
}

func TestWhatRefersToAClientOnItsWayWaitsForIt(t *testing.T) {
	t.Parallel()
	c := alone(t, swift(), furnish(t, "acme", nil))
	c.Filled()
	c.Misbehaves(vendorsim.Plan{Outage: true})
	ctx := context.Background()
	client, err := c.clients().CreateClient(ctx, &psav1.CreateClientRequest{Parent: c.Parent(), Client: &psav1.Client{DisplayName: "Brand new"}, RequestId: uuid.NewString()})
	at := "~" + adaptertest.Asked(c, client, err).GetUid()
	site, err := psav1.NewSiteServiceClient(c.Via.Conn).CreateSite(ctx, &psav1.CreateSiteRequest{
		Parent: c.Parent(), Site: &psav1.Site{DisplayName: "Depot", Client: at}, RequestId: uuid.NewString(),
	})
	adaptertest.Asked(c, site, err)
	user, err := psav1.NewUserServiceClient(c.Via.Conn).CreateUser(ctx, &psav1.CreateUserRequest{
		Parent: c.Parent(), User: &psav1.User{LastName: "First", Site: "~" + site.GetUid()}, RequestId: uuid.NewString(),
	})
	adaptertest.Asked(c, user, err)
	invoice, err := c.bills().CreateInvoice(ctx, &psav1.CreateInvoiceRequest{Parent: c.Parent(), Invoice: &psav1.Invoice{Client: at}, RequestId: uuid.NewString()})
	adaptertest.Asked(c, invoice, err)
	c.Misbehaves(vendorsim.Plan{})
	for _, m := range []mirror.Message{client, site, user, invoice} {
		if j := c.last(m); j.GetState() != adapterv1.Job_STATE_DONE {
			t.Errorf("%v", j)
		}
	}
	c.Agrees()
}

func TestAnObjectOfAnotherKindInADeliveryIsLookedAt(t *testing.T) {
	t.Parallel()
	v := furnish(t, "acme", func(s *sim.Switches) { s.WebhookKinds = "all" })
	c := alone(t, with{"halo.sweep.customers": "1h", "halo.sweep.bills": "1h", "halo.sweep.metadata": "1h"}, v)
	c.Filled()
	c.Agrees()
	for kind, field := range map[string]string{"client": "name", "site": "name", "user": "surname"} {
		c.at.person(kind, map[string]int{"client": 2, "site": 20, "user": 200}[kind], map[string]any{field: "Announced"})
	}
	c.at.person("quotation", 301, map[string]any{"title": "Announced"})
	c.at.person("invoice", 5001, map[string]any{"reference": "Announced"})
	c.at.person("invoice", 0, map[string]any{"client_id": 2, "reference": "New"})
	c.Agrees()
}

// Actions have fields of the tenant's own too.
func TestANoteShowsTheTenantsOwnFields(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 1})
	c := alone(t, nil, v)
	c.Filled()
	a, err := v.halo.Note(10001, map[string]any{"note": "measured", "outcome_id": 7, "customfields": []any{map[string]any{"name": "CFrackUnit", "value": "U12"}}})
	adaptertest.Asked(c, a, err)
	adaptertest.Until(t, "the field is shown", func() string {
		n, err := c.tickets.GetNote(context.Background(), &psav1.GetNoteRequest{Name: fmt.Sprintf("%s/notes/%d", c.called(10001), a.ID)})
		if own := n.GetCustomFields(); err != nil || len(own) != 1 || own[0].GetLabel() != "Rack unit" || own[0].GetText() != "U12" {
			return fmt.Sprintf("%v, %v", own, err)
		}
		return ""
	})
}
