package main

import (
	"strings"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

// inUse reports what can be taken out of use.
func inUse(truth proto.Message) bool {
	m, ok := truth.(interface{ GetInactive() bool })
	return ok && !m.GetInactive()
}

// outOfUse reports what can be taken back.
func outOfUse(truth proto.Message) bool { return !inUse(truth) }

func customerOperations() []adaptertest.Operation {
	return []adaptertest.Operation{
		{Name: "CreateClient", Method: psav1.ClientService_CreateClient_FullMethodName, Kind: "client", Op: "create", Request: func(parent, text string) proto.Message {
			return &psav1.CreateClientRequest{Parent: parent, Client: &psav1.Client{DisplayName: text}, RequestId: uuid.NewString()}
		}},
		{Name: "UpdateClient", Method: psav1.ClientService_UpdateClient_FullMethodName, On: "client", Fits: inUse, Kind: "client", Op: "update", Request: func(on, text string) proto.Message {
			return &psav1.UpdateClientRequest{Client: &psav1.Client{Name: on, DisplayName: text}, UpdateMask: mask("display_name"), RequestId: uuid.NewString()}
		}},
		{Name: "DeactivateClient", Method: psav1.ClientService_DeactivateClient_FullMethodName, On: "client", Fits: inUse, Kind: "client", Op: "update", Request: func(on, _ string) proto.Message {
			return &psav1.DeactivateClientRequest{Name: on, RequestId: uuid.NewString()}
		}},
		{Name: "ActivateClient", Method: psav1.ClientService_ActivateClient_FullMethodName, On: "client", Fits: outOfUse, Kind: "client", Op: "update", Request: func(on, _ string) proto.Message {
			return &psav1.ActivateClientRequest{Name: on, RequestId: uuid.NewString()}
		}},
		{Name: "CreateSite", Method: psav1.SiteService_CreateSite_FullMethodName, Kind: "site", Op: "create", Request: func(parent, text string) proto.Message {
			return &psav1.CreateSiteRequest{Parent: parent, Site: &psav1.Site{DisplayName: text, Client: "2"}, RequestId: uuid.NewString()}
		}, Refused: func(parent string) proto.Message {
			return &psav1.CreateSiteRequest{Parent: parent, Site: &psav1.Site{DisplayName: "nowhere", Client: "7777"}, RequestId: uuid.NewString()}
		}},
		{Name: "UpdateSite", Method: psav1.SiteService_UpdateSite_FullMethodName, On: "site", Fits: inUse, Kind: "site", Op: "update", Request: func(on, text string) proto.Message {
			return &psav1.UpdateSiteRequest{Site: &psav1.Site{Name: on, DisplayName: text}, UpdateMask: mask("display_name"), RequestId: uuid.NewString()}
		}},
		{Name: "DeactivateSite", Method: psav1.SiteService_DeactivateSite_FullMethodName, On: "site", Fits: inUse, Kind: "site", Op: "update", Request: func(on, _ string) proto.Message {
			return &psav1.DeactivateSiteRequest{Name: on, RequestId: uuid.NewString()}
		}},
		{Name: "ActivateSite", Method: psav1.SiteService_ActivateSite_FullMethodName, On: "site", Fits: outOfUse, Kind: "site", Op: "update", Request: func(on, _ string) proto.Message {
			return &psav1.ActivateSiteRequest{Name: on, RequestId: uuid.NewString()}
		}},
		{Name: "CreateUser", Method: psav1.UserService_CreateUser_FullMethodName, Kind: "user", Op: "create", Request: func(parent, text string) proto.Message {
			return &psav1.CreateUserRequest{Parent: parent, User: &psav1.User{LastName: text, Client: "2"}, RequestId: uuid.NewString()}
		}, Refused: func(parent string) proto.Message {
			return &psav1.CreateUserRequest{Parent: parent, User: &psav1.User{LastName: "nobody", Client: "7777"}, RequestId: uuid.NewString()}
		}},
		{Name: "UpdateUser", Method: psav1.UserService_UpdateUser_FullMethodName, On: "user", Fits: inUse, Kind: "user", Op: "update", Request: func(on, text string) proto.Message {
			return &psav1.UpdateUserRequest{User: &psav1.User{Name: on, LastName: text}, UpdateMask: mask("last_name"), RequestId: uuid.NewString()}
		}},
		{Name: "DeactivateUser", Method: psav1.UserService_DeactivateUser_FullMethodName, On: "user", Fits: inUse, Kind: "user", Op: "update", Request: func(on, _ string) proto.Message {
			return &psav1.DeactivateUserRequest{Name: on, RequestId: uuid.NewString()}
		}},
		{Name: "ActivateUser", Method: psav1.UserService_ActivateUser_FullMethodName, On: "user", Fits: outOfUse, Kind: "user", Op: "update", Request: func(on, _ string) proto.Message {
			return &psav1.ActivateUserRequest{Name: on, RequestId: uuid.NewString()}
		}},
	}
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

// parentOf is the connection that a name is under.
func parentOf(name, collection string) string { return name[:strings.Index(name, "/"+collection)] }

func customerReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: psav1.ClientService_GetClient_FullMethodName, On: "client", Request: func(on string) proto.Message { return &psav1.GetClientRequest{Name: on} }},
		{Method: psav1.ClientService_ListClients_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListClientsRequest{Parent: on} }},
		{Method: psav1.ClientService_BatchGetClients_FullMethodName, On: "client", Request: func(on string) proto.Message {
			return &psav1.BatchGetClientsRequest{Parent: parentOf(on, "clients"), Names: []string{on}}
		}},
		{Method: psav1.ClientService_WatchClients_FullMethodName, Request: func(on string) proto.Message { return &psav1.WatchClientsRequest{Parent: on} }},
		{Method: psav1.SiteService_GetSite_FullMethodName, On: "site", Request: func(on string) proto.Message { return &psav1.GetSiteRequest{Name: on} }},
		{Method: psav1.SiteService_ListSites_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListSitesRequest{Parent: on} }},
		{Method: psav1.SiteService_BatchGetSites_FullMethodName, On: "site", Request: func(on string) proto.Message {
			return &psav1.BatchGetSitesRequest{Parent: parentOf(on, "sites"), Names: []string{on}}
		}},
		{Method: psav1.SiteService_WatchSites_FullMethodName, Request: func(on string) proto.Message { return &psav1.WatchSitesRequest{Parent: on} }},
		{Method: psav1.UserService_GetUser_FullMethodName, On: "user", Request: func(on string) proto.Message { return &psav1.GetUserRequest{Name: on} }},
		{Method: psav1.UserService_ListUsers_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListUsersRequest{Parent: on} }},
		{Method: psav1.UserService_BatchGetUsers_FullMethodName, On: "user", Request: func(on string) proto.Message {
			return &psav1.BatchGetUsersRequest{Parent: parentOf(on, "users"), Names: []string{on}}
		}},
		{Method: psav1.UserService_WatchUsers_FullMethodName, Request: func(on string) proto.Message { return &psav1.WatchUsersRequest{Parent: on} }},
	}
}

func unanswered(truth proto.Message) bool {
	q, ok := truth.(*psav1.Quote)
	return ok && q.GetState() == psav1.Quote_STATE_OPEN
}

func draft(truth proto.Message) bool {
	i, ok := truth.(*psav1.Invoice)
	return ok && i.GetState() == psav1.Invoice_STATE_DRAFT
}

func pounds(minor int64) *typev1.Money { return &typev1.Money{CurrencyCode: "GBP", MinorUnits: minor} }

func billOperations() []adaptertest.Operation {
	laptop := func(text string) []*psav1.QuoteLine {
		return []*psav1.QuoteLine{{DisplayName: "Laptop", Description: text, Quantity: "10", UnitPrice: pounds(99_99)}}
	}
	support := func(text string) []*psav1.InvoiceLine {
		return []*psav1.InvoiceLine{{Description: "Support", Details: text, Quantity: "1.5", UnitPrice: pounds(80_00)}}
	}
	return []adaptertest.Operation{
		{Name: "CreateQuote", Method: psav1.QuoteService_CreateQuote_FullMethodName, Kind: "quotation", Op: "create", Request: func(parent, text string) proto.Message {
			return &psav1.CreateQuoteRequest{Parent: parent, Quote: &psav1.Quote{Title: text, Client: "2", Lines: laptop("new")}, RequestId: uuid.NewString()}
		}},
		{Name: "UpdateQuote", Method: psav1.QuoteService_UpdateQuote_FullMethodName, On: "quote", Fits: unanswered, Kind: "quotation", Op: "update", Request: func(on, text string) proto.Message {
			return &psav1.UpdateQuoteRequest{
				Quote: &psav1.Quote{Name: on, Title: text, Lines: laptop(text)}, UpdateMask: mask("title", "lines"), RequestId: uuid.NewString(),
			}
		}},
		{Name: "ApproveQuote", Method: psav1.QuoteService_ApproveQuote_FullMethodName, On: "quote", Fits: unanswered, Kind: "quotation", Op: "answer", Request: func(on, text string) proto.Message {
			return &psav1.ApproveQuoteRequest{Name: on, Answer: &psav1.Quote_Answer{AnswererName: "Iris Lang", Note: text}, RequestId: uuid.NewString()}
		}},
		{Name: "RejectQuote", Method: psav1.QuoteService_RejectQuote_FullMethodName, On: "quote", Fits: unanswered, Kind: "quotation", Op: "answer", Request: func(on, text string) proto.Message {
			return &psav1.RejectQuoteRequest{Name: on, Answer: &psav1.Quote_Answer{AnswererName: "Iris Lang", Note: text}, RequestId: uuid.NewString()}
		}},
		{Name: "CreateInvoice", Method: psav1.InvoiceService_CreateInvoice_FullMethodName, Kind: "invoice", Op: "create", Request: func(parent, text string) proto.Message {
			return &psav1.CreateInvoiceRequest{Parent: parent, Invoice: &psav1.Invoice{Client: "2", Note: text, Lines: support("new")}, RequestId: uuid.NewString()}
		}, Refused: func(parent string) proto.Message {
			return &psav1.CreateInvoiceRequest{Parent: parent, Invoice: &psav1.Invoice{Client: "7777"}, RequestId: uuid.NewString()}
		}},
		{Name: "UpdateInvoice", Method: psav1.InvoiceService_UpdateInvoice_FullMethodName, On: "invoice", Fits: draft, Kind: "invoice", Op: "update", Request: func(on, text string) proto.Message {
			return &psav1.UpdateInvoiceRequest{
				Invoice: &psav1.Invoice{Name: on, Note: text, Lines: support(text)}, UpdateMask: mask("note", "lines"), RequestId: uuid.NewString(),
			}
		}},
		{Name: "VoidInvoice", Method: psav1.InvoiceService_VoidInvoice_FullMethodName, On: "invoice", Fits: draft, Kind: "invoice", Op: "update", Request: func(on, text string) proto.Message {
			return &psav1.VoidInvoiceRequest{Name: on, Reason: text, RequestId: uuid.NewString()}
		}},
	}
}

func billReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: psav1.QuoteService_GetQuote_FullMethodName, On: "quote", Request: func(on string) proto.Message { return &psav1.GetQuoteRequest{Name: on} }},
		{Method: psav1.QuoteService_ListQuotes_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListQuotesRequest{Parent: on} }},
		{Method: psav1.QuoteService_BatchGetQuotes_FullMethodName, On: "quote", Request: func(on string) proto.Message {
			return &psav1.BatchGetQuotesRequest{Parent: parentOf(on, "quotes"), Names: []string{on}}
		}},
		{Method: psav1.QuoteService_WatchQuotes_FullMethodName, Request: func(on string) proto.Message { return &psav1.WatchQuotesRequest{Parent: on} }},
		{Method: psav1.InvoiceService_GetInvoice_FullMethodName, On: "invoice", Request: func(on string) proto.Message { return &psav1.GetInvoiceRequest{Name: on} }},
		{Method: psav1.InvoiceService_ListInvoices_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListInvoicesRequest{Parent: on} }},
		{Method: psav1.InvoiceService_BatchGetInvoices_FullMethodName, On: "invoice", Request: func(on string) proto.Message {
			return &psav1.BatchGetInvoicesRequest{Parent: parentOf(on, "invoices"), Names: []string{on}}
		}},
		{Method: psav1.InvoiceService_WatchInvoices_FullMethodName, Request: func(on string) proto.Message { return &psav1.WatchInvoicesRequest{Parent: on} }},
		{Method: psav1.InvoiceService_GetRecurringInvoice_FullMethodName, On: "recurring_invoice", Request: func(on string) proto.Message { return &psav1.GetRecurringInvoiceRequest{Name: on} }},
		{Method: psav1.InvoiceService_ListRecurringInvoices_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListRecurringInvoicesRequest{Parent: on} }},
	}
}

func metadataReads() []adaptertest.Read {
	return []adaptertest.Read{
		{Method: psav1.MetadataService_GetAgent_FullMethodName, On: "agent", Request: func(on string) proto.Message { return &psav1.GetAgentRequest{Name: on} }},
		{Method: psav1.MetadataService_ListAgents_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListAgentsRequest{Parent: on} }},
		{Method: psav1.MetadataService_GetStatus_FullMethodName, On: "status", Request: func(on string) proto.Message { return &psav1.GetStatusRequest{Name: on} }},
		{Method: psav1.MetadataService_ListStatuses_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListStatusesRequest{Parent: on} }},
		{Method: psav1.MetadataService_GetTicketType_FullMethodName, On: "ticket_type", Request: func(on string) proto.Message { return &psav1.GetTicketTypeRequest{Name: on} }},
		{Method: psav1.MetadataService_ListTicketTypes_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListTicketTypesRequest{Parent: on} }},
		{Method: psav1.MetadataService_GetPriority_FullMethodName, On: "priority", Request: func(on string) proto.Message { return &psav1.GetPriorityRequest{Name: on} }},
		{Method: psav1.MetadataService_ListPriorities_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListPrioritiesRequest{Parent: on} }},
		{Method: psav1.MetadataService_GetTeam_FullMethodName, On: "team", Request: func(on string) proto.Message { return &psav1.GetTeamRequest{Name: on} }},
		{Method: psav1.MetadataService_ListTeams_FullMethodName, Request: func(on string) proto.Message { return &psav1.ListTeamsRequest{Parent: on} }},
		{Method: psav1.MetadataService_WatchMetadata_FullMethodName, Request: func(on string) proto.Message {
			return &psav1.WatchMetadataRequest{Parent: on, Kind: psav1.MetadataKind_METADATA_KIND_AGENT}
		}},
	}
}
