package upstream

import (
	"context"
	"errors"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// The reasons of faults that arise here; all others are the adapter's, the gate's or the signer's.
const (
	ReasonMalformed  = "MALFORMED_CALL" // the call cannot be made into a request
	ReasonSign       = "NOT_SIGNED"     // the signer failed without saying why
	ReasonGate       = "GATE_CLOSED"    // the gate refused without saying why
	ReasonHost       = "HOST_REFUSED"   // the address is not one of the connection's
	ReasonDeadline   = "DEADLINE"       // the time was up before the request was written: not sent, or not its body
	ReasonCanceled   = "CANCELED"       // the caller gave up
	ReasonConnect    = "CONNECT"        // no connection could be had: not sent
	ReasonTimeout    = "TIMEOUT"        // sent, and no answer in time
	ReasonNoAnswer   = "NO_ANSWER"      // sent, and the connection broke
	ReasonAnswerCut  = "ANSWER_CUT"     // the answer broke off
	ReasonTooLarge   = "BODY_TOO_LARGE" // the answer is beyond the bound
	ReasonRedirected = "REDIRECTED"     // the vendor points elsewhere, and we do not follow
)

// unsent is err as a fault of a request that never left: a classified cause keeps its kind and words, any other is
// Unavailable. The cause is not changed: others may hold it too.
func unsent(op, reason string, err error) *fault.Error {
	f := fault.Error{Kind: fault.Unavailable, Reason: reason, Err: err}
	var known *fault.Error
	if errors.As(err, &known) {
		f = *known
	}
	f.Op, f.MayApply = op, false
	return &f
}

// broken is what err of the transport means, given how far the request had come.
func (x *exchange) broken(err error) *fault.Error {
	left := x.mayHaveLeft()
	f := &fault.Error{Op: x.Op, Kind: fault.Unavailable, MayApply: left && !x.reads(), Err: err}
	switch {
	case errors.Is(err, context.Canceled):
		f.Reason = ReasonCanceled
	case x.late.Load():
		f.Reason = ReasonDeadline
	case !left:
		f.Reason = ReasonConnect
	case isTimeout(err):
		f.Reason = ReasonTimeout
	default:
		f.Reason = ReasonNoAnswer
	}
	return f
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}
