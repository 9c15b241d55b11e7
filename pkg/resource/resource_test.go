package resource_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type (
	ticket = psav1.Ticket
	field  = resource.Field[*ticket]
	write  = resource.Write[*ticket]
)

// desk serves the tickets of the connection acme, and their notes.
type desk struct {
	*resource.Server[*ticket]

	t     testing.TB
	world *fixture.World
	notes *resource.Server[*psav1.Note]
}

func open(t testing.TB) *desk {
	t.Helper()
	w := fixture.New(t)
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, nil, nil)
	must(t, err)
	c := resource.Config{
		Reads: w.DB, Writes: w.DB, Store: w.Mirror, Jobs: jobs, Connections: []string{"acme"},
		Swept: func(string, string) time.Time { return time.Time{} }, Log: w.Log,
	}
	return &desk{
		t: t, world: w,
		Server: resource.New(c, resource.Kind[*ticket]{Name: "ticket", Collections: []string{"tickets"}, Fields: []field{
			{Path: "summary", Check: resource.Checked((*ticket).GetSummary, short), Required: true},
			{Path: "type", Born: true},
			{Path: "client", Check: resource.Checked((*ticket).GetClient, short), Refers: resource.Refers[*ticket]{Kind: "ticket", ID: (*ticket).GetClient}},
			{Path: "team"},
			{Path: "custom_fields", Unserved: true},
		}}),
		notes: resource.New(c, resource.Kind[*psav1.Note]{
			Name: "note", Collections: []string{"tickets", "notes"}, ChildID: func(parent, child string) string { return parent + "/" + child },
			Fields: []resource.Field[*psav1.Note]{{Path: "text"}},
		}),
	}
}

func short(field, s string) error { return rpc.Text(field, s, 1, 10) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// want checks that err has this reason, and is about this field.
func want(t testing.TB, err error, reason, field string) {
	t.Helper()
	if f := fault.Of(err); f == nil || f.Reason != reason || f.Field != field {
		t.Errorf("got %v, want %s about %q", err, reason, field)
	}
}

const acme = "connections/acme"

func (d *desk) create(m *ticket) (*ticket, error) {
	d.t.Helper()
	return d.Create(d.t.Context(), write{Operation: "CreateTicket"}, &psav1.CreateTicketRequest{Parent: acme, RequestId: uuid.NewString()}, m)
}

func (d *desk) update(m *ticket, mask ...string) (*ticket, error) {
	d.t.Helper()
	r := &psav1.UpdateTicketRequest{Ticket: m}
	if len(mask) > 0 {
		r.UpdateMask = &fieldmaskpb.FieldMask{Paths: mask}
	}
	return d.Update(d.t.Context(), write{Operation: "UpdateTicket"}, r, m, r.GetUpdateMask())
}

// job is the paths, the argument "to" and the state of the last job.
func (d *desk) job() (paths []string, to string, state int) {
	d.t.Helper()
	must(d.t, d.world.DB.QueryRow(context.Background(), `select paths, coalesce(arguments->>'to', ''), state from job order by seq desc limit 1`).
		Scan(&paths, &to, &state))
	return paths, to, state
}

func TestWhatMayBeSetIsOneTable(t *testing.T) {
	d := open(t)
	d.world.Learn(t, "acme", "7", "printer")
	const seven = acme + "/tickets/7"
	fields := []*psav1.CustomField{{Id: "1"}}
	for row, c := range map[string]struct {
		m     *ticket
		mask  []string
		paths []string // that are set; nil: it is refused
		field string
	}{
		"what is populated":                           {&ticket{Summary: "a", Team: "b", Type: "c"}, nil, []string{"summary", "team"}, ""},
		"what the mask names":                         {&ticket{Summary: "a", Team: "b"}, []string{"team"}, []string{"team"}, ""},
		"everything but what is unserved":             {&ticket{Summary: "a", Client: "c"}, []string{"*"}, []string{"summary", "client", "team"}, ""},
		"everything, and what is unserved":            {&ticket{Summary: "a", Client: "c", CustomFields: fields}, []string{"*"}, nil, "ticket.custom_fields"},
		"what is unserved, though nobody names it":    {&ticket{Summary: "a", CustomFields: fields}, nil, nil, "ticket.custom_fields"},
		"what is unserved, read and left out again":   {&ticket{Summary: "a", CustomFields: fields}, []string{"summary"}, []string{"summary"}, ""},
		"what is unserved, by name":                   {&ticket{}, []string{"custom_fields"}, nil, "ticket.custom_fields"},
		"nothing":                                     {&ticket{}, nil, nil, "update_mask"},
		"what may be set on create only":              {&ticket{Type: "c"}, []string{"type"}, nil, "update_mask"},
		"what is output only":                         {&ticket{}, []string{"state"}, nil, "update_mask"},
		"what is no field":                            {&ticket{}, []string{"nothing"}, nil, "update_mask"},
		"a value that is none":                        {&ticket{Summary: "much too long"}, nil, nil, "ticket.summary"},
		"what is to refer to one that it cannot name": {&ticket{Client: "~x"}, nil, nil, "ticket.client"},
	} {
		t.Run(row, func(t *testing.T) {
			c.m.Name = seven
			_, err := d.update(c.m, c.mask...)
			if c.paths == nil {
				want(t, err, "INVALID_FIELD", c.field)
				return
			}
			must(t, err)
			if paths, _, _ := d.job(); !slices.Equal(paths, c.paths) {
				t.Errorf("set %q, want %q", paths, c.paths)
			}
		})
	}
}

func TestANewResourceHasWhatIsRequired(t *testing.T) {
	d := open(t)
	_, err := d.create(&ticket{Team: "b"})
	want(t, err, "INVALID_FIELD", "ticket.summary")
	_, err = d.create(nil)
	want(t, err, "INVALID_FIELD", "ticket")
	_, err = d.create(&ticket{Name: "x", Summary: "a"})
	want(t, err, "INVALID_FIELD", "ticket.name")
	_, err = d.create(&ticket{Summary: "a", Type: "c"})
	must(t, err)
	if paths, _, _ := d.job(); !slices.Equal(paths, []string{"summary", "type"}) {
		t.Errorf("set %q", paths)
	}
}

func TestAWriteWaitsForWhatItRefersTo(t *testing.T) {
	d := open(t)
	first, err := d.create(&ticket{Summary: "first"})
	must(t, err)
	second, err := d.create(&ticket{Summary: "second", Client: "~" + first.GetUid()})
	must(t, err)
	if _, _, state := d.job(); state != int(job.Waiting) || second.GetClient() != "~"+first.GetUid() {
		t.Errorf("state %d, shown %q", state, second.GetClient())
	}
	_, err = d.create(&ticket{Summary: "third", Client: "~" + uuid.NewString()})
	want(t, err, "NOT_FOUND", "")
}

func TestWhatIsDoneMustFitWhatIsShown(t *testing.T) {
	d := open(t)
	d.world.Learn(t, "acme", "7", "printer")
	do := func(allowed string) (*ticket, error) {
		return d.Do(t.Context(), write{
			Operation: "CloseTicket", Patch: &ticket{Team: "done"}, Paths: []string{"team"}, Arguments: map[string]string{"to": "9"},
			Allows: func(shown *ticket) error {
				if shown.GetSummary() != allowed {
					return &fault.Error{Kind: fault.Precondition, Reason: "NOT_NOW"}
				}
				return nil
			},
		}, &psav1.CloseTicketRequest{Name: acme + "/tickets/7", RequestId: uuid.NewString()})
	}
	_, err := do("screen")
	want(t, err, "NOT_NOW", "")
	got, err := do("printer")
	must(t, err)
	if paths, to, _ := d.job(); got.GetTeam() != "done" || !slices.Equal(paths, []string{"team"}) || to != "9" {
		t.Errorf("got %v; set %q with %q", got, paths, to)
	}
}

func TestAChildIsReadOnItsOwnParentOnly(t *testing.T) {
	d := open(t)
	d.world.Learn(t, "acme", "7", "printer")
	d.world.Learn(t, "acme", "8", "screen")
	n, err := d.notes.Create(t.Context(), resource.Write[*psav1.Note]{Operation: "AddNote"},
		&psav1.AddNoteRequest{Parent: acme + "/tickets/7", RequestId: uuid.NewString()}, &psav1.Note{Text: "hello"})
	must(t, err)
	got, err := d.notes.Get(t.Context(), acme+"/tickets/7/notes/~"+n.GetUid())
	must(t, err)
	if got.GetUid() != "" || len(got.ProtoReflect().GetUnknown()) == 0 {
		t.Errorf("it was parsed: %v", got)
	}
	_, err = d.notes.Get(t.Context(), acme+"/tickets/8/notes/~"+n.GetUid())
	want(t, err, "NOT_FOUND", "")
	for parent, count := range map[string]int{"7": 1, "8": 0} {
		found, next, err := d.notes.List(t.Context(), &psav1.ListNotesRequest{Parent: acme + "/tickets/" + parent}, mirror.Query{})
		if err != nil || len(found) != count || next != "" {
			t.Errorf("of %s: %v, %q, %v", parent, found, next, err)
		}
	}
	_, _, err = d.notes.List(t.Context(), &psav1.ListNotesRequest{Parent: acme + "/tickets/9"}, mirror.Query{})
	want(t, err, "NOT_FOUND", "")
}

func TestAChildIsChangedOnItsOwnParentOnly(t *testing.T) {
	d := open(t)
	d.world.Learn(t, "acme", "7", "printer")
	d.world.Learn(t, "acme", "8", "screen")
	n, err := d.notes.Create(t.Context(), resource.Write[*psav1.Note]{Operation: "AddNote"},
		&psav1.AddNoteRequest{Parent: acme + "/tickets/7", RequestId: uuid.NewString()}, &psav1.Note{Text: "hello"})
	must(t, err)
	change := func(parent string) (*psav1.Note, error) {
		m := &psav1.Note{Name: acme + "/tickets/" + parent + "/notes/~" + n.GetUid(), Text: "good-bye"}
		return d.notes.Update(t.Context(), resource.Write[*psav1.Note]{Operation: "UpdateNote"}, &psav1.AddNoteRequest{Parent: m.GetName()}, m, nil)
	}
	got, err := change("7")
	must(t, err)
	if paths, _, _ := d.job(); got.GetUid() != n.GetUid() || got.GetText() != "good-bye" || !slices.Equal(paths, []string{"text"}) {
		t.Errorf("%v, by a job that sets %v", got, paths)
	}
	_, err = change("8")
	want(t, err, "NOT_FOUND", "")
	_, err = change("9")
	want(t, err, "NOT_FOUND", "")
}

func TestAnotherConnectionIsNotServed(t *testing.T) {
	d := open(t)
	d.world.Learn(t, "other", "7", "printer")
	_, err := d.Get(t.Context(), "connections/other/tickets/7")
	want(t, err, "NO_CONNECTION", "")
	_, _, err = d.List(t.Context(), &psav1.ListTicketsRequest{Parent: "connections/other"}, mirror.Query{})
	want(t, err, "NO_CONNECTION", "")
	_, err = d.BatchGet(t.Context(), &psav1.BatchGetTicketsRequest{Parent: acme, Names: []string{"connections/other/tickets/7"}})
	want(t, err, "INVALID_FIELD", "names[0]")
}

func TestARepeatIsAnsweredWithoutTheCheck(t *testing.T) {
	d := open(t)
	r := &psav1.CreateTicketRequest{Parent: "connections/acme", Ticket: &ticket{Summary: "printer"}, RequestId: uuid.NewString()}
	spent := &fault.Error{Kind: fault.Precondition, Reason: "SPENT", Message: "nothing is left"}
	var is error
	w := write{Operation: "CreateTicket", Check: func(context.Context) error { return is }}
	made, err := d.Create(t.Context(), w, r, r.GetTicket())
	must(t, err)
	is = spent
	again, err := d.Create(t.Context(), w, r, r.GetTicket())
	if err != nil || again.GetUid() == "" && len(again.ProtoReflect().GetUnknown()) == 0 {
		t.Errorf("the repeat: %v %v", again, err)
	}
	r.RequestId = uuid.NewString()
	_, err = d.Create(t.Context(), w, r, r.GetTicket())
	want(t, err, "SPENT", "")
	known, err := d.Read(t.Context(), made.GetName())
	if err != nil || known.GetSummary() != "printer" {
		t.Errorf("read: %v %v", known, err)
	}
	_, err = d.Read(t.Context(), "connections/acme/tickets/77")
	want(t, err, "NOT_FOUND", "")
}
