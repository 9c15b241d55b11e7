package job

import (
	"context"
	"fmt"
	"strings"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// quotes are looked for among their opportunity's or their client's: no filter finds a third party's number.
func quotes() entity[*psav1.Quote, halo.Quotation] {
	return entity[*psav1.Quote, halo.Quotation]{
		kind: "quote", mark: "third_party_number", rows: (*halo.Client).Quotations, shown: translate.Words.Quote, create: translate.Words.NewQuote,
		patch: func(w translate.Words, q *psav1.Quote, paths []string) (halo.Patch, error) {
			return w.QuotePatch(q, paths, "")
		},
		find: func(q *psav1.Quote) (halo.Query, func(halo.Quotation) bool) {
			return halo.Query{TicketID: numberOr0(q.GetOpportunity()), ClientID: numberOr0(q.GetClient())},
				func(x halo.Quotation) bool { return x.Title == q.GetTitle() }
		},
	}
}

// updateQuote sends all lines together, where they are to change; see lines.
func updateQuote(ts Tenants, c Config) job.Operation[*psav1.Quote] {
	return lined(ts, c, "UpdateQuote", quotes(), linesOf[*psav1.Quote, halo.Quotation]{
		currency: func(x halo.Quotation) string { return x.Currency },
		patch:    translate.Words.QuotePatch,
		same:     func(asked, shown *psav1.Quote) bool { return translate.SameLines(asked.GetLines(), shown.GetLines()) },
		kept:     func(asked, shown *psav1.Quote) bool { return translate.KeptLines(asked.GetLines(), shown.GetLines()) },
		placed:   translate.PlacedQuoteLines,
		closed: func(shown *psav1.Quote) error {
			if s := shown.GetState(); s == psav1.Quote_STATE_APPROVED || s == psav1.Quote_STATE_REJECTED {
				return meanwhile("ALREADY_ANSWERED", "the client has answered it since the change was accepted")
			}
			return nil
		},
	})
}

// answerQuote may be repeated: see once. Halo may take a second answer, or refuse it [unsure].
func answerQuote(ts Tenants, c Config, name string) job.Operation[*psav1.Quote] {
	return once(ts, c, name, quotes(), made[*psav1.Quote, halo.Quotation]{
		done: answeredSo,
		call: func(ctx context.Context, t Tenant, id int64, patch *psav1.Quote) (halo.Quotation, error) {
			got, _, err := t.Halo.AnswerQuotation(ctx, id, translate.QuoteAnswer(patch))
			return got, err
		},
	})
}

// answeredSo reports whether a quote was answered as asked, by the one who is said to have answered. An answer of somebody else is not
// overwritten. One that Halo shows without a name is anybody's; a state that is none of ours was not told to us (quote_approved,
// quote_rejected).
func answeredSo(shown, asked *psav1.Quote) (bool, error) {
	was, is := asked.GetAnswer().GetAnswererName(), shown.GetAnswer().GetAnswererName()
	switch {
	case shown.GetState() == psav1.Quote_STATE_OPEN:
		return false, nil
	case shown.GetState() == asked.GetState() && (is == "" || strings.EqualFold(strings.TrimSpace(is), strings.TrimSpace(was))):
		return true, nil
	case shown.GetState() == psav1.Quote_STATE_UNSPECIFIED:
		return false, &fault.Error{
			Op: "halo.GetQuotation", Kind: fault.Invalid, Reason: "ANSWER_UNKNOWN",
			Message: "it has an answer whose approvalstate is neither quote_approved nor quote_rejected of the connection",
		}
	}
	return false, &fault.Error{
		Op: "halo.GetQuotation", Kind: fault.Invalid, Reason: "ALREADY_ANSWERED", Message: fmt.Sprintf("it was answered already, by %.100q", is),
	}
}
