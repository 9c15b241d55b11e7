package job

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func pounds(minor int64) *typev1.Money { return &typev1.Money{CurrencyCode: "GBP", MinorUnits: minor} }

func support(text string) *psav1.InvoiceLine {
	return &psav1.InvoiceLine{Description: text, Quantity: "1", UnitPrice: pounds(80_00)}
}

func (x tenant) draft() int {
	x.Helper()
	line := map[string]any{"item_shortdescription": "Old", "qty_order": 1, "unit_price": 80}
	return x.made("invoice", map[string]any{"client_id": 2, "lines": []map[string]any{line}})
}

func (x tenant) lines(invoice int) (all []string) {
	x.Helper()
	for _, l := range rows(x.truth("invoice", invoice, "lines")) {
		text, _ := l["item_shortdescription"].(string)
		all = append(all, text)
	}
	return all
}

func merging(s *sim.Switches) { s.LinesOnUpdate = "merge" }

// A version that keeps lines shows others than were asked for, whatever is tried: none is added twice meanwhile, and in the end it is
// for a person, because something was applied.
func TestLinesThatAVersionKeepsAreAddedOnceAndTheOutcomeIsForAPerson(t *testing.T) {
	x := open(t, merging)
	invoice, op := x.draft(), updateInvoice(x.ts, Config{})
	asked := &psav1.Invoice{Lines: []*psav1.InvoiceLine{support("New"), support("New"), support("Newer")}}
	j := on(invoice, "lines")
	if got := attempt(x, op, j, asked); got != "LINES_KEPT?" {
		t.Errorf("the first attempt: %q", got)
	}
	for range 2 {
		if got := attempt(x, op, again(j), asked); got != "LINES_KEPT" {
			t.Errorf("the next: %q", got)
		}
	}
	if got := x.lines(invoice); len(got) != 4 {
		t.Errorf("lines %q", got)
	}
}

func TestLinesInAnotherOrderThanTheyWereMadeInAreNotAddedAgain(t *testing.T) {
	x := open(t, merging)
	invoice, op := x.made("invoice", map[string]any{"client_id": 2}), updateInvoice(x.ts, Config{})
	j := on(invoice, "lines")
	if got := attempt(x, op, j, &psav1.Invoice{Lines: []*psav1.InvoiceLine{support("A"), support("B")}}); got != "" {
		t.Fatal(got)
	}
	if got := attempt(x, op, again(j), &psav1.Invoice{Lines: []*psav1.InvoiceLine{support("B"), support("A")}}); got != "" {
		t.Error(got)
	}
	if got := x.lines(invoice); len(got) != 2 {
		t.Errorf("lines %q", got)
	}
}

func TestALineByAnIDThatTheInvoiceDoesNotHaveIsRefusedAndNotSent(t *testing.T) {
	x := open(t, nil)
	invoice, op := x.draft(), updateInvoice(x.ts, Config{})
	strange := support("Strange")
	strange.Id = "999"
	j := on(invoice, "lines")
	if got := attempt(x, op, j, &psav1.Invoice{Lines: []*psav1.InvoiceLine{strange}}); got != "INVALID_FIELD" {
		t.Error(got)
	}
	if got := x.lines(invoice); len(got) != 1 {
		t.Errorf("lines %q", got)
	}
}

func TestLinesThatAnAnswerDoesNotShowAreLookedAt(t *testing.T) {
	x := open(t, func(s *sim.Switches) { s.ScantAnswers = true })
	invoice, op := x.draft(), updateInvoice(x.ts, Config{})
	if got := attempt(x, op, on(invoice, "lines"), &psav1.Invoice{Lines: []*psav1.InvoiceLine{support("New")}}); got != "" {
		t.Error(got)
	}
	if got := x.lines(invoice); len(got) != 1 || got[0] != "New" {
		t.Errorf("lines %q", got)
	}
}
