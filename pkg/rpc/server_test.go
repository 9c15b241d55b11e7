package rpc_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

func TestAPanicIsInternalAndLogged(t *testing.T) {
	h := serve(t, rpc.Config{}, &tickets{get: func(context.Context, *psav1.GetTicketRequest) (*psav1.Ticket, error) { panic("s3cr3t") }})
	_, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{})
	if s := status.Convert(err); s.Code() != codes.Internal || strings.Contains(s.Message(), "s3cr3t") || read(s).info.GetReason() != "INTERNAL" {
		t.Errorf("got %v", err)
	}
	if log := h.log.String(); !strings.Contains(log, "s3cr3t") || !strings.Contains(log, "server_test.go") || !strings.Contains(log, "GetTicket") {
		t.Errorf("log: %s", log)
	}
}

func TestWhatACallerIsToldIsNotLogged(t *testing.T) {
	h := serve(t, rpc.Config{}, &tickets{get: func(context.Context, *psav1.GetTicketRequest) (*psav1.Ticket, error) {
		return nil, context.Canceled
	}})
	_, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{})
	if status.Code(err) != codes.Canceled || h.log.String() != "" {
		t.Errorf("got %v, log %s", err, h.log)
	}
}

func TestACallWithoutADeadlineGetsOne(t *testing.T) {
	left := make(chan time.Duration, 1)
	h := serve(t, rpc.Config{Deadline: time.Hour}, &tickets{get: func(ctx context.Context, _ *psav1.GetTicketRequest) (*psav1.Ticket, error) {
		d, _ := ctx.Deadline()
		left <- time.Until(d)
		return &psav1.Ticket{}, nil
	}})
	if _, err := h.client.GetTicket(t.Context(), &psav1.GetTicketRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := <-left; got < 59*time.Minute || got > time.Hour {
		t.Errorf("without one: %v", got)
	}
	if _, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := <-left; got > 30*time.Second {
		t.Errorf("the caller's own: %v", got)
	}
}

func TestMoreCallsThanSlotsAreRefused(t *testing.T) {
	under, release := make(chan struct{}), make(chan struct{})
	h := serve(t, rpc.Config{MaxCalls: 1}, &tickets{get: func(context.Context, *psav1.GetTicketRequest) (*psav1.Ticket, error) {
		under <- struct{}{}
		<-release
		return &psav1.Ticket{}, nil
	}})
	first := make(chan error, 1)
	go func() {
		_, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{})
		first <- err
	}()
	<-under
	_, err := psav1.NewTicketServiceClient(h.dial(t)).GetTicket(soon(t), &psav1.GetTicketRequest{})
	if s := status.Convert(err); s.Code() != codes.ResourceExhausted || read(s).info.GetReason() != "TOO_MANY_CALLS" || read(s).retry == nil {
		t.Errorf("the second: %v", err)
	}
	if _, err := healthv1.NewHealthClient(h.dial(t)).Check(soon(t), &healthv1.HealthCheckRequest{}); err != nil {
		t.Errorf("health: %v", err)
	}
	close(release)
	if err := <-first; err != nil {
		t.Errorf("the first: %v", err)
	}
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	h := serve(t, rpc.Config{MaxRequest: 1000}, &tickets{})
	_, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{Name: strings.Repeat("x", 1001)})
	if s := status.Convert(err); s.Code() != codes.InvalidArgument || read(s).info.GetReason() != "REQUEST_TOO_LARGE" {
		t.Errorf("over the limit: %v, want INVALID_ARGUMENT with the reason", err)
	}
	_, err = h.client.GetTicket(soon(t), &psav1.GetTicketRequest{Name: strings.Repeat("x", 2001)})
	if status.Code(err) != codes.ResourceExhausted {
		t.Errorf("so large that it is not read: %v, want gRPC's RESOURCE_EXHAUSTED", err)
	}
}

func TestAMethodThatIsNotHereSaysSo(t *testing.T) {
	h := serve(t, rpc.Config{}, &tickets{})
	for _, method := range []string{"/breakwater.psa.v1.TicketService/Nothing", "/breakwater.psa.v1.QuoteService/GetQuote", "/breakwater.psa.v1.TicketService/ListTickets"} {
		err := h.conn.Invoke(soon(t), method, &psav1.GetTicketRequest{}, &psav1.Ticket{})
		if s := status.Convert(err); s.Code() != codes.Unimplemented || read(s).info.GetReason() != "UNIMPLEMENTED" {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// raw is a codec that sends bytes as they are.
type raw struct{ encoding.CodecV2 }

func (r raw) Marshal(v any) (mem.BufferSlice, error) {
	if b, ok := v.([]byte); ok {
		return mem.BufferSlice{mem.SliceBuffer(b)}, nil
	}
	return r.CodecV2.Marshal(v)
}

func TestAMalformedRequestIsTheCallersFault(t *testing.T) {
	name := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "\xff")
	summary := protowire.AppendString(protowire.AppendTag(nil, 5, protowire.BytesType), "ab\xc3")
	nested := protowire.AppendBytes(protowire.AppendTag(nil, 2, protowire.BytesType), summary)
	for row, c := range map[string]struct {
		method, field string
		body          []byte
		stream        bool
	}{
		"a text that is not UTF-8":              {"GetTicket", "name", name, false},
		"a text that is not UTF-8, deeper down": {"CreateTicket", "ticket.summary", nested, false},
		"bytes that are no message":             {"GetTicket", "", []byte{0xff}, false},
		"a text that is not UTF-8 in a stream":  {"WatchTickets", "parent", name, true},
	} {
		t.Run(row, func(t *testing.T) {
			h := serve(t, rpc.Config{}, &tickets{})
			codec := grpc.ForceCodecV2(raw{encoding.GetCodecV2("proto")})
			method := "/breakwater.psa.v1.TicketService/" + c.method
			var err error
			if c.stream {
				err = firstOf(soon(t), h.conn, method, c.body, codec)
			} else {
				err = h.conn.Invoke(soon(t), method, c.body, &psav1.Ticket{}, codec)
			}
			s := status.Convert(err)
			d := read(s)
			if s.Code() != codes.InvalidArgument || d.info == nil || d.info.GetMetadata()["field"] != c.field {
				t.Errorf("got %v %v", err, d)
			}
			if c.field != "" && d.bad.GetFieldViolations()[0].GetField() != c.field {
				t.Errorf("violations %v", d.bad)
			}
		})
	}
}

func firstOf(ctx context.Context, conn *grpc.ClientConn, method string, body []byte, o grpc.CallOption) error {
	s, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method, o)
	if err == nil {
		err = errors.Join(s.SendMsg(body), s.CloseSend())
	}
	if err == nil {
		err = s.RecvMsg(&psav1.WatchTicketsResponse{})
	}
	return err
}

func TestASlowReaderIsCutOff(t *testing.T) {
	cut := make(chan struct{})
	h := serve(t, rpc.Config{}, &tickets{watch: func(_ *psav1.WatchTicketsRequest, s grpc.ServerStreamingServer[psav1.WatchTicketsResponse]) error {
		defer close(cut)
		for {
			if err := rpc.Send(s, &psav1.WatchTicketsResponse{ResumeToken: strings.Repeat("x", 10_000)}, 50*time.Millisecond); err != nil {
				return err
			}
		}
	}})
	s, err := h.client.WatchTickets(soon(t), &psav1.WatchTicketsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	<-cut // nothing has been read until then
	got := 0
	for err == nil {
		if _, err = s.Recv(); err == nil {
			got++
		}
	}
	if st := status.Convert(err); st.Code() != codes.ResourceExhausted || read(st).info.GetReason() != "SLOW_READER" || got == 0 {
		t.Errorf("after %d messages: %v", got, err)
	}
}

func TestAnEndingServerEndsStreamsAndFinishesCalls(t *testing.T) {
	under := make(chan struct{}, 2)
	release := make(chan struct{})
	h := serve(t, rpc.Config{}, &tickets{
		get: func(context.Context, *psav1.GetTicketRequest) (*psav1.Ticket, error) {
			under <- struct{}{}
			<-release
			return &psav1.Ticket{Name: "done"}, nil
		},
		watch: func(_ *psav1.WatchTicketsRequest, s grpc.ServerStreamingServer[psav1.WatchTicketsResponse]) error {
			under <- struct{}{}
			<-s.Context().Done()
			return s.Context().Err()
		},
	})
	w, err := h.client.WatchTickets(soon(t), &psav1.WatchTicketsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	answer := make(chan string, 1)
	go func() {
		got, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{})
		answer <- got.GetName() + status.Code(err).String()
	}()
	<-under
	<-under
	stopped := make(chan struct{})
	go func() { h.stop(); close(stopped) }()
	_, err = w.Recv()
	if s := status.Convert(err); s.Code() != codes.Unavailable || read(s).info.GetReason() != "DRAINING" {
		t.Errorf("the stream: %v", err)
	}
	close(release)
	if got := <-answer; got != "doneOK" {
		t.Errorf("the call: %s", got)
	}
	<-stopped
}

func TestACallThatDoesNotEndIsCutOffWhenTheServerEnds(t *testing.T) {
	under := make(chan struct{})
	h := serve(t, rpc.Config{Drain: 20 * time.Millisecond}, &tickets{get: func(ctx context.Context, _ *psav1.GetTicketRequest) (*psav1.Ticket, error) {
		close(under)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	failed := make(chan error, 1)
	go func() {
		_, err := h.client.GetTicket(soon(t), &psav1.GetTicketRequest{})
		failed <- err
	}()
	<-under
	h.stop()
	if err := <-failed; status.Code(err) != codes.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestCaller(t *testing.T) {
	for row, c := range map[string]struct {
		said []string
		want string
	}{
		"says its name":                {[]string{"billing"}, "billing"},
		"says nothing":                 {nil, rpc.Anonymous},
		"says two names":               {[]string{"a", "b"}, rpc.Anonymous},
		"says what cannot be printed":  {[]string{"a\nb"}, rpc.Anonymous},
		"says more than is remembered": {[]string{strings.Repeat("a", 129)}, rpc.Anonymous},
	} {
		t.Run(row, func(t *testing.T) {
			ctx := metadata.NewIncomingContext(t.Context(), metadata.MD{rpc.CallerKey: c.said})
			if got := rpc.Caller(ctx); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
