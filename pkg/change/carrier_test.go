package change_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/bus"
	"github.com/breakwater-acl/breakwater/pkg/bustest"
	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/embedded"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// carried is a message of the stream.
type carried struct {
	subject string
	at      change.Position
	told    *typev1.Change
}

// harbour is a JetStream with a bus on it.
type harbour struct {
	t      *testing.T
	server *embedded.NATS
	js     jetstream.JetStream
	stream *bus.Changes
}

func newHarbour(t *testing.T) *harbour {
	t.Helper()
	h := &harbour{t: t, server: bustest.Server(t)}
	b, err := bus.Connect(h.server.URL(), "halo", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if h.stream, err = b.Changes(bus.Retention{}); err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(h.server.URL(), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if h.js, err = jetstream.New(nc); err != nil {
		t.Fatal(err)
	}
	return h
}

// read reads the stream from its beginning to its end as it now is; nothing of one that is not there.
func (h *harbour) read() []carried {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	s, err := h.js.Stream(ctx, "HALO_CHANGES")
	if err != nil {
		return nil
	}
	info, err := s.Info(ctx)
	if err != nil {
		return nil
	}
	var all []carried
	for n := info.State.FirstSeq; n > 0 && n <= info.State.LastSeq; n++ {
		m, err := s.GetMsg(ctx, n)
		if err != nil {
			return nil
		}
		c := carried{subject: m.Subject, told: &typev1.Change{}}
		parts := strings.Split(m.Header.Get(jetstream.MsgIDHeader), ".")
		c.at.XID, _ = strconv.ParseUint(parts[0], 10, 64)
		c.at.Seq, _ = strconv.ParseInt(parts[1], 10, 64)
		if err := proto.Unmarshal(m.Data, c.told); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// await reads until the stream is as wanted.
func (h *harbour) await(what string, wanted func([]carried) bool) []carried {
	h.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(3 * time.Minute) // what other tests have open delays what is visible
	for {
		all := h.read()
		if wanted(all) {
			return all
		}
		select {
		case <-tick.C:
		case <-deadline:
			h.t.Fatalf("%s: %d messages in the stream", what, len(all))
		}
	}
}

func (h *harbour) carrier(pool *pgxpool.Pool, replica string) change.Carrier {
	return change.Carrier{
		DB: pool, Stream: h.stream, Replica: replica, Kinds: []string{"ticket", "note"}, Connections: []string{"acme", "other"},
		Poll: 12 * time.Millisecond, Lease: 500 * time.Millisecond, Limit: 7, Log: slog.New(slog.DiscardHandler),
	}
}

// run runs a carrier until the function that it returns is called.
func run(t *testing.T, c change.Carrier) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return stop
}

// saved reports whether a carrier has saved a place that is not before at.
func saved(t *testing.T, pool *pgxpool.Pool, at change.Position) (is bool) {
	t.Helper()
	err := pool.QueryRow(t.Context(), `select coalesce(bool_or((xid, seq) >= ($1::text::xid8, $2)), false) from carrier`, strconv.FormatUint(at.XID, 10), at.Seq).Scan(&is)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func names(all []carried) []string {
	var ids []string
	for _, c := range all {
		ids = append(ids, c.told.GetUid())
	}
	return ids
}

func TestASubscriberIsToldWhatChangedAndWhereToGoOn(t *testing.T) {
	t.Parallel()
	pool, h := db(t), newHarbour(t)
	run(t, h.carrier(pool, "a"))
	uid := uuid.Must(uuid.NewV7())
	_, err := pool.Exec(t.Context(), `insert into change (connection, kind, uid, version, name, successor)
		values ('acme', 'ticket', $1, 3, 'connections/acme/tickets/7', 'connections/acme/tickets/9')`, uid)
	if err != nil {
		t.Fatal(err)
	}
	after := write(t, pool, "acme", "ticket")
	got := h.await("two changes", func(all []carried) bool { return len(all) == 2 })[0]
	if c := got.told; got.subject != "halo.changes.ticket.acme" || c.GetName() != "connections/acme/tickets/7" || c.GetKind() != "ticket" ||
		c.GetUid() != uid.String() || c.GetVersion() != 3 || c.GetMergedInto() != "connections/acme/tickets/9" || c.GetChangeTime() == nil {
		t.Errorf("on %s: %v", got.subject, c)
	}
	at, err := change.Open("resume_token", got.told.GetResumeToken(), "acme", "ticket")
	if err != nil || at != got.at {
		t.Errorf("the token is of %v, %v; the message's place is %v", at, err, got.at)
	}
	if rest := uids(read(t, pool, at, 10)); !same(rest, []uuid.UUID{after}) { // two were carried, so both are visible
		t.Errorf("after its token comes %v", rest)
	}
}

func TestAStreamThatWasLostIsWrittenAgain(t *testing.T) {
	t.Parallel()
	pool, h := db(t), newHarbour(t)
	run(t, h.carrier(pool, "a"))
	var want []string
	for range 20 {
		want = append(want, write(t, pool, "acme", "ticket").String())
	}
	h.await("all of it", func(all []carried) bool { return len(all) == len(want) })
	if err := h.server.WipeStore(); err != nil {
		t.Fatal(err)
	}
	want = append(want, write(t, pool, "acme", "ticket").String())
	got := names(h.await("all of it again", func(all []carried) bool { return len(all) >= len(want) }))
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatIsNoLongerKeptMakesSubscribersListAgain(t *testing.T) {
	t.Parallel()
	pool, h := db(t), newHarbour(t)
	stop := run(t, h.carrier(pool, "a"))
	write(t, pool, "acme", "ticket")
	h.await("a change, and its place saved", func(all []carried) bool { return len(all) == 1 && saved(t, pool, all[0].at) })
	stop()
	write(t, pool, "acme", "ticket") // is forgotten before anybody carries it
	if n, err := change.Forget(t.Context(), pool, time.Now().Add(time.Hour), 10); err != nil || n != 2 {
		t.Fatalf("forgot %d, %v", n, err)
	}
	last := write(t, pool, "acme", "ticket").String()
	run(t, h.carrier(pool, "b"))
	got := h.await("a resync each and a change", func(all []carried) bool { return len(all) == 1+4+1 })
	told := map[string]bool{}
	for _, c := range got[1:5] {
		if c.told.GetResync() {
			told[c.subject] = true
		}
	}
	if len(told) != 4 || got[5].told.GetUid() != last {
		t.Errorf("told to list again: %v; then %v", told, got[5].told)
	}
}

func TestWhatTheStreamForgotByAgeIsNotCarriedAgain(t *testing.T) {
	t.Parallel()
	pool, h := db(t), newHarbour(t)
	stop := run(t, h.carrier(pool, "a"))
	write(t, pool, "acme", "ticket")
	h.await("a change, and its place saved", func(all []carried) bool { return len(all) == 1 && saved(t, pool, all[0].at) })
	stop()
	s, err := h.js.Stream(t.Context(), "HALO_CHANGES")
	if err == nil {
		err = s.Purge(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	want := write(t, pool, "acme", "ticket").String()
	run(t, h.carrier(pool, "b"))
	if got := names(h.await("the next", func(all []carried) bool { return len(all) > 0 })); !slices.Equal(got, []string{want}) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhatAStoreLostOfItsEndIsCarriedAgain(t *testing.T) {
	t.Parallel()
	pool, h := db(t), newHarbour(t)
	var want []string
	for range 3 {
		want = append(want, write(t, pool, "acme", "ticket").String())
	}
	end, err := h.stream.End(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var first change.Change
	h.await("it to be visible", func([]carried) bool { // what other tests have open delays it
		p := read(t, pool, change.Position{}, 1)
		if len(p.Changes) > 0 {
			first = p.Changes[0]
		}
		return len(p.Changes) > 0
	})
	if _, err = h.stream.Append(t.Context(), end, []change.Message{{
		ID: strconv.FormatUint(first.XID, 10) + "." + strconv.FormatInt(first.Seq, 10), Kind: "ticket", Connection: "acme",
		Data: marshalled(t, first.UID.String()),
	}}); err != nil {
		t.Fatal(err)
	}
	now, err := change.Now(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `insert into carrier (xid, seq) values ($1::xid8, 0)`, now.XID); err != nil { // all was carried, and saved
		t.Fatal(err)
	}
	run(t, h.carrier(pool, "a"))
	if got := names(h.await("all", func(all []carried) bool { return len(all) == 3 })); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func marshalled(t *testing.T, uid string) []byte {
	t.Helper()
	b, err := proto.Marshal(&typev1.Change{Uid: uid})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOnlyOneMayAppendBehindAnEnd(t *testing.T) {
	t.Parallel()
	h := newHarbour(t)
	end, err := h.stream.End(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	append2 := func(id string) error {
		_, err := h.stream.Append(t.Context(), end, []change.Message{{ID: id + ".1", Kind: "ticket", Connection: "acme"}, {ID: id + ".2", Kind: "ticket", Connection: "acme"}})
		return err
	}
	if err := append2("1"); err != nil {
		t.Fatal(err)
	}
	for id, why := range map[string]string{"2": "behind an end that is no more", "1": "what is there already"} {
		if err := append2(id); err == nil {
			t.Errorf("appended %s", why)
		}
	}
	if all := h.read(); len(all) != 2 {
		t.Errorf("%d messages", len(all))
	}
}

// falling is a stream whose carrier crashes before or after any step, or is paused for longer than its lease.
type falling struct {
	change.Stream
	crash func()
	pause time.Duration
}

func (f falling) End(ctx context.Context) (change.End, error) {
	f.perhaps()
	end, err := f.Stream.End(ctx)
	f.perhaps()
	return end, err
}

func (f falling) Append(ctx context.Context, end change.End, m []change.Message) (change.End, error) {
	f.perhaps()
	switch rand.IntN(12) {
	case 0: // half of it was sent
		_, _ = f.Stream.Append(ctx, end, m[:len(m)/2])
		f.crash()
		return end, errBreak
	case 1: // what is paused wakes after another has carried on, and does not know
		time.Sleep(f.pause)
		ctx = context.WithoutCancel(ctx)
	}
	end, err := f.Stream.Append(ctx, end, m)
	f.perhaps()
	return end, err
}

func (f falling) perhaps() {
	if rand.IntN(12) == 0 {
		f.crash()
	}
}

// TestWhateverHappensTheStreamHasEveryChangeOnceAndInOrder lets two carriers crash at every step, sleep through their
// leases and contend, and JetStream lose its store, while transactions commit in another order than they began.
func TestWhateverHappensTheStreamHasEveryChangeOnceAndInOrder(t *testing.T) {
	t.Parallel()
	pool, h := db(t), newHarbour(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var mu sync.Mutex
	written := map[string]bool{}
	done := make(chan struct{})
	var writers, carriers errgroup.Group
	for range 6 {
		writers.Go(func() error {
			for range 60 {
				ids, err := hold(ctx, pool)
				if err != nil {
					return err
				}
				mu.Lock()
				for _, id := range ids {
					written[id.String()] = true
				}
				mu.Unlock()
			}
			return nil
		})
	}
	for _, replica := range []string{"a", "b"} {
		carriers.Go(func() error { return crashing(h, pool, replica, done) })
	}
	for range 3 {
		h.await("some", func(all []carried) bool { return len(all) > 20 && inOrder(t, all) })
		if err := h.server.WipeStore(); err != nil {
			t.Fatal(err)
		}
	}
	if err := writers.Wait(); err != nil {
		t.Fatal(err)
	}
	h.await("every change", func(all []carried) bool {
		got := map[string]int{}
		for _, c := range all {
			got[c.told.GetUid()]++
		}
		for id, n := range got {
			if n != 1 || !written[id] {
				t.Fatalf("%s was carried %d times, written %v", id, n, written[id])
			}
		}
		return inOrder(t, all) && len(got) == len(written)
	})
	close(done)
	if err := carriers.Wait(); err != nil {
		t.Error(err)
	}
}

// mortal is Postgres for a process that may die: what is dead writes nothing more, and so releases no lease.
type mortal struct {
	pg.Querier
	life context.Context
}

func (m mortal) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := m.life.Err(); err != nil {
		return pgconn.CommandTag{}, err
	}
	return m.Querier.Exec(ctx, sql, args...)
}

// crashing runs one carrier after another: each until it crashes.
func crashing(h *harbour, pool *pgxpool.Pool, replica string, done <-chan struct{}) error {
	for {
		select {
		case <-done:
			return nil
		default:
		}
		ctx, crash := context.WithCancel(context.Background())
		go func() {
			select {
			case <-done:
				crash()
			case <-ctx.Done():
			}
		}()
		c := h.carrier(pool, replica)
		c.DB = mortal{pool, ctx}
		c.Lease = 150 * time.Millisecond
		c.Stream = falling{Stream: h.stream, crash: crash, pause: 400 * time.Millisecond}
		err := c.Run(ctx)
		crash()
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
}

func inOrder(t *testing.T, all []carried) bool {
	t.Helper()
	for i := 1; i < len(all); i++ {
		if !after(all[i].at, all[i-1].at) {
			t.Fatalf("%v stands behind %v", all[i].at, all[i-1].at)
		}
	}
	return true
}
