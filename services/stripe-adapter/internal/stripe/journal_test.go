package stripe_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/journal"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// table is where the journal's rows would be written.
type table struct{ strings.Builder }

func (t *table) CopyFrom(_ context.Context, _ pgx.Identifier, _ []string, rows pgx.CopyFromSource) (n int64, err error) {
	for ; rows.Next(); n++ {
		values, err := rows.Values()
		if err != nil {
			return n, err
		}
		fmt.Fprintln(t, values...)
	}
	return n, rows.Err()
}

// A payment, its decline, and the registration of a webhook are journalled without the key, the secrets, and the card.
func TestNothingSecretIsJournalled(t *testing.T) {
	written := &table{}
	j := journal.New(written, journal.Config{Secrets: stripe.Secrets(), Headers: stripe.Headers(), MaxBody: 64 << 10})
	server := httptest.NewServer(sim.New(sim.Config{Limit: -1, EndpointLimit: -1}))
	defer server.Close()
	c, err := stripe.New(stripe.Config{BaseURL: server.URL, Key: "sk_test_sim"}, upstream.Config{Connection: "acme", Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	paid, err := c.CreatePayment(t.Context(), "k1", buys(2000))
	if err != nil {
		t.Fatal(err)
	}
	declined := buys(2000)
	declined.PaymentMethod = sdk.String("pm_card_visa_chargeDeclined")
	if _, err := c.CreatePayment(t.Context(), "k2", declined); err == nil {
		t.Fatal("the card was not declined")
	}
	if _, err := c.Payment(t.Context(), paid.ID); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := j.Run(ctx); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"sk_test_sim", "_secret_", "4242", `"exp_month": `, "hooks.stripe.com", "pay.stripe.com"} {
		if strings.Contains(written.String(), secret) {
			t.Errorf("%s is journalled: %s", secret, written)
		}
	}
	for _, kept := range []string{paid.ID, "card_declined", stripe.Version, "k1"} {
		if !strings.Contains(written.String(), kept) {
			t.Errorf("%s is not journalled: %s", kept, written)
		}
	}
}
