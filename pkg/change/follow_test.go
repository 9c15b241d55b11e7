package change_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

var errBreak = errors.New("the connection broke")

// TestAFollowerMissesNothingAndDoublesNothing lets writers commit in another order than they began, and the reader's
// connection break now and then.
func TestAFollowerMissesNothingAndDoublesNothing(t *testing.T) {
	pool := db(t)
	const writers, transactions = 8, 40
	var mu sync.Mutex
	written := map[uuid.UUID]bool{}
	var g errgroup.Group
	for range writers {
		g.Go(func() error {
			for range transactions {
				ids, err := hold(t.Context(), pool)
				if err != nil {
					return err
				}
				mu.Lock()
				for _, id := range ids {
					written[id] = true
				}
				mu.Unlock()
			}
			return nil
		})
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = g.Wait() }()

	seen := map[uuid.UUID]int{}
	var last, at change.Position
	all := func() bool {
		select {
		case <-done:
		default:
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		return len(seen) >= len(written)
	}
	f := change.Follower{DB: pool, Connection: "acme", Kind: "ticket", Poll: 15 * time.Millisecond, Quiet: time.Nanosecond, Limit: 7}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for !all() {
		err := f.Follow(ctx, at, func(_ context.Context, p change.Page) error {
			for _, c := range p.Changes {
				if !after(c.Position, last) {
					t.Errorf("%v was given after %v", c.Position, last)
				}
				seen[c.UID]++
				last = c.Position
			}
			at = p.Next
			if rand.IntN(10) == 0 || all() {
				return errBreak
			}
			return nil
		})
		if !errors.Is(err, errBreak) {
			t.Fatal(err)
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for id := range written {
		if seen[id] != 1 {
			t.Errorf("%s was given %d times", id, seen[id])
		}
	}
	if len(seen) != len(written) {
		t.Errorf("%d changes were given, %d written", len(seen), len(written))
	}
}

// hold writes a few changes in one transaction that stays open for a while, or is rolled back.
func hold(ctx context.Context, pool *pgxpool.Pool) ([]uuid.UUID, error) {
	var ids []uuid.UUID
	rollback := rand.IntN(5) == 0
	err := pg.InTx(ctx, pool, func(tx pgx.Tx) error {
		for range 1 + rand.IntN(3) {
			id := uuid.Must(uuid.NewV7())
			if _, err := tx.Exec(ctx, `insert into change (connection, kind, uid, version) values ('acme', 'ticket', $1, 1)`, id); err != nil {
				return err
			}
			ids = append(ids, id)
			if _, err := tx.Exec(ctx, `select pg_sleep($1)`, 0.01*rand.Float64()); err != nil {
				return err
			}
		}
		if rollback {
			return errBreak
		}
		return nil
	})
	if rollback {
		return nil, nil
	}
	return ids, err
}

func after(p, q change.Position) bool { return p.XID > q.XID || p.XID == q.XID && p.Seq > q.Seq }

// follow follows from the beginning and hands over every page.
func follow(t *testing.T, f change.Follower) <-chan change.Page {
	t.Helper()
	pages := make(chan change.Page)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		err := f.Follow(ctx, change.Position{}, func(ctx context.Context, p change.Page) error {
			select {
			case pages <- p:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("follow: %v", err)
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	return pages
}

func next(t *testing.T, pages <-chan change.Page) change.Page {
	t.Helper()
	select {
	case p := <-pages:
		return p
	case <-time.After(30 * time.Second):
		t.Fatal("no page")
		return change.Page{}
	}
}

func TestTheBellBringsAChangeBeforeThePoll(t *testing.T) {
	pool, bell := db(t), &change.Bell{}
	pages := follow(t, change.Follower{DB: pool, Connection: "acme", Kind: "ticket", Bell: bell, Poll: time.Hour, Quiet: time.Hour})
	if p := next(t, pages); len(p.Changes) > 0 {
		t.Errorf("the first page holds %v", p.Changes)
	}
	want := write(t, pool, "acme", "ticket")
	bell.Ring()
	if got := uids(next(t, pages)); !same(got, []uuid.UUID{want}) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithoutChangesThereAreSignsOfLife(t *testing.T) {
	pool := db(t)
	pages := follow(t, change.Follower{DB: pool, Connection: "acme", Kind: "ticket", Poll: time.Millisecond, Quiet: time.Millisecond})
	first := next(t, pages)
	for { // other connections move the place on
		write(t, pool, "other", "ticket")
		p := next(t, pages)
		if len(p.Changes) > 0 {
			t.Fatalf("changes of another connection: %v", p.Changes)
		}
		if after(p.Next, first.Next) {
			return
		}
	}
}

// counted counts the looks through it.
type counted struct {
	pg.Querier
	looks atomic.Int64
}

func (c *counted) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	c.looks.Add(1)
	return c.Querier.Query(ctx, sql, args...)
}

// Promise 7: however many follow while changes never stop, what they cost together is bounded.
func TestManyFollowersLookLessOftenEach(t *testing.T) {
	const followers, length = 200, time.Second
	db, bell := &counted{Querier: db(t)}, &change.Bell{}
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var all sync.WaitGroup
	for range followers {
		all.Go(func() {
			f := change.Follower{DB: db, Connection: "acme", Kind: "ticket", Bell: bell}
			_ = f.Follow(ctx, change.Position{}, func(context.Context, change.Page) error { return nil })
		})
	}
	all.Go(func() {
		for changes := time.NewTicker(time.Millisecond); ctx.Err() == nil; <-changes.C {
			bell.Ring()
		}
	})
	all.Wait()
	if n := db.looks.Load(); n > followers+3*int64(length/time.Millisecond)/2 {
		t.Errorf("%d followers looked %d times in %v", followers, n, length)
	}
}

func TestNobodyHasToOwnABell(t *testing.T) {
	var b *change.Bell
	b.Ring()
	if b.Next() != nil {
		t.Error("it would ring")
	}
}
