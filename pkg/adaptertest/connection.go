package adaptertest

import (
	"context"
	"fmt"
	"testing"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// Connection is one connection, from both sides.
type Connection struct {
	*Simulator

	Via   *Replica
	Kinds []Kind
}

// Of is the connection to v, through r, with these kinds.
func (r *Replica) Of(v *Simulator, kinds []Kind) Connection {
	return Connection{Simulator: v, Via: r, Kinds: kinds}
}

// In is c within a subtest.
func (c Connection) In(t testing.TB) Connection {
	c.Simulator = c.Simulator.In(t)
	return c
}

// Through is c through another replica.
func (c Connection) Through(r *Replica) Connection {
	c.Via = r
	return c
}

// Parent is the connection's resource name.
func (c Connection) Parent() string { return "connections/" + c.ID }

// Asked is m; it fails the test if the call did.
func Asked[M any](t testing.TB, m M, err error) M {
	t.Helper()
	must(t, err)
	return m
}

// Status is how the adapter says that the connection stands.
func (c Connection) Status() *adapterv1.Connection {
	c.Helper()
	s, err := c.Via.Adapter.GetConnection(context.Background(), &adapterv1.GetConnectionRequest{Name: c.Parent()})
	return Asked(c, s, err)
}

// Job is a job by its name.
func (c Connection) Job(name string) *adapterv1.Job {
	c.Helper()
	j, err := c.Via.Jobs.GetJob(context.Background(), &adapterv1.GetJobRequest{Name: name})
	return Asked(c, j, err)
}

// Filled waits until every kind has been swept to the end once.
func (c Connection) Filled() {
	c.Helper()
	Until(c, c.ID+" is filled", c.Unfilled)
}

// Unfilled says which kind has never been swept to the end; nothing if all have.
func (c Connection) Unfilled() string {
	c.Helper()
	return unswept(c.Status(), time.Time{})
}

// Swept waits until the mirror holds everything that was there when it is called.
func (c Connection) Swept() {
	c.Helper()
	since := time.Now()
	Until(c, c.ID+" is swept", func() string { return unswept(c.Status(), since) })
}

func unswept(s *adapterv1.Connection, since time.Time) string {
	for _, f := range s.GetFreshness() {
		if at := f.GetSweptTime(); at == nil || at.AsTime().Before(since) {
			return fmt.Sprintf("%s swept to %v of %v, %d of %d rows, %q", f.GetKind(), at.AsTime(), since, f.GetRows(), f.GetExpectedRows(), f.GetError())
		}
	}
	return ""
}

// rests keeps the adapter from asking the vendor anything, until c wakes.
func (c Connection) rests() {
	c.Helper()
	g, err := c.Via.Adapter.OpenGate(context.Background(), &adapterv1.OpenGateRequest{Name: c.Parent(), Reason: "it has no test now"})
	Asked(c, g, err)
}

func (c Connection) wakes() {
	c.Helper()
	g, err := c.Via.Adapter.CloseGate(context.Background(), &adapterv1.CloseGateRequest{Name: c.Parent(), Reason: "its test begins"})
	Asked(c, g, err)
}

// Agrees waits until the mirror holds just what the vendor has.
func (c Connection) Agrees() {
	c.Helper()
	Until(c, "the mirror agrees with "+c.ID, c.Difference)
}
