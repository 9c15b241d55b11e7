package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

// furnished is h with drafts, recurring invoices and people out of use, made by hand.
func (h *account) furnished() *account {
	for n := range 6 {
		line := []map[string]any{{"item_shortdescription": "Support", "qty_order": 1.5, "unit_price": 80.125, "tax_code": "T1"}}
		h.made("invoice", map[string]any{"client_id": n + 2, "reference": fmt.Sprintf("PO-%d", n), "lines": line})
		h.made("quotation", map[string]any{"title": fmt.Sprintf("Offer %d", n), "client_id": n + 2, "lines": []map[string]any{
			{"name": "Laptop", "current_quantity": 10, "baseprice": 99.99, "discount_perc": 10, "tax_name": "Standard"},
		}})
		h.made("recurring_invoice", map[string]any{"client_id": n + 2, "reference": fmt.Sprintf("PO-%d", n), "lines": line})
	}
	for _, id := range []int{10001, 10002} {
		if _, err := h.Attach(id, 0, "router.log", 12); err != nil && len(h.living()) > 1 {
			panic(err)
		}
	}
	for range 2 {
		client := h.made("client", map[string]any{"name": "Gone out of business", "inactive": true})
		site := h.made("site", map[string]any{"name": "Closed", "client_id": client, "inactive": true})
		h.made("user", map[string]any{"surname": "Retired", "site_id": site, "inactive": true})
	}
	return h
}

func (h *account) made(kind string, fields map[string]any) int {
	id, err := h.EditKind(kind, 0, fields)
	if err != nil {
		panic(err)
	}
	return id
}

// sort is a kind as people at the vendor's screens know it.
type sort struct {
	name, collection string // ours
	theirs, says     string // the simulator's name of it, and the field that says something
	first            int    // id that there may be
	fresh            map[string]any
	expected         func(view) proto.Message
}

func sorts() []sort {
	return []sort{
		{"client", "clients", "client", "name", 1, nil, expectedClient},
		{"site", "sites", "site", "name", 1, map[string]any{"client_id": 2}, expectedSite},
		{"user", "users", "user", "surname", 1, map[string]any{"client_id": 2}, expectedUser},
		{"quote", "quotes", "quotation", "title", 301, map[string]any{"client_id": 2}, expectedQuote},
		{"invoice", "invoices", "invoice", "reference", 5001, map[string]any{"client_id": 2}, expectedInvoice},
		{"recurring_invoice", "recurringInvoices", "recurring_invoice", "reference", 81, map[string]any{"client_id": 2}, expectedRecurring},
	}
}

// entities are the kinds whose rows have an id of their own.
func (h *account) entities(all map[string]adaptertest.Hand) {
	for _, s := range sorts() {
		said := func(text string) map[string]any {
			fields := map[string]any{s.says: text}
			for field, value := range s.fresh {
				fields[field] = value
			}
			return fields
		}
		all[s.name] = adaptertest.Hand{
			Make: func(_, text string) (string, error) {
				id, err := h.EditKind(s.theirs, 0, said(text))
				return s.collection + "/" + strconv.Itoa(id), err
			},
			Edit: func(entity, text string) error {
				_, err := h.EditKind(s.theirs, numbered(entity), map[string]any{s.says: text})
				return err
			},
			Delete: func(entity string) error {
				err := errors.New("others are of it")
				if s.name != "client" && s.name != "site" {
					err = h.DeleteKind(s.theirs, numbered(entity))
				}
				if err != nil { // people retire it then
					_, err = h.EditKind(s.theirs, numbered(entity), map[string]any{"inactive": true})
				}
				return err
			},
			Truth: func() map[string]proto.Message {
				living := map[string]proto.Message{}
				for id, missing := s.first, 0; missing < 1000; id++ {
					fields, ok := h.KindTruth(s.theirs, id)
					if !ok {
						missing++
						continue
					}
					missing = 0
					living[s.collection+"/"+strconv.Itoa(id)] = s.expected(fields)
				}
				return living
			},
		}
	}
}

func numbered(entity string) int {
	n, _ := strconv.Atoi(entity[strings.LastIndexByte(entity, '/')+1:])
	return n
}

// view is a row as a read with everything shows it.
type view map[string]any

func (v view) text(field string) string { s, _ := v[field].(string); return s }

func (v view) flag(field string) bool { b, _ := v[field].(bool); return b }

func (v view) number(field string) string { n, _ := v[field].(json.Number); return n.String() }

func (v view) id(field string) string {
	n, _ := strconv.Atoi(strings.TrimSuffix(v.number(field), ".0"))
	if n <= 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func (v view) time(field string) *timestamppb.Timestamp {
	at, err := time.Parse("2006-01-02T15:04:05", v.text(field))
	if err != nil || at.Year() <= 1900 {
		return nil
	}
	return timestamppb.New(at)
}

func (v view) day(field string) *timestamppb.Timestamp {
	at := v.time(field)
	if at == nil {
		return nil
	}
	return timestamppb.New(at.AsTime().Truncate(24 * time.Hour))
}

// money is pounds, with as many digits as asked for at least.
func (v view) money(field string, most int) *typev1.Money {
	r, ok := new(big.Rat).SetString(v.number(field))
	if !ok {
		return nil
	}
	digits := 2
	for digits < most && !new(big.Rat).Mul(r, pow(digits)).IsInt() {
		digits++
	}
	minor, _ := strconv.ParseInt(strings.Replace(r.FloatString(digits), ".", "", 1), 10, 64)
	decimals := int32(digits) //nolint:gosec // four at most
	return &typev1.Money{CurrencyCode: "GBP", MinorUnits: minor, Decimals: &decimals}
}

func pow(digits int) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
}

// percent is a number, and nothing for 0.
func (v view) percent(field string) string {
	if s := v.number(field); s != "0" {
		return s
	}
	return ""
}

func (v view) lines() []view {
	rows, _ := v["lines"].([]any)
	all := make([]view, 0, len(rows))
	for _, row := range rows {
		fields, _ := row.(map[string]any)
		all = append(all, fields)
	}
	return all
}

func expectedClient(v view) proto.Message {
	return &psav1.Client{
		DisplayName: v.text("name"), Inactive: v.flag("inactive"), Reference: v.text("ref"), Website: v.text("website"),
		MainSite: v.id("main_site_id"), CreateTime: v.time("datecreated"), UpdateTime: v.time("alastupdate"),
	}
}

func expectedSite(v view) proto.Message {
	s := &psav1.Site{
		DisplayName: v.text("name"), Client: v.id("client_id"), Inactive: v.flag("inactive"), Phone: v.text("phonenumber"),
		TimeZone: v.text("timezone"), CreateTime: v.time("datecreated"), UpdateTime: v.time("slastupdate"),
	}
	at, _ := v["delivery_address"].(map[string]any)
	if a := view(at); a.text("line1")+a.text("line3")+a.text("postcode") != "" {
		s.Address = &psav1.Address{Line1: a.text("line1"), Line2: a.text("line2"), City: a.text("line3"), Region: a.text("line4"), PostalCode: a.text("postcode")}
	}
	return s
}

func expectedUser(v view) proto.Message {
	return &psav1.User{
		DisplayName: v.text("name"), FirstName: v.text("firstname"), LastName: v.text("surname"), Email: v.text("emailaddress"),
		Phone: v.text("phonenumber"), MobilePhone: v.text("mobilenumber"), Title: v.text("title"), Client: v.id("client_id"), Site: v.id("site_id"),
		Inactive: v.flag("inactive"), CreateTime: v.time("datecreated"), UpdateTime: v.time("ulastupdate"),
	}
}

func expectedQuote(v view) proto.Message {
	q := &psav1.Quote{
		Title: v.text("title"), State: psav1.Quote_STATE_OPEN, Status: v.number("status"), Opportunity: v.id("ticket_id"), Client: v.id("client_id"),
		Site: v.id("site_id"), User: v.id("user_id"), IssueTime: v.day("date"), ExpireTime: v.day("expiry_date"), PoNumber: v.text("ponumber"),
		Note: v.text("note"), CurrencyCode: "GBP", Subtotal: v.money("revenue", 2), Tax: v.money("tax_total", 2), Total: v.money("total", 2),
		UpdateTime: v.time("last_update_time"),
	}
	if agent := v.id("assigned_agent"); agent != "1" {
		q.Agent = agent
	}
	if state := v.number("approvalstate"); state != "0" {
		q.State = map[string]psav1.Quote_State{"1": psav1.Quote_STATE_APPROVED, "2": psav1.Quote_STATE_REJECTED}[state]
		q.Answer = &psav1.Quote_Answer{
			AnswererName: v.text("approvalname"), AnswererEmail: v.text("approvalemailaddress"), Note: v.text("approvalnote"), AnswerTime: v.time("approvaldatetime"),
		}
	}
	for _, l := range v.lines() {
		q.Lines = append(q.Lines, &psav1.QuoteLine{
			Id: l.id("id"), Item: l.id("item_id"), DisplayName: l.text("name"), Description: l.text("description"), Quantity: l.number("current_quantity"),
			UnitPrice: l.money("baseprice", 4), UnitCost: l.money("costprice", 4), DiscountPercent: l.percent("discount_perc"),
			Optional: l.flag("optional"), Net: l.money("net_total", 2), Tax: l.money("total_tax", 2),
		})
	}
	return q
}

func expectedInvoice(v view) proto.Message {
	i := &psav1.Invoice{
		Number: v.text("invoicenumber"), State: psav1.Invoice_STATE_DRAFT, Client: v.id("client_id"), Site: v.id("sitenumber"), Ticket: v.id("ticket_id"),
		IssueTime: v.day("invoice_date"), DueTime: v.day("duedate"), Reference: v.text("reference"), Note: v.text("notes_1"),
		InternalNote: v.text("internal_note"), Lines: expectedLines(v), CurrencyCode: "GBP", Subtotal: v.money("revenue", 2),
		Tax: v.money("tax_total", 2), Total: v.money("total", 2), AmountDue: v.money("amountdue", 2), PostTime: v.time("dateposted"),
		RecurringInvoice: v.id("recurring_invoice_id"), CreateTime: v.time("date_created"), UpdateTime: v.time("last_modified"),
	}
	switch {
	case v.flag("voided"):
		i.State = psav1.Invoice_STATE_VOID
	case v.time("datepaid") != nil && v.number("amountdue") == "0":
		i.State, i.PayTime = psav1.Invoice_STATE_PAID, v.time("datepaid")
	case v.flag("posted"):
		i.State = psav1.Invoice_STATE_OPEN
	}
	return i
}

func expectedLines(v view) []*psav1.InvoiceLine {
	var all []*psav1.InvoiceLine
	for _, l := range v.lines() {
		all = append(all, &psav1.InvoiceLine{
			Id: l.id("id"), Item: l.text("item_code"), Description: l.text("item_shortdescription"), Details: l.text("item_longdescription"),
			Quantity: l.number("qty_order"), UnitPrice: l.money("unit_price", 4), DiscountPercent: l.percent("discount_perc"), TaxCode: l.text("tax_code"),
			Ticket: l.id("ticket_id"), Net: l.money("net_amount", 2), Tax: l.money("tax_amount", 2),
		})
	}
	return all
}

func expectedRecurring(v view) proto.Message {
	return &psav1.RecurringInvoice{
		Client: v.id("client_id"), Site: v.id("sitenumber"), Inactive: v.flag("disabled"), Reference: v.text("reference"), Lines: expectedLines(v),
		CurrencyCode: "GBP", Subtotal: v.money("revenue", 2), Tax: v.money("tax_total", 2), Total: v.money("total", 2),
		StartTime: v.day("startdate"), EndTime: v.day("enddate"), LastIssueTime: v.time("lastcreated"), NextIssueTime: v.time("nextcreationdate"),
		UpdateTime: v.time("last_modified"),
	}
}
