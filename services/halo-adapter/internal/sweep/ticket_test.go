package sweep

import (
	"net/http/httptest"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// simulated is a simulated tenant as sweeps see it.
func simulated(t *testing.T, cfg sim.Config) (*sim.Halo, Tenants) {
	t.Helper()
	cfg.Limit = -1
	h := sim.New(cfg)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client, err := halo.New(halo.Config{BaseURL: server.URL, ClientID: "halo-sim-client", ClientSecret: "halo-sim-secret"}, upstream.Config{Connection: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return h, Tenants{"acme": {Halo: client}}
}

func TestARotationOfTicketsTriesTheFilterAgainNowAndThen(t *testing.T) {
	h, ts := simulated(t, sim.Config{Tickets: 30})
	turns := func(n int) ticketPlace {
		place := write(ticketPlace{Rotate: true})
		for n > 0 {
			page, err := ts.tickets(t.Context(), "acme", place)
			if err != nil {
				t.Fatal(err)
			}
			if place = page.Place; page.Complete {
				n--
			}
		}
		p, _ := read[ticketPlace](place)
		return p
	}
	if p := turns(retryTurns + 1); p.Rotate {
		t.Error("it goes through everything, though the filter is honoured")
	}
	s := h.Switches()
	s.SinceFilter = "ignored"
	if err := h.SetSwitches(s); err != nil {
		t.Fatal(err)
	}
	if p := turns(retryTurns + 1); !p.Rotate {
		t.Error("it relies on a filter that is ignored")
	}
}
