package adapter

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// remote is where a running adapter is asked.
type remote struct {
	Address string `help:"The running adapter's gRPC address." default:"127.0.0.1:7070"`
}

const askFor = 10 * time.Second

func (r remote) dial() (*grpc.ClientConn, error) {
	conn, err := grpc.NewClient(r.Address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, fmt.Errorf("--address: %w", err)
	}
	return conn, nil
}

type statusCommand struct {
	remote
}

// Run prints a table of connections and one of how fresh their kinds are.
func (c statusCommand) Run(ctx context.Context, w world) error {
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	s, err := adapterv1.NewAdapterServiceClient(conn).GetStatus(ctx, &adapterv1.GetStatusRequest{})
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	_, _ = fmt.Fprintf(w.out, "%s-adapter %s, up %s, job format %d, jetstream %s\n\n", s.GetAdapter(), s.GetVersion(),
		time.Since(s.GetStartTime().AsTime()).Round(time.Second), s.GetJobFormat(), yes(s.GetJetstreamConnected(), "connected", "away"))
	return printStatus(w.out, s)
}

func yes(b bool, t, f string) string {
	if b {
		return t
	}
	return f
}

func printStatus(out io.Writer, s *adapterv1.Status) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "CONNECTION\tGATE\tWHY\tCALLS LEFT\tUSED\tPENDING\tFETCHES\tDEAD\tMISSED\tOLDEST")
	for _, c := range s.GetConnections() {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%s\n", last(c.GetName()), word(c.GetGate().GetState().String()),
			why(c.GetGate()), c.GetGate().GetAvailableCalls(), used(c.GetGate().GetAllowances()), c.GetPendingWrites(), c.GetQueuedFetches(),
			c.GetDeadLetters(), c.GetMissedDeliveries(), c.GetOldestRunnableAge().AsDuration().Round(time.Second))
	}
	_, _ = fmt.Fprintln(t, "\nCONNECTION\tKIND\tSWEPT\tNEXT\tROWS\tERROR")
	for _, c := range s.GetConnections() {
		for _, f := range c.GetFreshness() {
			swept := "never"
			if f.GetSweptTime() != nil {
				swept = time.Since(f.GetSweptTime().AsTime()).Round(time.Second).String() + " ago"
			}
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", last(c.GetName()), f.GetKind(), swept,
				f.GetNextTime().AsTime().Format(time.TimeOnly), rows(f), dash(trouble(f)))
		}
	}
	return t.Flush()
}

// why is why a gate is not closed, and who opened it.
func why(g *adapterv1.Gate) string {
	if g.GetChangedBy() == "" || g.GetReason() == "" {
		return dash(g.GetReason())
	}
	return g.GetReason() + ", by " + g.GetChangedBy()
}

// used is how much of its long limits a connection has used: "6400 of 9000 reads in 30d, low".
func used(all []*adapterv1.Gate_Allowance) string {
	told := make([]string, 0, len(all))
	for _, a := range all {
		text := fmt.Sprintf("%d of %d %s in %s", a.GetUsedCalls(), a.GetAllowedCalls(), yes(a.GetReadsOnly(), "reads", "calls"), span(a.GetWindow().AsDuration()))
		told = append(told, text+yes(a.GetLow(), ", low", ""))
	}
	return dash(strings.Join(told, "; "))
}

// span is a duration in days, where it is whole ones.
func span(d time.Duration) string {
	if d > 0 && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	return d.String()
}

func rows(f *adapterv1.Freshness) string {
	if !f.GetRunning() {
		return "-"
	}
	if f.GetExpectedRows() > 0 {
		return fmt.Sprintf("%d of %d", f.GetRows(), f.GetExpectedRows())
	}
	return fmt.Sprint(f.GetRows())
}

// trouble is why the last sweep stopped early, and how many it missed.
func trouble(f *adapterv1.Freshness) string {
	if f.GetWithheldAbsences() == 0 {
		return f.GetError()
	}
	return fmt.Sprintf("%s (%d missing)", f.GetError(), f.GetWithheldAbsences())
}

func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func word(enum string) string { return strings.ToLower(strings.TrimPrefix(enum, "STATE_")) }

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

type jobsCommand struct {
	remote
	Connection string `arg:"" help:"The connection whose jobs are shown."`
	Dead       bool   `help:"Only those that were buried."`
	Limit      int32  `help:"How many." default:"20"`
}

// Run prints the latest jobs, newest first.
func (c jobsCommand) Run(ctx context.Context, w world) error {
	conn, err := c.dial()
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	r := &adapterv1.ListJobsRequest{Parent: "connections/" + c.Connection, PageSize: c.Limit, Filter: &adapterv1.JobFilter{}}
	if c.Dead {
		r.Filter.States = []adapterv1.Job_State{adapterv1.Job_STATE_DEAD}
	}
	page, err := adapterv1.NewJobServiceClient(conn).ListJobs(ctx, r)
	if err != nil {
		return fmt.Errorf("ask %s: %w", c.Address, err)
	}
	t := tabwriter.NewWriter(w.out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "JOB\tACCEPTED\tOPERATION\tENTITY\tSTATE\tATTEMPTS\tWHY\tCALLER")
	for _, j := range page.GetJobs() {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\n", last(j.GetName()), j.GetAcceptTime().AsTime().Format(time.DateTime),
			j.GetOperation(), j.GetKind()+" "+dash(j.GetVendorId()), word(j.GetState().String()), j.GetAttemptCount(),
			dash(j.GetDeadLetterReason()), dash(j.GetCaller()))
	}
	return t.Flush()
}
