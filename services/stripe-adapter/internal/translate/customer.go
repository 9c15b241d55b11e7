package translate

import (
	"strings"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Customer is what s tells of its customer. An error of kind Drift names a field that Stripe always sent and now does not.
func (w Words) Customer(s stripe.Seen[sdk.Customer]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("customer", s, x.Metadata)
	if x.Deleted {
		o.Presence = mirror.Deleted
		return o, nil
	}
	if err := needs("customer", s, "created", "email", "metadata"); err != nil {
		return o, err
	}
	o.State = &paymentsv1.Customer{
		DisplayName: x.Name, Email: x.Email, Phone: x.Phone, Description: x.Description, Address: address(x.Address),
		CurrencyCode: strings.ToUpper(string(x.Currency)), BalanceMinorUnits: x.Balance, Delinquent: x.Delinquent,
		DefaultPaymentMethod: defaultMethod(x), TaxStatus: taxStatus(x.TaxExempt), Metadata: theirs(x.Metadata), CreateTime: stamp(x.Created),
	}
	o.Covers = mirror.Fields("display_name", "email", "phone", "description", "address", "currency_code", "balance_minor_units",
		"delinquent", "default_payment_method", "tax_status", "metadata", "create_time")
	return o, nil
}

func defaultMethod(x *sdk.Customer) string {
	if x.InvoiceSettings == nil || x.InvoiceSettings.DefaultPaymentMethod == nil {
		return ""
	}
	return x.InvoiceSettings.DefaultPaymentMethod.ID
}

func address(a *sdk.Address) *paymentsv1.Address {
	if a == nil || *a == (sdk.Address{}) {
		return nil
	}
	return &paymentsv1.Address{Line1: a.Line1, Line2: a.Line2, City: a.City, Region: a.State, PostalCode: a.PostalCode, CountryCode: a.Country}
}

func taxStatus(theirs sdk.CustomerTaxExempt) paymentsv1.Customer_TaxStatus {
	switch theirs {
	case sdk.CustomerTaxExemptNone:
		return paymentsv1.Customer_TAX_STATUS_TAXABLE
	case sdk.CustomerTaxExemptExempt:
		return paymentsv1.Customer_TAX_STATUS_EXEMPT
	case sdk.CustomerTaxExemptReverse:
		return paymentsv1.Customer_TAX_STATUS_REVERSE_CHARGE
	}
	return paymentsv1.Customer_TAX_STATUS_UNSPECIFIED
}

// theirTax is taxStatus the other way; empty clears it, which stands for the place's own rules.
func theirTax(ours paymentsv1.Customer_TaxStatus) string {
	switch ours {
	case paymentsv1.Customer_TAX_STATUS_TAXABLE:
		return string(sdk.CustomerTaxExemptNone)
	case paymentsv1.Customer_TAX_STATUS_EXEMPT:
		return string(sdk.CustomerTaxExemptExempt)
	case paymentsv1.Customer_TAX_STATUS_REVERSE_CHARGE:
		return string(sdk.CustomerTaxExemptReverse)
	default:
		return ""
	}
}

// NewCustomer is the fields in paths of a new customer in Stripe's words, with the mark that finds it again.
func NewCustomer(c *paymentsv1.Customer, paths []string, mark uuid.UUID) *sdk.CustomerCreateParams {
	u := CustomerPatch(c, paths)
	p := &sdk.CustomerCreateParams{
		Name: u.Name, Email: u.Email, Phone: u.Phone, Description: u.Description, Address: u.Address, TaxExempt: u.TaxExempt,
		Metadata: marking(c.GetMetadata(), mark),
	}
	if u.InvoiceSettings != nil {
		p.PaymentMethod = u.InvoiceSettings.DefaultPaymentMethod // a method is attached before it can be the default [official: OpenAPI]
		p.InvoiceSettings = &sdk.CustomerCreateInvoiceSettingsParams{DefaultPaymentMethod: u.InvoiceSettings.DefaultPaymentMethod}
	}
	return p
}

// CustomerPatch is the fields in paths in Stripe's words; what is empty is cleared there.
func CustomerPatch(c *paymentsv1.Customer, paths []string) *sdk.CustomerUpdateParams {
	p := &sdk.CustomerUpdateParams{}
	for _, path := range paths {
		switch path {
		case "display_name":
			p.Name = sdk.String(c.GetDisplayName())
		case "email":
			p.Email = sdk.String(c.GetEmail())
		case "phone":
			p.Phone = sdk.String(c.GetPhone())
		case "description":
			p.Description = sdk.String(c.GetDescription())
		case "address":
			if p.Address = theirAddress(c.GetAddress()); p.Address == nil {
				p.AddUnsetField(sdk.CustomerUpdateParamsUnsetFieldAddress)
			}
		case "default_payment_method":
			p.InvoiceSettings = &sdk.CustomerUpdateInvoiceSettingsParams{DefaultPaymentMethod: sdk.String(c.GetDefaultPaymentMethod())}
		case "tax_status":
			p.TaxExempt = sdk.String(theirTax(c.GetTaxStatus()))
		case "metadata":
			p.Metadata = c.GetMetadata()
		}
	}
	return p
}

func theirAddress(a *paymentsv1.Address) *sdk.AddressParams {
	if a == nil {
		return nil
	}
	return &sdk.AddressParams{
		Line1: sdk.String(a.GetLine1()), Line2: sdk.String(a.GetLine2()), City: sdk.String(a.GetCity()), State: sdk.String(a.GetRegion()),
		PostalCode: sdk.String(a.GetPostalCode()), Country: sdk.String(a.GetCountryCode()),
	}
}
