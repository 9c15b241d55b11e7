package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestMain(m *testing.M) { adaptertest.Main(m) }

func TestConformance(t *testing.T) { t.Parallel(); adaptertest.Run(t, described()) }

func TestNeighbours(t *testing.T) { adaptertest.Neighbours(t, described()) }

func TestArrows(t *testing.T) { adaptertest.Arrows(t, "halo") }

func TestREADME(t *testing.T) { adaptertest.README(t, described()) }

// described is this adapter, for the suite.
func described() adaptertest.Adapter {
	return adaptertest.Adapter{
		Spec: spec(), Page: 100, Drift: []string{"status_id"}, Kinds: kinds(), Pace: pace, Sample: 8,
		Simulate: func(tickets int, seed uint64) adaptertest.Vendor {
			return newTenant(sim.Config{Tickets: tickets, Seed: seed, Clients: 7, Users: 1}).furnished().vendor()
		},
		Operations: slices.Concat([]adaptertest.Operation{
			{Name: "CreateTicket", Method: psav1.TicketService_CreateTicket_FullMethodName, Kind: "ticket", Op: "create", Request: creating, Refused: badCreate},
			{Name: "UpdateTicket", Method: psav1.TicketService_UpdateTicket_FullMethodName, On: "ticket", Kind: "ticket", Op: "update", Request: updating, Refused: badUpdate},
			{
				Name: "CloseTicket", Method: psav1.TicketService_CloseTicket_FullMethodName, On: "ticket", Kind: "ticket", Op: "update", Request: closing,
				Before: []adaptertest.Operation{{Name: "UpdateTicket", Method: psav1.TicketService_UpdateTicket_FullMethodName, Request: status("2")}},
			},
			{
				Name: "ReopenTicket", Method: psav1.TicketService_ReopenTicket_FullMethodName, On: "ticket", Kind: "ticket", Op: "update", Request: reopening,
				Before: []adaptertest.Operation{{Name: "UpdateTicket", Method: psav1.TicketService_UpdateTicket_FullMethodName, Request: status("9")}},
			},
			{Name: "AssignTicket", Method: psav1.TicketService_AssignTicket_FullMethodName, On: "ticket", Kind: "ticket", Op: "update", Request: assigning},
			{Name: "DeleteTicket", Method: psav1.TicketService_DeleteTicket_FullMethodName, On: "ticket", Kind: "ticket", Op: "delete", Request: deleting},
			{
				Name: "RestoreTicket", Method: psav1.TicketService_RestoreTicket_FullMethodName, On: "ticket", Kind: "ticket", Op: "restore", Request: restoring,
				Before: []adaptertest.Operation{{Name: "DeleteTicket", Method: psav1.TicketService_DeleteTicket_FullMethodName, Request: deleting}},
			},
			{Name: "AddNote", Method: psav1.TicketService_AddNote_FullMethodName, On: "ticket", Kind: "action", Op: "create", Request: noting},
			{Name: "AddTimeEntry", Method: psav1.TicketService_AddTimeEntry_FullMethodName, On: "ticket", Kind: "action", Op: "create", Request: working, Refused: badWork},
		}, customerOperations(), billOperations()),
		Reads: slices.Concat([]adaptertest.Read{
			{Method: psav1.TicketService_GetTicket_FullMethodName, On: "ticket", Request: func(on string) proto.Message { return &psav1.GetTicketRequest{Name: on} }},
			{Method: psav1.TicketService_BatchGetTickets_FullMethodName, On: "ticket", Request: func(on string) proto.Message {
				return &psav1.BatchGetTicketsRequest{Parent: on[:strings.Index(on, "/tickets")], Names: []string{on}}
			}},
			{Method: psav1.TicketService_ListTickets_FullMethodName, Request: func(on string) proto.Message {
				return &psav1.ListTicketsRequest{Parent: on}
			}},
			{Method: psav1.TicketService_ListNotes_FullMethodName, On: "ticket", Request: func(on string) proto.Message { return &psav1.ListNotesRequest{Parent: on} }},
			{Method: psav1.TicketService_ListAttachments_FullMethodName, On: "ticket", Request: func(on string) proto.Message {
				return &psav1.ListAttachmentsRequest{Parent: on}
			}},
			{Method: psav1.TicketService_GetNote_FullMethodName, On: "note", Request: func(on string) proto.Message { return &psav1.GetNoteRequest{Name: on} }},
			{Method: psav1.TicketService_WatchTickets_FullMethodName, Request: func(on string) proto.Message { return &psav1.WatchTicketsRequest{Parent: on} }},
		}, customerReads(), billReads(), metadataReads()),
	}
}

func kinds() []adaptertest.Kind {
	return []adaptertest.Kind{
		{Name: "ticket", List: psav1.TicketService_ListTickets_FullMethodName},
		{Name: "note", Parent: "ticket", List: psav1.TicketService_ListNotes_FullMethodName},
		{Name: "attachment", Parent: "ticket", List: psav1.TicketService_ListAttachments_FullMethodName, Silent: true},
		{Name: "client", List: psav1.ClientService_ListClients_FullMethodName, Silent: true},
		{Name: "site", List: psav1.SiteService_ListSites_FullMethodName, Silent: true, Like: "client"},
		{Name: "user", List: psav1.UserService_ListUsers_FullMethodName, Silent: true, Like: "client"},
		{Name: "quote", List: psav1.QuoteService_ListQuotes_FullMethodName, Silent: true},
		{Name: "invoice", List: psav1.InvoiceService_ListInvoices_FullMethodName, Silent: true},
		{Name: "recurring_invoice", List: psav1.InvoiceService_ListRecurringInvoices_FullMethodName, Silent: true, Like: "invoice"},
		{Name: "agent", List: psav1.MetadataService_ListAgents_FullMethodName, Silent: true, Whole: true},
		{Name: "status", List: psav1.MetadataService_ListStatuses_FullMethodName, Silent: true, Whole: true, Like: "agent"},
		{Name: "ticket_type", List: psav1.MetadataService_ListTicketTypes_FullMethodName, Silent: true, Whole: true, Like: "agent"},
		{Name: "priority", List: psav1.MetadataService_ListPriorities_FullMethodName, Silent: true, Whole: true, Like: "agent"},
		{Name: "team", List: psav1.MetadataService_ListTeams_FullMethodName, Silent: true, Whole: true, Like: "agent"},
	}
}

func pace(p adaptertest.Pace) adaptertest.Settings {
	return adaptertest.Settings{
		"halo.sweep.tickets": p.Sweep.String(), "halo.sweep.notes": p.Sweep.String(), "halo.sweep.attachments": (2 * p.Sweep).String(), "halo.sweep.deliveries": p.Sweep.String(), "halo.read_lag": p.ReadLag.String(),
		"halo.second_look": p.SecondLook.String(), "halo.settling": p.Settling.String(),
		"halo.announce_within": p.AnnounceWithin.String(), "halo.patience": "300ms",
		"halo.sweep.customers": (2 * p.Sweep).String(), "halo.sweep.bills": (2 * p.Sweep).String(), "halo.sweep.metadata": (4 * p.Sweep).String(),
	}
}

func creating(parent, text string) proto.Message {
	return &psav1.CreateTicketRequest{Parent: parent, Ticket: &psav1.Ticket{Summary: text, Client: "12"}, RequestId: uuid.NewString()}
}

func badCreate(parent string) proto.Message {
	return &psav1.CreateTicketRequest{Parent: parent, Ticket: &psav1.Ticket{Summary: "with a status of nobody's", Status: "77"}, RequestId: uuid.NewString()}
}

func updating(ticket, text string) proto.Message {
	return &psav1.UpdateTicketRequest{
		Ticket:     &psav1.Ticket{Name: ticket, Summary: text, CustomFields: rackUnit(text)},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"summary", "custom_fields"}}, RequestId: uuid.NewString(),
	}
}

func rackUnit(text string) []*psav1.CustomField {
	return []*psav1.CustomField{{Id: "101", Value: &psav1.CustomField_Text{Text: text}}}
}

func badUpdate(ticket string) proto.Message {
	return &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticket, Status: "77"}, RequestId: uuid.NewString()}
}

// status is an update of just that; the text is in another field.
func status(id string) func(ticket, text string) proto.Message {
	return func(ticket, text string) proto.Message {
		return &psav1.UpdateTicketRequest{Ticket: &psav1.Ticket{Name: ticket, Status: id, Summary: text}, RequestId: uuid.NewString()}
	}
}

func closing(ticket, _ string) proto.Message {
	return &psav1.CloseTicketRequest{Name: ticket, RequestId: uuid.NewString()}
}

func reopening(ticket, _ string) proto.Message {
	return &psav1.ReopenTicketRequest{Name: ticket, Status: "1", RequestId: uuid.NewString()}
}

func assigning(ticket, text string) proto.Message {
	return &psav1.AssignTicketRequest{Name: ticket, Agent: proto.String("4"), Team: &text, RequestId: uuid.NewString()}
}

func working(ticket, text string) proto.Message {
	return &psav1.AddTimeEntryRequest{Parent: ticket, Note: &psav1.Note{Text: text, Work: hour("4")}, RequestId: uuid.NewString()}
}

func badWork(ticket string) proto.Message {
	return &psav1.AddTimeEntryRequest{Parent: ticket, Note: &psav1.Note{Text: "by nobody", Work: hour("77")}, RequestId: uuid.NewString()}
}

func hour(agent string) *psav1.Note_Work {
	return &psav1.Note_Work{TimeSpent: durationpb.New(time.Hour), Agent: agent, Billing: psav1.Note_BILLING_BILLABLE}
}

func restoring(ticket, _ string) proto.Message {
	return &psav1.RestoreTicketRequest{Name: ticket, RequestId: uuid.NewString()}
}

func deleting(ticket, text string) proto.Message {
	return &psav1.DeleteTicketRequest{Name: ticket, Reason: text, RequestId: uuid.NewString()}
}

func noting(ticket, text string) proto.Message {
	return &psav1.AddNoteRequest{Parent: ticket, Note: &psav1.Note{Text: text}, RequestId: uuid.NewString()}
}
