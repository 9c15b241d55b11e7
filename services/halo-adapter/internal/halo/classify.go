package halo

import (
	"encoding/json"
	"net/http"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// trackingHeaders: Halo documents no id for a call. These are what the servers and proxies around it usually send [unsure].
func trackingHeaders() []string {
	return []string{"X-Request-Id", "Request-Id", "X-Correlation-Id", "Cf-Ray"}
}

// The reasons of Halo's refusals.
const (
	ReasonRefused      = "REFUSED"
	ReasonUnauthorized = "UNAUTHORIZED"
	ReasonForbidden    = "FORBIDDEN"
	ReasonNotFound     = "NOT_FOUND"
	ReasonConflict     = "CONFLICT"
	ReasonThrottled    = "THROTTLED"
	ReasonServerError  = "SERVER_ERROR"
	ReasonUnexpected   = "UNEXPECTED_STATUS"
	ReasonNotJSON      = "NOT_JSON"
)

// classify is what an answer means. Halo's messages are prose in any of six shapes and without stable codes, so the status
// decides and the words only explain [client library: homotechsual/HaloAPI New-HaloError.ps1; community: CIPP-API].
func classify(_ string, r *upstream.Response) *fault.Error {
	if r.Status < 300 {
		return readable(r)
	}
	if r.Status < 400 {
		return nil // upstream's own matter
	}
	kind, reason, open := meaning(r)
	code, words := complaint(r.Body)
	return &fault.Error{Kind: kind, Reason: reason, Code: code, Message: words, MayApply: open && writes(r)}
}

func writes(r *upstream.Response) bool { return r.Method != http.MethodGet }

// meaning also says whether a write may have been applied all the same.
func meaning(r *upstream.Response) (kind fault.Kind, reason string, open bool) {
	switch r.Status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity, // validation, or no access to an outcome
		http.StatusMethodNotAllowed, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType:
		return fault.Invalid, ReasonRefused, false
	case http.StatusUnauthorized: // the token ran out or was revoked
		return fault.Unauthorized, ReasonUnauthorized, false
	case http.StatusForbidden: // a scope, or a right of the agent we act as, is missing [client library: HaloPsa.Api; unsure]
		if writes(r) {
			return fault.Invalid, ReasonForbidden, false
		}
		return fault.Hidden, ReasonForbidden, false
	case http.StatusNotFound, http.StatusGone: // also what our agent may not see, and an action under another ticket
		return fault.NotFound, ReasonNotFound, false
	case http.StatusConflict:
		return fault.Conflict, ReasonConflict, false
	case http.StatusTooManyRequests:
		return fault.Throttled, ReasonThrottled, false
	case http.StatusRequestTimeout:
		return fault.Unavailable, ReasonServerError, true
	}
	if r.Status >= 500 {
		return fault.Unavailable, ReasonServerError, true // before the commit, or after it: nobody knows
	}
	return fault.Unknown, ReasonUnexpected, false
}

// readable is nil if a success can be read at all; a sign-in page or a proxy's cannot. What a deletion says, nobody reads.
func readable(r *upstream.Response) *fault.Error {
	if r.Method == http.MethodDelete || json.Valid(r.Body) {
		return nil
	}
	return &fault.Error{Kind: fault.Drift, Reason: ReasonNotJSON, Message: begin(string(r.Body)), MayApply: writes(r)}
}
