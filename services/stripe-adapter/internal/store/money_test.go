package store_test

import (
	"testing"

	"google.golang.org/protobuf/proto"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

func TestWhichAmountsMayBeMoved(t *testing.T) {
	for name, row := range map[string]struct {
		money *typev1.Money
		field string // of the refusal; empty: it may
	}{
		"dollars":                        {&typev1.Money{CurrencyCode: "USD", MinorUnits: 1234}, ""},
		"dollars, said to have cents":    {&typev1.Money{CurrencyCode: "USD", MinorUnits: 1234, Decimals: proto.Int32(2)}, ""},
		"dollars, said to have none":     {&typev1.Money{CurrencyCode: "USD", MinorUnits: 12, Decimals: proto.Int32(0)}, "m.decimals"},
		"yen":                            {&typev1.Money{CurrencyCode: "JPY", MinorUnits: 500, Decimals: proto.Int32(0)}, ""},
		"yen, said to have cents":        {&typev1.Money{CurrencyCode: "JPY", MinorUnits: 50000, Decimals: proto.Int32(2)}, "m.decimals"},
		"dinars":                         {&typev1.Money{CurrencyCode: "KWD", MinorUnits: 1230, Decimals: proto.Int32(3)}, ""},
		"dinars with a last digit":       {&typev1.Money{CurrencyCode: "KWD", MinorUnits: 1234}, "m.minor_units"},
		"krónur, which have no parts":    {&typev1.Money{CurrencyCode: "ISK", MinorUnits: 550}, "m.minor_units"},
		"krónur":                         {&typev1.Money{CurrencyCode: "ISK", MinorUnits: 500, Decimals: proto.Int32(2)}, ""},
		"ariary, by Stripe's count":      {&typev1.Money{CurrencyCode: "MGA", MinorUnits: 5, Decimals: proto.Int32(0)}, ""},
		"forint, by Stripe's count":      {&typev1.Money{CurrencyCode: "HUF", MinorUnits: 512, Decimals: proto.Int32(2)}, ""},
		"nothing":                        {&typev1.Money{CurrencyCode: "USD"}, "m.minor_units"},
		"less than nothing":              {&typev1.Money{CurrencyCode: "USD", MinorUnits: -1}, "m.minor_units"},
		"eight digits":                   {&typev1.Money{CurrencyCode: "USD", MinorUnits: store.MaxAmount}, ""},
		"nine digits":                    {&typev1.Money{CurrencyCode: "USD", MinorUnits: store.MaxAmount + 1}, "m.minor_units"},
		"a currency that Stripe has not": {&typev1.Money{CurrencyCode: "XTS", MinorUnits: 1}, "m.currency_code"},
		"a currency in small letters":    {&typev1.Money{CurrencyCode: "usd", MinorUnits: 1}, "m.currency_code"},
		"no currency":                    {&typev1.Money{MinorUnits: 1}, "m.currency_code"},
		"no amount at all":               {nil, "m.currency_code"},
	} {
		t.Run(name, func(t *testing.T) {
			err := store.CheckMoney("m", row.money)
			if f := fault.Of(err); row.field == "" && err != nil || row.field != "" && (f == nil || f.Kind != fault.Invalid || f.Field != row.field) {
				t.Errorf("%v, want %q", err, row.field)
			}
		})
	}
}

// Every amount of an answer says where its decimal point stands.
func TestAmountsAreShownWithTheirDecimals(t *testing.T) {
	yen := func() *typev1.Money { return &typev1.Money{CurrencyCode: "JPY", MinorUnits: 500} }
	p := &paymentsv1.Payment{
		Amount: yen(), AmountCapturable: yen(), AmountReceived: yen(),
		LatestCharge: &paymentsv1.Charge{Amount: yen(), AmountCaptured: yen(), AmountRefunded: &typev1.Money{CurrencyCode: "KWD", MinorUnits: 10}},
	}
	store.Payments(store.Config{}).Derive("acme", p)
	for _, m := range []*typev1.Money{p.GetAmount(), p.GetAmountCapturable(), p.GetAmountReceived(), p.GetLatestCharge().GetAmount(), p.GetLatestCharge().GetAmountCaptured()} {
		if m.Decimals == nil || m.GetDecimals() != 0 {
			t.Errorf("%v", m)
		}
	}
	if p.GetLatestCharge().GetAmountRefunded().GetDecimals() != 3 {
		t.Errorf("%v", p)
	}
	store.Refunds(store.Config{}).Derive("acme", &paymentsv1.Refund{}) // without an amount: all that is left
}
