// Package translate answers how Halo's words and the contract's stand for each other: pure, total, a file per kind.
// Unknown words become "unspecified", never an error and never a guess.
package translate

import (
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Words is one tenant's dictionary: which states its status ids mean, which agent stands for nobody, and what else is the
// tenant's to decide.
type Words struct {
	States          map[int64]psav1.Ticket_State
	UnassignedAgent int64
	UnknownClient   int64          // stands for no client in particular; 0: none does
	Source          int64          // the origin that new tickets show; 0: Halo's own
	Zone            *time.Location // in which days are written; nil: it is not known
	Currency        string         // where Halo does not tell; ISO 4217, empty: unknown
	Approved        int64          // approvalstate of a quotation that was approved
	Rejected        int64          // approvalstate of one that was rejected
}

// Shape is how much of an entity a row tells.
type Shape uint8

// The shapes. A row of a list has the custom fields only if they are asked for by their ids, and shows none otherwise, which says
// nothing; and it says nothing of a change stamp, so that a stamp stands for details that were read.
const (
	Detail Shape = iota
	Listed
)

// Dictionary is the tenants' words, by connection.
type Dictionary map[string]Words

// Derive sets what follows from other fields of a ticket: its state from its status.
func (d Dictionary) Derive(connection string, t *psav1.Ticket) {
	t.State = d[connection].state(t.GetStatus())
}

func (w Words) state(status string) psav1.Ticket_State {
	id, err := strconv.ParseInt(status, 10, 64)
	if err != nil {
		return psav1.Ticket_STATE_UNSPECIFIED
	}
	return w.States[id] // absent: STATE_UNSPECIFIED
}

// Closed reports whether a ticket with this status is closed.
func (w Words) Closed(status string) bool { return w.state(status) == psav1.Ticket_STATE_CLOSED }

// Status is a status of Halo's as the contract calls it; empty for none.
func Status(id int64) string { return ref(id) }

// ref is an id of ours: empty for "none" and for Halo's ids that mean nobody, which are zero or less.
func ref(id int64) string {
	if id <= 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// id is ref the other way; fault.Invalid names the field.
func id(field, s string) (int64, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, fault.Field(field, fmt.Sprintf("%.40q is not an id of Halo's, a positive number", s))
	}
	return n, nil
}

func stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
