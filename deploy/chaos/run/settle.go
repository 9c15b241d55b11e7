package run

import (
	"context"
	"fmt"
	"time"
)

// standing is how far things have come, as Postgres has it.
type standing struct {
	writes, fetches, dead int
	unswept               int // kinds that were not swept whole since a time
	closed                int // gates that let nobody through
}

const standingNow = `
select count(*) filter (where class = 0 and state < 4), count(*) filter (where class = 1 and state < 4), count(*) filter (where state = 5),
	(select count(*) filter (where coalesce(swept_at <= $1, true) or error <> '') + (count(*) = 0)::int from cursor), (select count(*) from gate where state <> 0)
from job`

func (a *arena) standing(ctx context.Context, since time.Time) (s standing, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	err = a.db.QueryRow(ctx, standingNow, since).Scan(&s.writes, &s.fetches, &s.dead, &s.unswept, &s.closed)
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

// settled waits until nothing is under way and the mirror is as the vendor is, for as long as may be, and says what differs.
func (a *arena) settled(ctx context.Context) (stale []string, err error) {
	began, said := time.Now(), time.Now()
	stale = []string{"nothing was compared: it never came to rest"}
	for {
		rest, what := a.rests(ctx, began)
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
		case time.Since(began) > a.settle:
			a.say.now("not settled after %v: %s", a.settle, what)
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

// rests reports whether nothing is under way any more, and what is.
func (a *arena) rests(ctx context.Context, since time.Time) (bool, string) {
	s, err := a.standing(ctx, since)
	if err != nil {
		return false, err.Error()
	}
	waiting, err := a.vendor.Waiting(ctx)
	if err != nil {
		return false, err.Error()
	}
	rest := s.writes == 0 && s.fetches == 0 && s.unswept == 0 && s.closed == 0 && waiting == 0
	return rest, fmt.Sprintf("%d writes and %d fetches under way, %d kinds not swept since, %d gates closed, %d webhooks waiting",
		s.writes, s.fetches, s.unswept, s.closed, waiting)
}
