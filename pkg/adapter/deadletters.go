package adapter

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// deadLettersCommand is what an operator does about dead letters.
type deadLettersCommand struct {
	List    listLetters   `cmd:"" default:"withargs" help:"List dead letters, latest first: the open ones, unless told otherwise."`
	Show    showLetter    `cmd:"" help:"Show one, with what was to be written and what was done about it."`
	Replay  replayLetter  `cmd:"" help:"Make one again, or all that a filter selects."`
	Discard discardLetter `cmd:"" help:"Give one up, or all that a filter selects."`
	Batches listBatches   `cmd:"" help:"List what was decided about many at once, and how far it has come."`
	Cancel  cancelBatch   `cmd:"" help:"Stop such a decision; what it has done stays done."`
}

// person is who asks.
type person struct {
	remote
	As string `help:"Who you are, for the record; default: the environment's USER."`
}

// ask calls the adapter's service of dead letters in the person's name. What it refuses is told in its own words.
func (p person) ask(ctx context.Context, w world, call func(context.Context, adapterv1.DeadLetterServiceClient) error) error {
	conn, err := p.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	user, _ := w.getenv("USER")
	ctx = metadata.AppendToOutgoingContext(ctx, rpc.CallerKey, cmp.Or(p.As, user, "operator"))
	if err := call(ctx, adapterv1.NewDeadLetterServiceClient(conn)); err != nil {
		return fmt.Errorf("%s: %s", p.Address, status.Convert(err).Message())
	}
	return nil
}

// selection are the flags that select dead letters.
type selection struct {
	Kind      []string      `help:"Of this kind: ticket."`
	Class     []string      `help:"Of this class: REFUSED, EXHAUSTED, OUTCOME_UNKNOWN, SUPERSEDED, PREDECESSOR, SCHEMA_DRIFT."`
	Reason    []string      `help:"With this reason."`
	Operation []string      `help:"Of this operation: UpdateTicket."`
	Entity    string        `help:"Of the entity with this uid." placeholder:"UID"`
	VendorID  string        `help:"Of the entity that the vendor calls so." placeholder:"ID"`
	Since     time.Duration `help:"Buried within this time: 24h."`
}

func (s selection) filter() *adapterv1.DeadLetterFilter {
	f := &adapterv1.DeadLetterFilter{
		Kinds: s.Kind, Classes: upper(s.Class), Reasons: s.Reason, Operations: s.Operation, EntityUid: strings.TrimPrefix(s.Entity, "~"), VendorId: s.VendorID,
	}
	if s.Since > 0 {
		f.FromTime = timestamppb.New(time.Now().Add(-s.Since))
	}
	return f
}

func upper(words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = strings.ToUpper(w)
	}
	return all
}

type listLetters struct {
	person
	selection
	Connection string `arg:"" optional:"" help:"The connection; default: all."`
	All        bool   `help:"Also those that were dealt with."`
	Limit      int32  `help:"How many." default:"20"`
}

// Run prints a table of dead letters.
func (c listLetters) Run(ctx context.Context, w world) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.DeadLetterServiceClient) error {
		r := &adapterv1.ListDeadLettersRequest{Parent: "connections/" + cmp.Or(c.Connection, "-"), PageSize: c.Limit, Filter: c.filter()}
		if !c.All {
			r.Filter.States = []adapterv1.DeadLetter_State{adapterv1.DeadLetter_STATE_OPEN}
		}
		page, err := s.ListDeadLetters(ctx, r)
		if err != nil {
			return err
		}
		if len(page.GetDeadLetters()) == 0 {
			_, err := fmt.Fprintln(w.out, "no dead letters")
			return err
		}
		if err := printLetters(w.out, page.GetDeadLetters()); err != nil {
			return err
		}
		if page.GetNextPageToken() != "" {
			_, err = fmt.Fprintf(w.out, "\nthere are more: narrow the list, or raise --limit\n")
		}
		return err
	})
}

func printLetters(out io.Writer, letters []*adapterv1.DeadLetter) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "CONNECTION\tDEAD LETTER\tBURIED\tCLASS\tOPERATION\tENTITY\tTIMES\tSTATE\tWHY")
	for _, d := range letters {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", connectionOf(d.GetName()), last(d.GetName()),
			d.GetCreateTime().AsTime().Format(time.DateTime), d.GetClass(), dash(d.GetOperation()), entity(d), d.GetTimes(),
			word(d.GetState().String()), short(cmp.Or(d.GetMessage(), d.GetReason()), 60))
	}
	return t.Flush()
}

// connectionOf is the connection in a name.
func connectionOf(name string) string { return strings.Split(name, "/")[1] }

func entity(d *adapterv1.DeadLetter) string {
	switch {
	case d.GetKind() == "":
		return "delivery"
	case d.GetVendorId() != "":
		return d.GetKind() + " " + d.GetVendorId()
	case d.GetEntityUid() != "":
		return d.GetKind() + " ~" + d.GetEntityUid()
	}
	return d.GetKind()
}

// short is the beginning of the first line of s.
func short(s string, n int) string {
	s, _, _ = strings.Cut(s, "\n")
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return dash(s)
}

type showLetter struct {
	person
	Connection string `arg:"" help:"The connection."`
	ID         string `arg:"" help:"The dead letter."`
}

// Run prints one dead letter.
func (c showLetter) Run(ctx context.Context, w world) error {
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	return c.ask(ctx, w, func(ctx context.Context, s adapterv1.DeadLetterServiceClient) error {
		d, err := s.GetDeadLetter(ctx, &adapterv1.GetDeadLetterRequest{Name: letterName(c.Connection, c.ID)})
		if err != nil {
			return err
		}
		return printLetter(w.out, d)
	})
}

func letterName(connection, id string) string {
	return "connections/" + connection + "/deadLetters/" + id
}

func printLetter(out io.Writer, d *adapterv1.DeadLetter) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range [][2]string{
		{"dead letter", d.GetName()},
		{"state", word(d.GetState().String())},
		{"class", d.GetClass()},
		{"entity", entity(d)},
		{"operation", d.GetOperation()},
		{"fields", strings.Join(d.GetPaths(), ", ")},
		{"asked for by", d.GetCaller()},
		{"reason", d.GetReason()},
		{"about field", d.GetField()},
		{"the vendor says", d.GetMessage()},
		{"its code", d.GetCode()},
		{"its tracking id", d.GetTrackingId()},
		{"job", d.GetJob()},
		{"buried with", d.GetPredecessor()},
		{"made again by", d.GetReplay()},
		{"buried", d.GetCreateTime().AsTime().Format(time.DateTime)},
	} {
		if row[1] != "" {
			_, _ = fmt.Fprintf(t, "%s\t%s\n", row[0], row[1])
		}
	}
	if len(d.GetActs()) > 0 {
		_, _ = fmt.Fprintln(t, "\nWHEN\tWHO\tDID\tWHY")
	}
	for _, a := range d.GetActs() {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s%s\t%s\n", a.GetTime().AsTime().Format(time.DateTime), cmp.Or(a.GetCaller(), "the adapter"), a.GetAction(),
			told(a), dash(a.GetReason()))
	}
	if d.GetPayload() != "" {
		_, _ = fmt.Fprintf(t, "\n%s\n", d.GetPayload())
	}
	return t.Flush()
}

// told is what an act was told beyond its name.
func told(a *adapterv1.DeadLetterAct) string {
	return yes(a.GetOverwrite(), ", overwriting", "") + yes(a.GetNotApplied(), ", as not applied", "")
}
