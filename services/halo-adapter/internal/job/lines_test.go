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

// What was a draft when the change was accepted, and is none when it is sent, is left alone, even where Halo would take it: but what an
// attempt whose answer was lost has done before that, is done.
func TestTheLinesOfWhatIsNoDraftAnyMoreAreLeftAlone(t *testing.T) {
	x := open(t, func(s *sim.Switches) { s.PostedInvoices = "editable" })
	invoice, op := x.draft(), updateInvoice(x.ts, Config{})
	asked := &psav1.Invoice{Lines: []*psav1.InvoiceLine{support("New")}}
	x.change("invoice", invoice, map[string]any{"posted": true})
	if got := attempt(x, op, on(invoice, "lines"), asked); got != "NO_DRAFT" {
		t.Errorf("of a posted invoice: %q", got)
	}
	if got := x.lines(invoice); len(got) != 1 || got[0] != "Old" {
		t.Errorf("lines %q", got)
	}
	other := x.draft()
	j := on(other, "lines")
	if got := attempt(x, op, j, asked); got != "" {
		t.Fatal(got)
	}
	x.change("invoice", other, map[string]any{"posted": true})
	if got := attempt(x, op, again(j), asked); got != "" {
		t.Errorf("what was done already: %q", got)
	}
}

func TestTheLinesOfAnAnsweredQuoteAreLeftAlone(t *testing.T) {
	x := open(t, nil)
	quote := x.made("quotation", map[string]any{"title": "Offer", "client_id": 2})
	yes := &psav1.Quote{State: psav1.Quote_STATE_APPROVED, Answer: &psav1.Quote_Answer{AnswererName: "Iris Lang"}}
	if got := attempt(x, answerQuote(x.ts, Config{}, "ApproveQuote"), on(quote, "state", "answer"), yes); got != "" {
		t.Fatal(got)
	}
	more := &psav1.Quote{Lines: []*psav1.QuoteLine{{DisplayName: "More", Quantity: "1", UnitPrice: pounds(100)}}}
	if got := attempt(x, updateQuote(x.ts, Config{}), on(quote, "lines"), more); got != "ALREADY_ANSWERED" {
		t.Error(got)
	}
}

func TestWhatWasPaidMeanwhileIsNotVoided(t *testing.T) {
	x := open(t, nil)
	invoice := x.draft()
	x.change("invoice", invoice, map[string]any{"posted": true})
	x.change("invoice", invoice, map[string]any{"amountpaid": x.truth("invoice", invoice, "total")})
	if got := attempt(x, voidInvoice(x.ts, Config{}), on(invoice, "state"), &psav1.Invoice{State: psav1.Invoice_STATE_VOID}); got != "PAID" {
		t.Error(got)
	}
}
