package adapter_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
)

const oneLetter = "connections/acme/deadLetters/0192f0c1-0000-7000-8000-000000000001"

// desk is an adapter with one dead letter, which remembers what it was asked.
type desk struct {
	adapterv1.UnimplementedDeadLetterServiceServer

	caller []string
	asked  *adapterv1.ReplayDeadLettersRequest
	listed *adapterv1.ListDeadLettersRequest
}

func letter() *adapterv1.DeadLetter {
	return &adapterv1.DeadLetter{
		Name: oneLetter, Kind: "ticket", VendorId: "7", Operation: "UpdateTicket", Class: "REFUSED", Message: "no outcome given\nat all",
		State: adapterv1.DeadLetter_STATE_OPEN, Times: 1, CreateTime: timestamppb.New(time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)),
		Paths: []string{"status"}, Payload: "{}",
		Acts: []*adapterv1.DeadLetterAct{{Action: "replay", Caller: "ann", Time: timestamppb.Now(), Reason: "fixed", Overwrite: true}},
	}
}

func (d *desk) ListDeadLetters(_ context.Context, r *adapterv1.ListDeadLettersRequest) (*adapterv1.ListDeadLettersResponse, error) {
	d.listed = r
	if r.GetParent() == "connections/empty" {
		return &adapterv1.ListDeadLettersResponse{}, nil
	}
	return &adapterv1.ListDeadLettersResponse{DeadLetters: []*adapterv1.DeadLetter{letter()}, NextPageToken: "more"}, nil
}

func (d *desk) GetDeadLetter(context.Context, *adapterv1.GetDeadLetterRequest) (*adapterv1.DeadLetter, error) {
	return letter(), nil
}

func (d *desk) ReplayDeadLetter(ctx context.Context, r *adapterv1.ReplayDeadLetterRequest) (*adapterv1.DeadLetter, error) {
	d.caller = metadata.ValueFromIncomingContext(ctx, "breakwater-caller")
	if !r.GetOverwrite() {
		return nil, status.Error(codes.FailedPrecondition, "somebody else has changed status: replay it with overwrite, or discard it")
	}
	return letter(), nil
}

func (d *desk) ReplayDeadLetters(_ context.Context, r *adapterv1.ReplayDeadLettersRequest) (*adapterv1.DeadLetterBatch, error) {
	d.asked = r
	b := &adapterv1.DeadLetterBatch{Action: "replay", SelectedCount: 3, Sample: []*adapterv1.DeadLetter{letter()}}
	if !r.GetDryRun() {
		b.Name, b.State = "connections/acme/deadLetterBatches/1", adapterv1.DeadLetterBatch_STATE_RUNNING
	}
	return b, nil
}

func (d *desk) GetDeadLetterBatch(context.Context, *adapterv1.GetDeadLetterBatchRequest) (*adapterv1.DeadLetterBatch, error) {
	return &adapterv1.DeadLetterBatch{
		State: adapterv1.DeadLetterBatch_STATE_DONE, SelectedCount: 3, DoneCount: 2, SkippedCount: 1, LastSkip: "its ticket is deleted",
	}, nil
}

func TestDeadLettersOnTheCommandLine(t *testing.T) {
	d := &desk{}
	lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := grpc.NewServer()
	adapterv1.RegisterDeadLetterServiceServer(s, d)
	go func() { _ = s.Serve(lis) }()
	t.Cleanup(s.Stop)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := adapter.Run(t.Context(), adapter.Spec{Name: "halo"}, append(append([]string{"dead-letters"}, args...), "--address", lis.Addr().String()),
			func(string) (string, bool) { return "bob", true }, &out, io.Discard)
		return out.String(), err
	}
	for row, c := range map[string]struct {
		args []string
		want []string // in what is printed, or in the error
		fail bool
	}{
		"a list":             {args: []string{"acme"}, want: []string{"DEAD LETTER", "0192f0c1-0000-7000-8000-000000000001", "REFUSED", "ticket 7", "no outcome given", "raise --limit"}},
		"a list of none":     {args: []string{"list", "empty"}, want: []string{"no dead letters"}},
		"one":                {args: []string{"show", "acme", "1"}, want: []string{"the vendor says", "ann", "replay, overwriting", "fixed", "status"}},
		"a replay":           {args: []string{"replay", "acme", "1", "--overwrite"}, want: []string{"dead letter"}},
		"a replay left":      {args: []string{"replay", "acme", "1"}, want: []string{"replay it with overwrite"}, fail: true},
		"many, dry":          {args: []string{"replay", "acme", "--class", "refused"}, want: []string{"3 dead letters are selected", "add --yes", "REFUSED"}},
		"many":               {args: []string{"replay", "acme", "--class", "refused", "--yes"}, want: []string{"done: 2 of 3 done, 1 left", "its ticket is deleted"}},
		"discard, no reason": {args: []string{"discard", "acme", "1"}, want: []string{"--why"}, fail: true},
		"many, not applied":  {args: []string{"replay", "acme", "--not-applied"}, want: []string{"one dead letter at a time"}, fail: true},
	} {
		t.Run(row, func(t *testing.T) {
			out, err := run(c.args...)
			if c.fail != (err != nil) {
				t.Fatalf("%v", err)
			}
			if err != nil {
				out = err.Error()
			}
			for _, want := range c.want {
				if !strings.Contains(out, want) {
					t.Errorf("want %q in:\n%s", want, out)
				}
			}
		})
	}
	if len(d.caller) != 1 || d.caller[0] != "bob" {
		t.Errorf("asked as %v, want the one who runs the tool", d.caller)
	}
	if _, err := run("list"); err != nil || d.listed.GetParent() != "connections/-" || len(d.listed.GetFilter().GetStates()) != 1 {
		t.Errorf("without a connection: %v, %v", d.listed, err)
	}
	if _, err := run("replay", "acme", "--since", "1h"); err != nil || !d.asked.GetDryRun() || d.asked.GetFilter().GetFromTime() == nil || d.asked.GetRequestId() == "" {
		t.Errorf("asked for %v, %v", d.asked, err)
	}
}
