package translate

import (
	"encoding/json"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Product is what s tells of its product. An error of kind Drift names a field that Stripe always sent and now does not.
func (w Words) Product(s stripe.Seen[sdk.Product]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("product", s, x.Metadata)
	if x.Deleted {
		o.Presence = mirror.Deleted
		return o, nil
	}
	if err := needs("product", s, "active", "created", "metadata", "name", "updated"); err != nil {
		return o, err
	}
	state := &paymentsv1.Product{
		DisplayName: x.Name, Description: x.Description, Active: x.Active, UnitLabel: x.UnitLabel, Metadata: theirs(x.Metadata),
		CreateTime: stamp(x.Created), UpdateTime: stamp(x.Updated),
	}
	if x.DefaultPrice != nil {
		state.DefaultPrice = w.name("prices", x.DefaultPrice.ID)
	}
	o.State, o.Covers = state, mirror.Fields("display_name", "description", "active", "default_price", "unit_label", "metadata", "create_time", "update_time")
	return o, nil
}

// Price is what s tells of its price. An error of kind Drift names a field that Stripe always sent and now does not.
func (w Words) Price(s stripe.Seen[sdk.Price]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("price", s, x.Metadata)
	if x.Deleted {
		o.Presence = mirror.Deleted
		return o, nil
	}
	if err := needs("price", s, "active", "billing_scheme", "created", "currency", "metadata", "product", "recurring", "unit_amount"); err != nil {
		return o, err
	}
	state := &paymentsv1.Price{
		Active: x.Active, CurrencyCode: strings.ToUpper(string(x.Currency)), Scheme: scheme(x.BillingScheme), Recurrence: recurrence(x.Recurring),
		LookupKey: x.LookupKey, Nickname: x.Nickname, Metadata: theirs(x.Metadata), CreateTime: stamp(x.Created),
	}
	if x.Product != nil {
		state.Product = w.name("products", x.Product.ID)
	}
	unit := unitOf(s.Raw)
	if unit.Amount != nil {
		state.UnitAmount = money(*unit.Amount, string(x.Currency))
	}
	state.UnitAmountDecimal = unit.Decimal
	o.State, o.Covers = state, mirror.Fields("product", "active", "currency_code", "unit_amount", "unit_amount_decimal", "scheme", "recurrence",
		"lookup_key", "nickname", "metadata", "create_time")
	return o, nil
}

// unit is what a piece costs, as it was written: stripe-go knows no price without one, and rounds twelve decimals.
type unit struct {
	Amount  *int64 `json:"unit_amount"`
	Decimal string `json:"unit_amount_decimal"`
}

func unitOf(raw json.RawMessage) (u unit) {
	_ = json.Unmarshal(raw, &u) // stripe-go has read it
	return u
}

func scheme(theirs sdk.PriceBillingScheme) paymentsv1.Price_Scheme {
	switch theirs {
	case sdk.PriceBillingSchemePerUnit:
		return paymentsv1.Price_SCHEME_PER_UNIT
	case sdk.PriceBillingSchemeTiered:
		return paymentsv1.Price_SCHEME_TIERED
	}
	return paymentsv1.Price_SCHEME_UNSPECIFIED
}

func recurrence(r *sdk.PriceRecurring) *paymentsv1.Recurrence {
	if r == nil {
		return nil
	}
	return &paymentsv1.Recurrence{
		Interval:      interval(r.Interval),
		IntervalCount: int32(r.IntervalCount), //nolint:gosec // at most three years of days
		Metered:       r.UsageType == sdk.PriceRecurringUsageTypeMetered,
	}
}

func interval(theirs sdk.PriceRecurringInterval) paymentsv1.Recurrence_Interval {
	switch theirs {
	case sdk.PriceRecurringIntervalDay:
		return paymentsv1.Recurrence_INTERVAL_DAY
	case sdk.PriceRecurringIntervalWeek:
		return paymentsv1.Recurrence_INTERVAL_WEEK
	case sdk.PriceRecurringIntervalMonth:
		return paymentsv1.Recurrence_INTERVAL_MONTH
	case sdk.PriceRecurringIntervalYear:
		return paymentsv1.Recurrence_INTERVAL_YEAR
	}
	return paymentsv1.Recurrence_INTERVAL_UNSPECIFIED
}
