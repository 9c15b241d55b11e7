package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// Promise 5: events come late, twice, in any order or not at all, several in one second; the mirror ends as the vendor is, also where
// few looks are made at what they leave open.
func TestAMessOfEventsEndsAsTheVendorIs(t *testing.T) {
	t.Parallel()
	for name, low := range map[string]bool{"there are reads enough": false, "reads run low": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := running(t, low, with{"stripe.patience": "500ms"}, sim.Config{Customers: 5, Payments: 5})
			switches := a.shop.Switches()
			switches.ShuffleEvents, switches.TwinRate = true, 0.2
			if err := a.shop.SetSwitches(switches); err != nil {
				t.Fatal(err)
			}
			a.Misbehaves(vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 0.2, Duplicate: 0.3, Reorder: 0.5}})
			var customers, intents []string
			for i := range 120 {
				var x struct{ ID string }
				switch n := rand.IntN(6); {
				case n == 0 || len(customers) == 0:
					a.shop.must("POST", "/v1/customers", form("name", fmt.Sprint(i)), &x)
					customers = append(customers, x.ID)
				case n == 1 && len(customers) > 3:
					a.shop.must("DELETE", "/v1/customers/"+customers[0], nil, nil)
					customers = customers[1:]
				case n == 2:
					a.shop.must("POST", "/v1/payment_intents", form("amount", "5000", "currency", "usd", "customer", customers[len(customers)-1], "confirm", "true",
						"payment_method", "pm_card_visa", "payment_method_types[0]", "card"), &x)
					intents = append(intents, x.ID)
				case n == 3 && len(intents) > 0:
					_ = a.shop.by("POST", "/v1/refunds", form("payment_intent", intents[rand.IntN(len(intents))], "amount", "700"), nil) // all of it may be given back
				default:
					a.shop.must("POST", "/v1/customers/"+customers[rand.IntN(len(customers))], form("name", fmt.Sprint("again ", i)), nil)
				}
			}
			a.Agrees()
		})
	}
}

// Two events of one second tell nothing of which came first, whichever arrives last: the object is looked at again.
func TestTwoChangesInOneSecondEndAsTheVendorIs(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{"the older one arrives last": true, "the newer one arrives last": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h"}, sim.Config{})
			a.Filled()
			var x, mark struct{ ID string }
			a.shop.must("POST", "/v1/customers", form("name", "Ben"), &x)
			was, _ := a.shop.Truth("", x.ID)
			a.Agrees()
			a.Misbehaves(vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 1}})
			a.shop.must("POST", "/v1/customers/"+x.ID, form("name", "Ben Moore"), nil)
			is, _ := a.shop.Truth("", x.ID)
			a.Misbehaves(vendorsim.Plan{})
			second := time.Now().Add(5 * time.Second) // than which nothing that is known is newer
			if !late {
				was, is = is, was
			}
			a.shop.tells("customer.updated", is, second)
			a.shop.tells("customer.updated", was, second.Add(time.Nanosecond)) // another event of the same second
			a.shop.must("POST", "/v1/customers", form("name", "Told after them"), &mark)
			a.Agrees()
		})
	}
}

// No client secret and nothing of a card is in any table, whichever way it came: an answer, a webhook, the feed, a list.
func TestNoSecretIsInTheDatabase(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{Customers: 2, Payments: 2})
	a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
	a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000), PaymentMethod: "pm_card_visa_chargeDeclined"}).GetName())
	a.Agrees()
	a.Via.Stop() // the journal is written to its end
	db, err := pgx.Connect(context.Background(), a.Via.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(context.Background()) }()
	if _, err := db.Exec(context.Background(), "set bytea_output = 'escape'"); err != nil { // texts in messages stay readable
		t.Fatal(err)
	}
	rows, _ := db.Query(context.Background(), `select table_name from information_schema.tables where table_schema = 'public'`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 10 {
		t.Fatal(tables, err)
	}
	size := 0
	for _, table := range tables {
		rows, _ := db.Query(context.Background(), "select t::text from "+pgx.Identifier{table}.Sanitize()+" t")
		texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(table, err)
		}
		for _, text := range texts {
			size += len(text)
			for _, secret := range []string{"_secret_", "sk_test_sim", a.shop.secret, "exp_month", "last4"} {
				if strings.Contains(text, secret) && !strings.Contains(text, secret+`": "***`) && !strings.Contains(text, secret+`":"***`) {
					t.Errorf("%s holds %s: %.300s", table, secret, text)
				}
			}
		}
	}
	if size < 10_000 {
		t.Errorf("only %d bytes were looked through", size)
	}
}
