package judge_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast/stripe"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
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

		"a subscription ends with its customer": {func(h *history.History) {
			h.Vendor[id(302)] = "cus_1"
			h.Writes = append(h.Writes, history.Write{Request: id(4), Writer: "w1", Op: history.Delete, Kind: "customer", Subject: id(302), Began: at(270), Accepted: at(280)})
			h.Jobs = append(h.Jobs, history.Job{ID: id(14), Request: id(4), UID: id(302), Kind: "customer", State: history.Done, Ended: at(295)})
			h.Ledger = append(h.Ledger, billed(8, 290, "subscription", "sub_1", "cancel"), billed(9, 290, "customer", "cus_1", "delete"))
		}, judge.Verdict{Accepted: 1}},
		"a subscription ends with its customer, before somebody asks for it in vain": {func(h *history.History) {
			h.Vendor[id(302)], h.Vendor[id(304)] = "cus_1", "sub_1"
			h.Writes = append(h.Writes,
				history.Write{Request: id(4), Writer: "w1", Op: history.Delete, Kind: "customer", Subject: id(302), Began: at(270), Accepted: at(280)},
				history.Write{Request: id(5), Writer: "w2", Op: history.Cancel, Kind: "subscription", Subject: id(304), Began: at(300), Refused: "FailedPrecondition"})
			h.Jobs = append(h.Jobs, history.Job{ID: id(14), Request: id(4), UID: id(302), Kind: "customer", State: history.Done, Ended: at(295)})
			h.Ledger = append(h.Ledger, billed(8, 290, "subscription", "sub_1", "cancel"), billed(9, 290, "customer", "cus_1", "delete"))
		}, judge.Verdict{Accepted: 1}},
		"a subscription ends, though who asked for it was turned down": {func(h *history.History) {
			h.Vendor[id(304)] = "sub_1"
			h.Writes = append(h.Writes, history.Write{Request: id(5), Writer: "w2", Op: history.Cancel, Kind: "subscription", Subject: id(304), Began: at(300), Refused: "FailedPrecondition"})
			h.Ledger = append(h.Ledger, billed(9, 310, "subscription", "sub_1", "cancel"))
		}, judge.Verdict{Doubled: 1}},
		"a subscription ends, and nobody asked for it": {func(h *history.History) {
			h.Ledger = append(h.Ledger, billed(9, 290, "subscription", "sub_1", "cancel"))
		}, judge.Verdict{Doubled: 1}},

		"its customer is gone before its item, and it cannot be finalized": {bend: halve},
		"nobody knows of its item, and it cannot be finalized": {bend: func(h *history.History) {
			halve(h)
			h.Letters[0].Class, h.Jobs[0].Class = "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 30, 55)}
		}},
		"its item comes after all, too late to finalize it": {bend: func(h *history.History) {
			halve(h)
			h.Letters[0].Class, h.Jobs[0].Class = "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 30, 55)}
			h.Ledger = append(h.Ledger, billed(9, 290, "invoiceitem", "ii_1", "create"))
		}},
		"it has its item, and cannot be finalized for want of one": {func(h *history.History) {
			halve(h)
			h.Letters[0].Class, h.Jobs[0].Class = "OUTCOME_UNKNOWN", "OUTCOME_UNKNOWN"
			h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 30, 55)}
			h.Ledger = append(h.Ledger, billed(9, 58, "invoiceitem", "ii_1", "create"))
		}, judge.Verdict{Unexplained: 2}},
		"its create is replayed and made, and it still cannot be paid": {func(h *history.History) {
			halve(h)
			h.Letters[0].Resolution, h.Letters[0].Resolved = "replayed", at(200)
			h.Jobs = append(h.Jobs, history.Job{ID: id(15), ReplayOf: id(11), UID: bill(), Kind: "invoice", State: history.Done, Ended: at(250)})
			h.Ledger = append(h.Ledger, billed(9, 240, "invoiceitem", "ii_1", "create"))
		}, judge.Verdict{Unexplained: 1}},
		"its create is replayed and made, and to pay it finalizes it": {bend: func(h *history.History) {
			halve(h)
			h.Letters[0].Resolution, h.Letters[0].Resolved = "replayed", at(300)
			h.Letters[2].Resolution, h.Letters[2].Resolved = "replayed", at(400)
			h.Jobs = append(h.Jobs,
				history.Job{ID: id(15), ReplayOf: id(11), UID: bill(), Kind: "invoice", State: history.Done, Ended: at(350)},
				history.Job{ID: id(16), ReplayOf: id(13), UID: bill(), Kind: "invoice", State: history.Done, Ended: at(450)})
			implied := billed(10, 440, "invoice", "in_1", "finalize")
			implied.Fields["payment_method"] = "pm_1"
			h.Ledger = append(h.Ledger, billed(9, 340, "invoiceitem", "ii_1", "create"), implied, billed(11, 440, "invoice", "in_1", "pay"))
			h.Purses = []history.Purse{{Payment: "pi_1", Charges: 1}}
		}},
		"its create was not buried, and it cannot be finalized": {func(h *history.History) {
			halve(h)
			h.Letters, h.Jobs[0].State = h.Letters[1:], history.Done
		}, judge.Verdict{Lost: 1, Unexplained: 2}},
		"its create was buried only afterwards": {func(h *history.History) {
			halve(h)
			h.Letters[0].At, h.Jobs[0].Ended = at(200), at(200)
		}, judge.Verdict{Unexplained: 1}},
		"nothing of it was made, and it cannot be finalized": {func(h *history.History) {
			halve(h)
			h.Ledger = h.Ledger[1:]
		}, judge.Verdict{Unexplained: 2}},
		"only a part of it was made, and it is refused for something else": {func(h *history.History) {
			halve(h)
			h.Letters[1].Message = "Invalid API Key provided"
		}, judge.Verdict{Unexplained: 1}},
		"only a part of another was made": {func(h *history.History) {
			halve(h)
			h.Writes[0].Subject, h.Jobs[0].UID = id(303), id(303)
			h.Vendor[id(303)], h.Ledger[0].ID = "in_2", "in_2"
			h.Refusals[id(303)] = h.Jobs[0].ID
		}, judge.Verdict{Unexplained: 2}},
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

// halve has somebody delete the customer between the two calls of the create, and the vendor refuse all that follows.
func halve(h *history.History) {
	h.Vendor[id(302)], h.Writes[0].Refers = "cus_1", id(302)
	h.Ledger = []vendorsim.Entry{h.Ledger[0], byHand(billed(2, 45, "customer", "cus_1", "delete"))}
	h.Purses = nil
	for n := range 3 {
		bury(h, n, 100*n+60, "REFUSED")
		h.Letters[n].Message = "No such customer: 'cus_1'"
		if n > 0 {
			h.Letters[n].Message, h.Writes[n].Lacks = "Nothing to invoice for customer", "Nothing to invoice"
		}
	}
}

func billed(seq uint64, ms int, kind, as, op string) vendorsim.Entry {
	e := vendorsim.Entry{Seq: seq, At: at(ms), Kind: kind, ID: as, Op: op, Application: "api", Fields: map[string]any{}, Marks: map[string]string{}}
	if op == "create" {
		e.Fields["description"] = "tea"
	}
	return e
}
