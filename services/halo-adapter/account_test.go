package main

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// account is a simulated tenant, and what is needed to steer it.
type account struct {
	*sim.Halo

	password string       // of its webhook
	logged   map[int]bool // tickets whose first action the vendor itself has logged
}

const hookUser = "halo"

func newTenant(cfg sim.Config) *account {
	if cfg.Limit == 0 {
		cfg.Limit = -1
	}
	h := &account{Halo: sim.New(cfg), password: rand.Text(), logged: map[int]bool{}}
	for _, t := range h.living() {
		h.logged[t.Ticket.ID] = len(t.Actions) > 0
	}
	return h
}

func (h *account) vendor() adaptertest.Vendor {
	return adaptertest.Vendor{
		Handler: h, Run: h.Run,
		Connection: func(url string) adaptertest.Settings {
			return adaptertest.Settings{
				"base_url": url, "client_id": "halo-sim-client", "client_secret": "halo-sim-secret",
				"webhook.user": hookUser, "webhook.password": h.password,
			}
		},
		Hook:  func(url string) { h.SetWebhook(url, hookUser, h.password) },
		Hands: h.hands(),
	}
}

// hands are what people do to each kind.
func (h *account) hands() map[string]adaptertest.Hand {
	all := map[string]adaptertest.Hand{"ticket": h.tickets(), "note": h.notes(), "attachment": h.attachments()}
	h.entities(all)
	h.lookups(all)
	return all
}

func (h *account) tickets() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(_, text string) (string, error) {
			t, err := h.Edit(0, map[string]any{"summary": text})
			return "tickets/" + strconv.Itoa(t.ID), err
		},
		Edit: func(entity, text string) error {
			_, err := h.Edit(number(entity), map[string]any{"summary": text})
			return err
		},
		Delete: func(entity string) error { return h.Delete(number(entity), "by hand") },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, t := range h.living() {
				all[fmt.Sprintf("tickets/%d", t.Ticket.ID)] = expected(t.Ticket)
			}
			return all
		},
	}
}

func (h *account) notes() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(ticket, text string) (string, error) {
			a, err := h.Note(number(ticket), map[string]any{"note": text, "outcome_id": 7})
			return fmt.Sprintf("%s/notes/%d", ticket, a.ID), err
		},
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, t := range h.living() {
				for _, a := range t.Actions {
					if a.ID == 1 && h.logged[t.Ticket.ID] {
						continue
					}
					all[fmt.Sprintf("tickets/%d/notes/%d", t.Ticket.ID, a.ID)] = expectedNote(a)
				}
			}
			return all
		},
	}
}

func (h *account) attachments() adaptertest.Hand {
	return adaptertest.Hand{
		Make: func(ticket, text string) (string, error) {
			id, err := h.Attach(number(ticket), 0, text, int32(len(text))) //nolint:gosec // a short text
			return fmt.Sprintf("%s/attachments/%d", ticket, id), err
		},
		Delete: func(entity string) error { return h.Detach(numbered(entity)) },
		Truth: func() map[string]proto.Message {
			all := map[string]proto.Message{}
			for _, f := range h.Files() {
				all[fmt.Sprintf("tickets/%d/attachments/%d", f.Ticket, f.ID)] = &psav1.Attachment{
					FileName: f.Name, SizeBytes: int64(f.Size), Private: !f.Shown, CreateTime: stamp(f.At),
				}
			}
			return all
		},
	}
}

// number is the id in "tickets/10421".
func number(entity string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(entity, "tickets/"))
	return n
}

// living are the tickets that are not deleted.
func (h *account) living() []sim.Truth {
	var all []sim.Truth
	for id := 10001; ; id++ {
		t, ok := h.Truth(id)
		switch {
		case !ok:
			return all
		case !t.Ticket.Deleted:
			all = append(all, t)
		}
	}
}

// expected is a ticket of Halo's in the contract's words, as a person would translate it.
func expected(t sim.TicketView) *psav1.Ticket {
	states := map[int32]psav1.Ticket_State{1: psav1.Ticket_STATE_NEW, 2: psav1.Ticket_STATE_IN_PROGRESS, 9: psav1.Ticket_STATE_CLOSED}
	out := &psav1.Ticket{
		Summary: t.Summary, Details: *t.Details, State: states[t.StatusID], Team: t.Team,
		Status: id(t.StatusID), Type: id(t.TicketTypeID), Priority: id(t.PriorityID), Client: id(t.ClientID), Site: id(t.SiteID),
		User: id(t.UserID), CreateTime: stamp(t.DateOccurred.Time), UpdateTime: stamp(t.LastUpdate.Time),
		LastActionTime: stamp(t.LastActionDate.Time),
	}
	for _, f := range t.CustomFields {
		out.CustomFields = append(out.CustomFields, &psav1.CustomField{
			Id: id(f.ID), Name: f.Name, Label: f.Label, Value: &psav1.CustomField_Text{Text: fmt.Sprint(f.Value)},
		})
	}
	if t.AgentID != 1 {
		out.Agent = id(t.AgentID)
	}
	if !t.DateClosed.IsZero() {
		out.CloseTime = stamp(t.DateClosed.Time)
	}
	return out
}

// expectedNote is an action of Halo's in the contract's words.
func expectedNote(a sim.ActionView) *psav1.Note {
	n := &psav1.Note{
		Text: strings.TrimSpace(reference.ReplaceAllString(a.Note, "")), Private: a.HiddenFromUser, Author: a.Who,
		Outcome: a.Outcome, CreateTime: stamp(a.DateTime.Time),
	}
	if a.TimeTaken > 0 {
		n.Work = &psav1.Note_Work{
			TimeSpent: durationpb.New(time.Duration(a.TimeTaken * float64(time.Hour)).Round(time.Second)),
			Agent:     id(a.WhoAgentID), WorkType: id(a.ChargeRate), Billing: psav1.Note_BILLING_NON_BILLABLE,
		}
		if a.IsBillable {
			n.Work.Billing = psav1.Note_BILLING_BILLABLE
		}
		if !a.ArrivalDate.IsZero() {
			n.Work.StartTime = stamp(a.ArrivalDate.Time)
		}
	}
	return n
}

var reference = regexp.MustCompile(`\[ref [0-9a-f-]+\]$`) //nolint:gochecknoglobals // compiled once

// stamp is a time as Halo's wire has it.
func stamp(t time.Time) *timestamppb.Timestamp {
	return timestamppb.New(t.Truncate(100 * time.Nanosecond))
}

func id(n int32) string {
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(int(n))
}
