// Command halo-adapter stands between internal services and HaloPSA.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	kernel "github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/api"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/hook"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/job"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/store"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

func main() { os.Exit(adapter.Main(spec())) }

func spec() adapter.Spec {
	return adapter.Spec{
		Name:       "halo",
		Migrations: pg.Sub(store.Migrations, "migrations"),
		Config:     func() adapter.Config { return &Config{} },
		Vendor:     vendor,
		Doctor:     checks,
	}
}

// vendor wires what is particular about Halo.
func vendor(_ context.Context, common adapter.Config, k adapter.Kernel) (*adapter.Vendor, error) {
	c, ok := common.(*Config)
	if !ok {
		return nil, fmt.Errorf("not a configuration of this adapter: %T", common)
	}
	tenants, err := open(c, k)
	if err != nil {
		return nil, err
	}
	ops, err := job.Operations(tenants.jobs, job.Config{
		Settling: c.Halo.Settling, VisibleMark: c.Halo.NoteMark == "visible", InvoiceMark: c.Halo.InvoiceMark != "none",
	})
	if err != nil {
		return nil, err
	}
	kinds := store.Config{
		ReadLag: *c.Halo.ReadLag, SecondLook: c.Halo.SecondLook, RefreshAfter: c.Halo.RefreshAfter, AnnounceWithin: c.Halo.AnnounceWithin,
	}
	return &adapter.Vendor{
		Kinds:      tables(kinds, tenants.words),
		Operations: ops,
		Fetch:      job.Fetches(tenants.jobs),
		Sweeps:     sweep.Plans(tenants.sweeps, c.Halo.sweeps()),
		Hook:       hook.Hook{Logins: tenants.logins},
		Ping:       func(ctx context.Context, key gate.Key) error { return tenants.jobs[key.Connection].Halo.Ping(ctx) },
		Serve: func(s grpc.ServiceRegistrar, c resource.Config) {
			psav1.RegisterTicketServiceServer(s, api.NewTickets(c, tenants.tickets))
			psav1.RegisterClientServiceServer(s, api.NewClients(c))
			psav1.RegisterSiteServiceServer(s, api.NewSites(c))
			psav1.RegisterUserServiceServer(s, api.NewUsers(c))
			psav1.RegisterQuoteServiceServer(s, api.NewQuotes(c, tenants.currency))
			psav1.RegisterInvoiceServiceServer(s, api.NewInvoices(c, tenants.currency))
			psav1.RegisterMetadataServiceServer(s, api.NewMetadata(c))
		},
	}, nil
}

// tables are the kinds, a kind after its parent.
func tables(c store.Config, words translate.Dictionary) []*mirror.Table {
	return append([]*mirror.Table{
		store.Tickets(c, words.Derive).Bind(), store.Notes(c).Bind(), store.Attachments(c).Bind(), store.Clients(c).Bind(), store.Sites(c).Bind(), store.Users(c).Bind(),
		store.Quotes(c).Bind(), store.Invoices(c).Bind(), store.RecurringInvoices(c).Bind(),
	}, store.Metadata(c)...)
}

// tenants are the connections, as each room needs them.
type tenants struct {
	words  translate.Dictionary
	jobs   job.Tenants
	sweeps sweep.Tenants
	logins map[string]hook.Login

	tickets  map[string]api.Tenant
	currency map[string]string
}

func open(c *Config, k adapter.Kernel) (tenants, error) {
	ts := tenants{translate.Dictionary{}, job.Tenants{}, sweep.Tenants{}, map[string]hook.Login{}, map[string]api.Tenant{}, map[string]string{}}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		if t.Webhook.Path != "" && t.Webhook.Password == "" {
			return ts, fmt.Errorf("connections[%d].webhook.password: is missing: Halo signs nothing, a login is all the proof there is", i)
		}
		if t.QuoteApproved == t.QuoteRejected {
			return ts, fmt.Errorf("connections[%d].quote_rejected: is %d, which is quote_approved already", i, t.QuoteRejected)
		}
		client, err := halo.New(halo.Config{
			BaseURL: t.BaseURL, ClientID: t.ClientID, ClientSecret: t.ClientSecret, Tenant: t.TenantName, Scope: t.Scope, AuthHosts: t.AuthHosts,
			Patience: c.Halo.Patience,
		}, upstream.Config{Connection: t.Name, Gate: k.Gate(t.Name), Journal: k.Journal, MaxBody: maxAnswer})
		if err != nil {
			return ts, fmt.Errorf("connections[%d]: %w", i, err)
		}
		words, err := t.words()
		if err != nil {
			return ts, fmt.Errorf("connections[%d].%w", i, err)
		}
		ts.words[t.Name], ts.currency[t.Name] = words, t.Currency
		ts.jobs[t.Name] = job.Tenant{
			Halo: client, Words: words, NoteOutcome: t.NoteOutcome, TimeOutcome: t.TimeOutcome, CloseOverAppointments: t.CloseOverAppointments,
		}
		if ts.tickets[t.Name], err = t.tickets(words); err != nil {
			return ts, fmt.Errorf("connections[%d].%w", i, err)
		}
		ts.sweeps[t.Name] = sweep.Tenant{
			Halo: client, Words: words, CustomFields: slices.Sorted(maps.Keys(t.CustomFields)), Reports: t.Reports, Path: t.hookPath(), Told: told(t.Name, c.Halo.DeliveryLog),
		}
		ts.logins[t.Name] = hook.Login{User: t.Webhook.User, Password: t.Webhook.Password}
	}
	return ts, nil
}

// hookPath is how the address of the tenant's webhook ends; empty: it has none.
func (t *Tenant) hookPath() string {
	if t.Webhook.Path == "" {
		return ""
	}
	return "/webhooks/" + t.Name + "/" + t.Webhook.Path
}

// told reads a body of the log of webhook calls as the endpoint would have, under the same keys; nil: the log is off.
func told(connection, log string) func([]byte) ([]kernel.Told, error) {
	if log == "off" {
		return nil
	}
	return func(body []byte) ([]kernel.Told, error) {
		notices, err := hook.Hook{}.Read(connection, body)
		all := make([]kernel.Told, 0, len(notices))
		for _, n := range notices {
			if n.Key != "" {
				all = append(all, kernel.Told{Key: n.Key, Ref: n.Ref})
			}
		}
		return all, err
	}
}

func (t *Tenant) words() (translate.Words, error) {
	w := translate.Words{
		States: map[int64]psav1.Ticket_State{}, UnassignedAgent: t.UnassignedAgent, UnknownClient: t.UnknownClient, Source: t.Source, Currency: t.Currency,
		Approved: t.QuoteApproved, Rejected: t.QuoteRejected,
	}
	for id, state := range t.States {
		w.States[id] = psav1.Ticket_State(psav1.Ticket_State_value["STATE_"+state])
	}
	if t.TimeZone == "" {
		return w, nil
	}
	zone, err := time.LoadLocation(t.TimeZone)
	if err != nil {
		return w, fmt.Errorf("time_zone: %q is no IANA name of a time zone", t.TimeZone)
	}
	w.Zone = zone
	return w, nil
}

// tickets are the tenant's decisions about its tickets.
func (t *Tenant) tickets(words translate.Words) (api.Tenant, error) {
	s := api.Tenant{
		Close: translate.Status(t.CloseStatus), Reopen: translate.Status(t.ReopenStatus), Closed: words.Closed, CustomFields: map[string]string{},
	}
	for id, name := range t.CustomFields {
		s.CustomFields[strconv.FormatInt(id, 10)] = name
	}
	switch {
	case s.Close != "" && !s.Closed(s.Close):
		return s, fmt.Errorf("close_status: %s is no status whose state is CLOSED", s.Close)
	case s.Reopen != "" && s.Closed(s.Reopen):
		return s, fmt.Errorf("reopen_status: %s is a status whose state is CLOSED", s.Reopen)
	}
	return s, nil
}

// maxAnswer bounds Halo's answers: all actions of a ticket come in one, unpaged.
const maxAnswer = 32 << 20
