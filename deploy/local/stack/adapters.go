package stack

import (
	"fmt"
	"slices"
)

// adapter is one line of the table: all that the stack knows of an adapter. It is the only place outside an adapter's own
// folder that changes when a vendor is added.
type adapter struct {
	name       string // of its database, processes and files
	binary     string // started as: binary serve --config FILE
	simulator  string
	connection string
	vendor     func() vendor // with secrets of its own for this run
	try        []Call        // worth showing to a newcomer
}

// vendor renders what an adapter and its simulator are told, so that they find and believe each other.
type vendor interface {
	config(w wiring, c Config) any // marshalled to YAML
	simulatorArgs(w wiring, c Config) []string
}

// wiring is where everybody listens, seen from one replica.
type wiring struct {
	databaseURL string
	natsURL     string
	connection  string
	replica     string // its name
	grpc, http  string // of this replica
	admin       string // of this replica
	webhooks    string // of the replica that the vendor calls
	simulator   string
}

// Call is a gRPC call: its full method without the leading slash, and its request as JSON.
type Call struct {
	Method  string
	Request string
}

func adapters() []adapter {
	return []adapter{
		{"halo", "halo-adapter", "halo-sim", "acme", newHalo, []Call{
			{"breakwater.psa.v1.TicketService/ListTickets", `{"parent":"connections/acme"}`},
			{"breakwater.psa.v1.TicketService/GetTicket", `{"name":"connections/acme/tickets/10001"}`},
			{"breakwater.adapter.v1.AdapterService/GetStatus", `{}`},
		}},
		{"stripe", "stripe-adapter", "stripe-sim", "shop", newStripe, []Call{
			{"breakwater.payments.v1.PaymentService/ListPayments", `{"parent":"connections/shop"}`},
			{"breakwater.payments.v1.CustomerService/ListCustomers", `{"parent":"connections/shop"}`},
		}},
	}
}

// adapters are those that the stack is to run.
func (c Config) adapters() []adapter {
	return slices.DeleteFunc(adapters(), func(a adapter) bool { return len(c.Only) > 0 && !slices.Contains(c.Only, a.name) })
}

// checkNames says which name of Only is no adapter's.
func (c Config) checkNames() error {
	for _, name := range c.Only {
		if !slices.ContainsFunc(adapters(), func(a adapter) bool { return a.name == name }) {
			return fmt.Errorf("there is no adapter called %q", name)
		}
	}
	return nil
}
