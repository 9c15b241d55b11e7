// Package job answers how each operation is made at Halo: a file per operation, with how a repeat of it is made safe.
package job

import (
	"strconv"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// Tenant is one connection as operations need it.
type Tenant struct {
	Halo        *halo.Client
	Words       translate.Words
	NoteOutcome int64
	// TimeOutcome is what time entries are written with.
	TimeOutcome int64
	// CloseOverAppointments says that a ticket is closed even if it has open appointments.
	CloseOverAppointments bool
}

// Tenants are all connections, by name.
type Tenants map[string]Tenant

// Config is what is unknown of Halo and matters to operations.
type Config struct {
	// Settling is how long after an unanswered request its effect may still appear.
	Settling time.Duration
	// VisibleMark lets notes carry a reference by which an unanswered one is found again.
	VisibleMark bool
	// InvoiceMark lets new invoices carry the job's id in the number that an accounts package may own.
	InvoiceMark bool
}

// Operations are all ways in which this adapter changes Halo.
func Operations(ts Tenants, c Config) ([]*job.Op, error) {
	var ops []*job.Op
	for _, bind := range []func() (*job.Op, error){
		createTicket(ts, c).Bind, updateTicket(ts, c).Bind, closeTicket(ts, c).Bind, reopenTicket(ts, c).Bind, assignTicket(ts, c).Bind,
		deleteTicket(ts, c).Bind, restoreTicket(ts, c).Bind, addNote(ts, c).Bind, addTimeEntry(ts, c).Bind,
		clients().creates(ts, c, "CreateClient").Bind, clients().patches(ts, c, "UpdateClient").Bind,
		clients().patches(ts, c, "DeactivateClient").Bind, clients().patches(ts, c, "ActivateClient").Bind,
		sites().creates(ts, c, "CreateSite").Bind, sites().patches(ts, c, "UpdateSite").Bind,
		sites().patches(ts, c, "DeactivateSite").Bind, sites().patches(ts, c, "ActivateSite").Bind,
		users().creates(ts, c, "CreateUser").Bind, users().patches(ts, c, "UpdateUser").Bind,
		users().patches(ts, c, "DeactivateUser").Bind, users().patches(ts, c, "ActivateUser").Bind,
		quotes().creates(ts, c, "CreateQuote").Bind, updateQuote(ts, c).Bind,
		answerQuote(ts, c, "ApproveQuote").Bind, answerQuote(ts, c, "RejectQuote").Bind,
		createInvoice(ts, c).Bind, updateInvoice(ts, c).Bind, voidInvoice(ts, c).Bind,
	} {
		op, err := bind()
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	return ops, nil
}

// tenant is the job's; fault.Invalid if it is configured no longer.
func (ts Tenants) tenant(connection string) (Tenant, error) {
	t, ok := ts[connection]
	if !ok {
		return t, &fault.Error{Kind: fault.Invalid, Reason: "UNKNOWN_CONNECTION", Message: "no connection " + connection}
	}
	return t, nil
}

// number is Halo's id of an entity that was created there.
func number(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n <= 0 {
		return 0, &fault.Error{Kind: fault.Invalid, Reason: "NOT_CREATED", Message: "it has no id at Halo"}
	}
	return n, nil
}
