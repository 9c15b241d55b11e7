package run

import (
	"context"
	"fmt"
	"math"
	"time"
)

// standing is how far things have come, as Postgres has it.
type standing struct {
	writes, fetches, dead int
	unswept               int // kinds that were not swept whole since a time
	closed                int // gates that let nobody through
	batches               int // of acts on dead letters
}

const standingNow = `
select count(*) filter (where class = 0 and state < 4), count(*) filter (where class = 1 and state < 4), count(*) filter (where state = 5),
	(select count(*) filter (where coalesce(swept_at <= $1, true) or error <> '') + (count(*) = 0)::int from cursor), (select count(*) from gate where state <> 0),
	(select count(*) from dead_letter_batch where ended_at is null)
from job`

func (a *arena) standing(ctx context.Context, since time.Time) (s standing, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err = a.db.QueryRow(ctx, standingNow, since).Scan(&s.writes, &s.fetches, &s.dead, &s.unswept, &s.closed, &s.batches)
	return s, err
}

// filled waits until all that the vendor has is in the mirror.
func (a *arena) filled(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		s, err := a.standing(ctx, time.Time{})
		if err == nil && s.unswept == 0 {
			return nil
		}
		if err := sleep(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
}

const (
	sayEvery  = 5 * time.Second
	lookEvery = 250 * time.Millisecond
	longest   = 5 // times the period to settle, as long as what is under way becomes less
)

// progress tells now and then how things stand.
func (a *arena) progress(ctx context.Context) error {
	for sleep(ctx, sayEvery) == nil {
		accepted, refused := a.told.Counts()
		s, err := a.standing(ctx, time.Now())
		if err != nil {
			a.say.now("· %d writes accepted, %d turned down; Postgres does not answer", accepted, refused)
			continue
		}
		a.say.now("· %d writes accepted, %d turned down; %d under way, %d dead, %d fetches queued", accepted, refused, s.writes, s.dead, s.fetches)
	}
	return nil
}

// settled waits until nothing is under way and the mirror is as the vendor is, for as long as may be, and says what differs. A
// queue that takes long to work off is not lost: it may take longer while it becomes shorter.
func (a *arena) settled(ctx context.Context) (stale []string, err error) {
	began, said, moved, least := time.Now(), time.Now(), time.Now(), math.MaxInt
	stale = []string{"nothing was compared: it never came to rest"}
	for {
		left, what := a.rests(ctx, began)
		if left < least {
			moved, least = time.Now(), left
		}
		rest := left == 0
		if rest {
			if stale, err = a.cast.Compare(ctx); err != nil {
				what = err.Error()
				stale = []string{"nothing was compared: " + what}
			} else {
				what = fmt.Sprintf("%d differences between mirror and vendor", len(stale))
			}
		}
		switch {
		case rest && len(stale) == 0:
			a.say.now("settled: the mirror is as the vendor is")
			return nil, nil
		case time.Since(moved) > a.settle, time.Since(began) > longest*a.settle:
			a.say.now("not settled after %v: %s", time.Since(began).Round(time.Second), what)
			return stale, nil
		case time.Since(said) > sayEvery/2:
			said = time.Now()
			a.say.now("· %s", what)
		}
		if err := sleep(ctx, lookEvery); err != nil {
			return stale, err
		}
	}
}

// rests counts what is under way, none of it once everything has come to rest, and says what it is.
func (a *arena) rests(ctx context.Context, since time.Time) (left int, what string) {
	s, err := a.standing(ctx, since)
	if err != nil {
		return math.MaxInt, err.Error()
	}
	waiting, err := a.vendor.Waiting(ctx)
	if err != nil {
		return math.MaxInt, err.Error()
	}
	left = s.writes + s.fetches + s.unswept + s.closed + s.batches + waiting
	return left, fmt.Sprintf("%d writes and %d fetches under way, %d kinds not swept since, %d gates closed, %d batches at work, %d webhooks waiting",
		s.writes, s.fetches, s.unswept, s.closed, s.batches, waiting)
}
