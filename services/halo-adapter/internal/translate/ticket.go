package translate

import (
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// ticketFields says from which of Halo's fields each of ours comes: what a row has not, an observation does not cover.
// Lists lack fields that details have [official: Halo OpenAPI 2024-09, Faults_List and Faults].
func ticketFields() map[string]string {
	return map[string]string{
		"summary": "summary", "details": "details", "status": "status_id", "type": "tickettype_id", "priority": "priority_id",
		"client": "client_id", "site": "site_id", "user": "user_id", "agent": "agent_id", "team": "team",
		"create_time": "dateoccurred", "update_time": "last_update", "close_time": "dateclosed", "last_action_time": "lastactiondate",
	}
}

// TicketRef names a ticket of Halo's.
func TicketRef(id int64) mirror.Ref {
	return mirror.Ref{Kind: "ticket", VendorID: strconv.FormatInt(id, 10)}
}

// Observed is what t tells of its ticket. An error of kind Drift names a field that Halo always sent and now does not.
func (w Words) Observed(t halo.Ticket) (mirror.Observation, error) {
	o := mirror.Observation{Ref: TicketRef(t.ID), VendorTime: t.LastUpdate.Time, Payload: t.Raw}
	if t.MergedIntoID > 0 && t.MergedIntoID != t.ID {
		o.Became = TicketRef(t.MergedIntoID).VendorID
		return o, nil
	}
	if t.Deleted {
		o.Presence = mirror.Deleted
		return o, nil
	}
	for _, required := range []string{"summary", "status_id", "last_update"} {
		if !t.Has(required) {
			return o, &fault.Error{Kind: fault.Drift, Reason: halo.ReasonDrift, Field: required, Message: "a ticket without " + required}
		}
	}
	state := w.Ticket(t)
	if err := bounded(o.Ref, state); err != nil {
		return o, err
	}
	o.State, o.Covers = state, covered(t.Row, ticketFields(), Detail)
	switch {
	case t.Listed && len(t.CustomFields) > 0: // those that were asked for, and have a value perhaps
		o.Covers.Some = []string{"custom_fields"}
	case !t.Listed && t.Has("customfields"):
		o.Covers.Paths = append(o.Covers.Paths, "custom_fields")
	}
	if mark, err := uuid.Parse(t.ThirdPartyID); err == nil {
		o.Mark = mark
	}
	return o, nil
}

// covered are the fields of ours that a row tells of: in a list it has to have all of Halo's that say one.
func covered(r halo.Row, fields map[string]string, s Shape) mirror.Coverage {
	var paths []string
	for ours, theirs := range fields {
		names := strings.Fields(theirs)
		if s == Detail {
			names = names[:1]
		}
		if !slices.ContainsFunc(names, func(name string) bool { return !r.Has(name) }) {
			paths = append(paths, ours)
		}
	}
	slices.Sort(paths)
	return mirror.Fields(paths...)
}

// Ticket is t in our words. Halo closes by a status; dateclosed is 1900 while a ticket is open.
func (w Words) Ticket(t halo.Ticket) *psav1.Ticket {
	custom := customFields
	if t.Listed {
		custom = someCustomFields
	}
	return &psav1.Ticket{
		Summary: t.Summary, Details: t.Details, Status: ref(t.StatusID), Type: ref(t.TicketTypeID), Priority: ref(t.PriorityID),
		Client: w.client(t.ClientID), Site: ref(t.SiteID), User: ref(t.UserID), Agent: w.agent(halo.ID(t.AgentID)), Team: t.Team,
		CreateTime: stamp(t.DateOccurred.Time), UpdateTime: stamp(t.LastUpdate.Time),
		CloseTime: stamp(t.DateClosed.Time), LastActionTime: stamp(t.LastActionDate.Time), CustomFields: custom(t.CustomFields),
	}
}

// Patch is the fields in paths of t in Halo's words. fault.Invalid: a value that cannot be one of Halo's.
func (w Words) Patch(t *psav1.Ticket, paths []string) (halo.TicketPatch, error) {
	var p halo.TicketPatch
	for _, path := range paths {
		if err := w.put(&p, t, path); err != nil {
			return halo.TicketPatch{}, err
		}
	}
	return p, nil
}

func (w Words) put(p *halo.TicketPatch, t *psav1.Ticket, path string) error {
	switch path {
	case "summary":
		p.Text("summary", t.GetSummary())
	case "details":
		p.Text("details", t.GetDetails())
	case "team": // written by its name, though lists filter by its id [client library: djpsa]
		p.Text("team", t.GetTeam())
	case "agent":
		return w.putAgent(p, "agent_id", "ticket.agent", t.GetAgent())
	case "status":
		return putID(p, "status_id", "ticket.status", t.GetStatus())
	case "type":
		return putID(p, "tickettype_id", "ticket.type", t.GetType())
	case "priority":
		return putID(p, "priority_id", "ticket.priority", t.GetPriority())
	case "client":
		if t.GetClient() == "" && w.UnknownClient > 0 {
			p.Int("client_id", w.UnknownClient)
			return nil
		}
		return putID(p, "client_id", "ticket.client", t.GetClient())
	case "site":
		return putID(p, "site_id", "ticket.site", t.GetSite())
	case "custom_fields":
		return putCustom(p, t.GetCustomFields())
	case "user":
		return putID(p, "user_id", "ticket.user", t.GetUser())
	default:
		return fault.Field("update_mask", path+" cannot be written")
	}
	return nil
}

// client is a client's id; empty for the one that stands for none in particular.
func (w Words) client(id int64) string {
	if id == w.UnknownClient {
		return ""
	}
	return ref(id)
}

// agent is an agent's id; empty for the one that stands for nobody.
func (w Words) agent(id halo.ID) string {
	if int64(id) == w.UnassignedAgent {
		return ""
	}
	return ref(int64(id))
}

// putAgent puts an agent, or the one that stands for nobody.
func (w Words) putAgent(p *halo.Patch, theirs, ours, value string) error {
	if value == "" {
		p.Int(theirs, w.UnassignedAgent)
		return nil
	}
	return putID(p, theirs, ours, value)
}

// putID puts an id, or null for none.
func putID(p *halo.TicketPatch, theirs, ours, value string) error {
	if value == "" {
		p.Null(theirs)
		return nil
	}
	n, err := id(ours, value)
	if err != nil {
		return err
	}
	p.Int(theirs, n)
	return nil
}

// Create is a new ticket in Halo's words, with the mark that finds it again. The tenant's templates are kept from
// rewriting what the caller said [community: CIPP-API sends the same].
func (w Words) Create(t *psav1.Ticket, paths []string, mark uuid.UUID) (halo.TicketPatch, error) {
	p, err := w.Patch(t, paths)
	if err != nil {
		return p, err
	}
	p.Text("third_party_id_string", mark.String())
	p.Bool("donotapplytemplateintheapi", true)
	if w.Source > 0 {
		p.Int("source", w.Source)
	}
	return p, nil
}
