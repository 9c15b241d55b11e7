package judge_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast/stripe"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
)

func TestBills(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(h *history.History)
		want judge.Verdict // besides three accepted writes
	}{
		"all as it should be":     {bend: func(*history.History) {}},
		"it is made twice":        {func(h *history.History) { h.Ledger = append(h.Ledger, billed(9, 190, "invoice", "in_2", "create")) }, judge.Verdict{Doubled: 1, Disordered: 2}},
		"its item is added twice": {func(h *history.History) { h.Ledger = append(h.Ledger, billed(9, 190, "invoiceitem", "ii_2", "create")) }, judge.Verdict{Doubled: 1, Disordered: 2}},
		"it is paid twice":        {func(h *history.History) { h.Ledger = append(h.Ledger, billed(9, 290, "invoice", "in_1", "pay")) }, judge.Verdict{Doubled: 1}},
		"it is never paid":        {func(h *history.History) { drop(h, "pay") }, judge.Verdict{Lost: 1}},
		"its charge went through twice": {func(h *history.History) {
			h.Purses = []history.Purse{{Payment: "pi_1", Charges: 2}}
		}, judge.Verdict{Doubled: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			h := sold()
			c.bend(h)
			got, findings := judge.Judge(h, stripe.Play().Reading)
			want := c.want
			want.Accepted += 3
			if got != want {
				t.Errorf("got %+v, want %+v: %v", got, want, findings)
			}
		})
	}
}

func bill() uuid.UUID { return id(301) }

// sold is a history of an invoice with an item, which is finalized and paid.
func sold() *history.History {
	h := &history.History{
		Vendor: map[uuid.UUID]string{bill(): "in_1"},
		Ledger: []vendorsim.Entry{
			billed(1, 40, "invoice", "in_1", "create"), billed(2, 50, "invoiceitem", "ii_1", "create"), billed(3, 140, "invoice", "in_1", "finalize"),
			billed(4, 240, "payment_intent", "pi_1", "confirm"), billed(5, 241, "invoice", "in_1", "pay"),
		},
		Purses: []history.Purse{{Payment: "pi_1", Charges: 1}},
	}
	for n, op := range []history.Op{history.Create, history.Finalize, history.Pay} {
		w := history.Write{Request: id(n + 1), Writer: "w1", Op: op, Kind: "invoice", Subject: bill(), Began: at(100 * n), Accepted: at(100*n + 10)}
		if op == history.Create {
			w.Steps, w.Values = 2, map[string]string{"description": "tea"}
		}
		h.Writes = append(h.Writes, w)
		h.Jobs = append(h.Jobs, history.Job{ID: id(n + 11), Request: id(n + 1), UID: bill(), Kind: "invoice", State: history.Done, Ended: at(100*n + 60)})
	}
	return h
}

func billed(seq uint64, ms int, kind, as, op string) vendorsim.Entry {
	e := vendorsim.Entry{Seq: seq, At: at(ms), Kind: kind, ID: as, Op: op, Application: "api", Fields: map[string]any{}, Marks: map[string]string{}}
	if op == "create" {
		e.Fields["description"] = "tea"
	}
	return e
}
