package yardstick

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// Server is a TicketService that does one statement for a read and one transaction for a write.
type Server struct {
	psav1.UnimplementedTicketServiceServer
	DB     *pgxpool.Pool
	insert inserter
}

// NewServer serves from db; the job of a write is a bare row, or River's.
func NewServer(db *pgxpool.Pool, withRiver bool) (*Server, error) {
	s := &Server{DB: db, insert: insertBare}
	if withRiver {
		queue, err := Queue(db)
		if err != nil {
			return nil, fmt.Errorf("river: %w", err)
		}
		s.insert = insertRiver(queue)
	}
	return s, nil
}

const read = `select effective from ticket where connection = $1 and vendor_id = $2`

// GetTicket returns the bytes of the adapter's own row as they are: they become the answer's unknown fields, which marshal as
// they were read. An ordinary handler would parse them into the message first; this one is as fast as they come.
func (s *Server) GetTicket(ctx context.Context, r *psav1.GetTicketRequest) (*psav1.Ticket, error) {
	connection, id := split(r.GetName())
	var effective []byte
	if err := s.DB.QueryRow(ctx, read, connection, id).Scan(&effective); err != nil {
		return nil, fmt.Errorf("read %s: %w", r.GetName(), err)
	}
	return raw(effective), nil
}

// UpdateTicket does the transaction for a change, and returns what it wrote.
func (s *Server) UpdateTicket(ctx context.Context, r *psav1.UpdateTicketRequest) (*psav1.Ticket, error) {
	connection, id := split(r.GetTicket().GetName())
	effective, err := s.write(ctx, connection, id, r.GetTicket().GetSummary())
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", r.GetTicket().GetName(), err)
	}
	return raw(effective), nil
}

// split is the connection and the ticket's id in "connections/{connection}/tickets/{ticket}".
func split(name string) (connection, id string) {
	parts := strings.Split(name, "/")
	if len(parts) != 4 {
		return "", ""
	}
	return parts[1], parts[3]
}

// raw is a ticket that is marshalled as these bytes.
func raw(b []byte) *psav1.Ticket {
	t := &psav1.Ticket{}
	t.ProtoReflect().SetUnknown(b)
	return t
}
