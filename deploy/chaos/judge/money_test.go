package judge_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast/stripe"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

func TestMoney(t *testing.T) {
	for name, c := range map[string]struct {
		bend func(h *history.History)
		want judge.Verdict // besides three accepted writes
		says string        // in the first finding
	}{
		"all as it should be": {bend: func(*history.History) {}},

		"a payment is made twice":           {bend: func(h *history.History) { h.Ledger = append(h.Ledger, created(9, 190, "pi_2")) }, want: judge.Verdict{Doubled: 1, Disordered: 1}, says: "made 2 times"},
		"a payment is tried twice":          {bend: func(h *history.History) { h.Ledger = append(h.Ledger, onPayment(9, 190, "confirm")) }, want: judge.Verdict{Doubled: 1, Disordered: 1}, says: "tried 2 times"},
		"a payment is made and not charged": {bend: func(h *history.History) { drop(h, "confirm") }, want: judge.Verdict{Lost: 1}, says: "never made it"},
		"a payment is never made":           {bend: func(h *history.History) { drop(h, "confirm"); h.Ledger = h.Ledger[1:] }, want: judge.Verdict{Lost: 1}, says: "never made it"},
		"a capture is made twice":           {bend: func(h *history.History) { h.Ledger = append(h.Ledger, captured(9, 190)) }, want: judge.Verdict{Doubled: 1}, says: "made 2 times"},
		"a capture is never made":           {bend: func(h *history.History) { drop(h, "capture") }, want: judge.Verdict{Lost: 1}, says: "never made it"},
		"a refund is made twice":            {bend: func(h *history.History) { h.Ledger = append(h.Ledger, givenBack(9, 290, "re_2")) }, want: judge.Verdict{Doubled: 1}, says: "made 2 times"},
		"a refund that nobody asked for": {bend: func(h *history.History) {
			e := givenBack(9, 290, "re_2")
			e.Fields["metadata[chaos]"] = "another"
			h.Ledger = append(h.Ledger, e)
		}, want: judge.Verdict{Doubled: 1}, says: "nobody asked"},

		"a charge went through twice": {bend: func(h *history.History) { h.Purses[0].Charges = 2 }, want: judge.Verdict{Doubled: 1}, says: "charged 2 times"},
		"more went back than was due": {bend: func(h *history.History) { h.Purses[0].Back = 14 }, want: judge.Verdict{Doubled: 1}, says: "gave back 14"},
		"less went back than was due": {bend: func(h *history.History) { h.Purses[0].Back = 0 }, want: judge.Verdict{Lost: 1}, says: "gave back 0"},
		"a person gave back some more": {bend: func(h *history.History) {
			e := givenBack(9, 290, "re_2")
			e.Application, e.Fields = "", map[string]any{"payment_intent": "pi_1", "amount": "5"}
			h.Ledger, h.Purses[0].Back = append(h.Ledger, e), 12
		}},

		"a decline, as was intended": {bend: decline},
		"a decline of a good card":   {bend: func(h *history.History) { decline(h); h.Writes[0].Bad = false }, want: judge.Verdict{Unexplained: 1}, says: "nothing was wrong"},
		"told as declined, and charged": {bend: func(h *history.History) {
			decline(h)
			h.Ledger[1] = onPayment(2, 50, "confirm")
		}, want: judge.Verdict{Unexplained: 1}, says: "had made it"},
		"a decline is tried again by itself": {bend: func(h *history.History) {
			decline(h)
			h.Ledger = append(h.Ledger, onPayment(9, 90, "decline"))
		}, want: judge.Verdict{Doubled: 1}, says: "tried 2 times"},
		"a decline is tried again by a person": {bend: func(h *history.History) {
			decline(h)
			h.Letters[0].Resolution, h.Letters[0].Resolved = "replayed", at(80)
			h.Jobs = append(h.Jobs, history.Job{ID: id(15), ReplayOf: id(11), UID: payment(), Kind: "payment", State: history.Dead, Ended: at(95)})
			h.Letters = append(h.Letters, history.Letter{Job: id(15), Kind: "payment", Class: "REFUSED", At: at(95)})
			h.Ledger = append(h.Ledger, onPayment(9, 90, "decline"))
		}},

		"a refund whose outcome is unknown was made": {bend: unknown},
		"a refund whose outcome is unknown was not": {bend: func(h *history.History) {
			unknown(h)
			h.Ledger, h.Purses[0].Back = h.Ledger[:3], 0
		}},
		"an unknown refund is replayed and doubled": {bend: func(h *history.History) {
			unknown(h)
			h.Letters[0].Resolution, h.Letters[0].Resolved = "replayed", at(380)
			h.Jobs = append(h.Jobs, history.Job{ID: id(15), ReplayOf: id(13), UID: id(202), Kind: "refund", State: history.Done, Ended: at(395)})
			h.Ledger, h.Purses[0].Back = append(h.Ledger, givenBack(9, 390, "re_2")), 14
		}, want: judge.Verdict{Doubled: 2}, says: "made 2 times"},
		"a capture is refused for nothing": {bend: func(h *history.History) { refuseCapture(h) }, want: judge.Verdict{Unexplained: 1}, says: "nothing was wrong"},
		"a capture is refused after a cancellation": {bend: func(h *history.History) {
			refuseCapture(h)
			h.Ledger = append(h.Ledger, byHand(onPayment(9, 140, "cancel")))
		}},
		"a capture is refused before a cancellation": {bend: func(h *history.History) {
			refuseCapture(h)
			h.Ledger = append(h.Ledger, byHand(onPayment(9, 170, "cancel")))
		}, want: judge.Verdict{Unexplained: 1}, says: "nothing was wrong"},
		"two cancel, and the second finds nothing to do": {bend: func(h *history.History) {
			h.Writes[1].Op, h.Writes[1].Values = history.Cancel, nil
			h.Ledger[2] = byHand(onPayment(3, 140, "cancel"))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := sale()
			c.bend(h)
			got, findings := judge.Judge(h, stripe.Play().Reading)
			want := c.want
			want.Accepted += 3
			if got != want {
				t.Errorf("got %+v, want %+v: %v", got, want, findings)
			}
			if c.says != "" && (len(findings) == 0 || !strings.Contains(findings[0].Says, c.says)) {
				t.Errorf("found %v, want %q in it", findings, c.says)
			}
		})
	}
}

func payment() uuid.UUID { return id(201) }

// sale is a history that tests bend: a payment that reserves an amount, its capture, and a refund of a part.
func sale() *history.History {
	return &history.History{
		Vendor: map[uuid.UUID]string{payment(): "pi_1", id(202): "re_1"},
		Writes: []history.Write{
			{Request: id(1), Writer: "w1", Op: history.Create, Kind: "payment", Subject: payment(), Steps: 2, Values: map[string]string{"description": "tea"}, Began: at(0), Accepted: at(10)},
			{Request: id(2), Writer: "w1", Op: history.Capture, Kind: "payment", Subject: payment(), Values: map[string]string{"amount": "500"}, Began: at(100), Accepted: at(110)},
			{Request: id(3), Writer: "w1", Op: history.Create, Kind: "refund", Subject: id(202), Refers: payment(), Back: 7, Values: map[string]string{"metadata": "sorry"}, Began: at(200), Accepted: at(210)},
		},
		Jobs: []history.Job{
			{ID: id(11), Request: id(1), UID: payment(), Kind: "payment", State: history.Done, Ended: at(60)},
			{ID: id(12), Request: id(2), UID: payment(), Kind: "payment", State: history.Done, Ended: at(160)},
			{ID: id(13), Request: id(3), UID: id(202), Kind: "refund", State: history.Done, Ended: at(260)},
		},
		Ledger: []vendorsim.Entry{created(1, 40, "pi_1"), onPayment(2, 50, "confirm"), captured(3, 140), givenBack(4, 240, "re_1")},
		Purses: []history.Purse{{Payment: "pi_1", Charges: 1, Back: 7}},
	}
}

func onPayment(seq uint64, ms int, op string) vendorsim.Entry {
	return vendorsim.Entry{
		Seq: seq, At: at(ms), Kind: "payment_intent", ID: "pi_1", Op: op, Application: "api", Fields: map[string]any{},
		Marks: map[string]string{"breakwater_job": id(11).String()},
	}
}

func created(seq uint64, ms int, as string) vendorsim.Entry {
	e := onPayment(seq, ms, "create")
	e.ID, e.Fields = as, map[string]any{"description": "tea", "amount": "600"}
	return e
}

func captured(seq uint64, ms int) vendorsim.Entry {
	e := onPayment(seq, ms, "capture")
	e.Fields["amount_to_capture"] = "500"
	return e
}

func givenBack(seq uint64, ms int, as string) vendorsim.Entry {
	return vendorsim.Entry{
		Seq: seq, At: at(ms), Kind: "refund", ID: as, Parent: "pi_1", Op: "create", Application: "api",
		Fields: map[string]any{"amount": "7", "metadata[chaos]": "sorry"}, Marks: map[string]string{"breakwater_job": id(13).String()},
	}
}

func byHand(e vendorsim.Entry) vendorsim.Entry {
	e.Application = ""
	return e
}

func drop(h *history.History, op string) {
	var kept []vendorsim.Entry
	for _, e := range h.Ledger {
		if e.Op != op {
			kept = append(kept, e)
		}
	}
	h.Ledger = kept
}

// decline has the bank refuse the payment, so that nothing else comes of it.
func decline(h *history.History) {
	h.Writes[0].Bad = true
	bury(h, 0, 60, "REFUSED")
	h.Ledger = []vendorsim.Entry{created(1, 40, "pi_1"), onPayment(2, 50, "decline")}
	for i := range 2 { // and whoever asked for more was turned down
		h.Writes[i+1].Accepted = h.Writes[i+1].Began
		h.Jobs[i+1].State, h.Jobs[i+1].Class = history.Dead, "PREDECESSOR"
		h.Letters = append(h.Letters, history.Letter{Job: h.Jobs[i+1].ID, Kind: h.Jobs[i+1].Kind, Class: "PREDECESSOR", At: at(70)})
		h.Refusals[h.Jobs[i+1].UID] = h.Jobs[i+1].ID
	}
	h.Purses = nil
}

func unknown(h *history.History) {
	bury(h, 2, 350, "OUTCOME_UNKNOWN")
	h.Played = []history.Played{played(schedule.Act{Kind: schedule.Kill, Who: []string{"a"}}, 235, 250)}
}

func refuseCapture(h *history.History) {
	bury(h, 1, 160, "REFUSED")
	drop(h, "capture")
}
