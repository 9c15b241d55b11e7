package sweep

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// shop is a simulated account whose clock stands until it is moved.
type shop struct {
	*sim.Stripe

	at    time.Time
	off   func() time.Duration // of our clock; nil: none
	calls int
	odd   []string // events that nobody can read, on every page of the feed
	as    Accounts

	scarce bool // the budget has only so many calls left
	left   int
}

// Pass is the budget's answer.
func (s *shop) Pass(context.Context) error {
	if s.scarce && s.left <= 0 {
		return &fault.Error{Kind: fault.Unavailable, Reason: "BUDGET", RetryAfter: time.Minute}
	}
	s.left--
	return nil
}

// Report concerns no budget here.
func (s *shop) Report(context.Context, upstream.Outcome) {}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{at: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	s.Stripe = sim.New(sim.Config{Limit: -1, EndpointLimit: -1, Clock: func() time.Time { return s.at }})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.calls++
		if len(s.odd) == 0 || r.URL.Path != "/v1/events" {
			s.ServeHTTP(w, r)
			return
		}
		page := httptest.NewRecorder()
		s.ServeHTTP(page, r)
		_, _ = w.Write([]byte(strings.Replace(page.Body.String(), `"data": [`, `"data": [`+strings.Join(s.odd, ",")+",", 1)))
	}))
	t.Cleanup(server.Close)
	c, err := stripe.New(stripe.Config{BaseURL: server.URL, Key: "sk_test_sim"}, upstream.Config{Connection: "acme", Gate: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	s.as = Accounts{"acme": {Stripe: c, Words: translate.Words{Connection: "acme"}}}
	return s
}

func (s *shop) feeder() feeder {
	return feeder{accounts: s.as, lag: time.Minute, overlap: 10 * time.Minute, pages: 3, log: slog.New(slog.DiscardHandler), now: func() time.Time {
		if s.off == nil {
			return s.at
		}
		return s.at.Add(s.off())
	}}
}

// makes n customers in the second that it is.
func (s *shop) makes(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		if _, err := s.Do("", "POST", "/v1/customers", url.Values{"name": {fmt.Sprint(i)}}); err != nil {
			t.Fatal(err)
		}
	}
}

// run reads the feed until a sweep is whole, and returns what it told and where it stands.
func (s *shop) run(t *testing.T, place []byte) (told []sweep.Told, end []byte, pages int) {
	t.Helper()
	for {
		page, err := s.feeder().next(t.Context(), "acme", place)
		if err != nil {
			t.Fatal(err)
		}
		told, place = append(told, page.Told...), page.Place
		if pages++; !page.More {
			if !page.Complete {
				t.Error("it ends and is not complete")
			}
			return told, place, pages
		}
	}
}

func distinct(told []sweep.Told) map[string]bool {
	all := map[string]bool{}
	for _, x := range told {
		all[x.Key] = true
	}
	return all
}

func TestTheFeedIsReadWithALagAndAnOverlap(t *testing.T) {
	s := open(t)
	_, place, _ := s.run(t, nil)
	s.makes(t, 3)
	if told, _, _ := s.run(t, place); len(told) != 0 {
		t.Errorf("%d events are told that may not be all of them", len(told))
	}
	s.at = s.at.Add(2 * time.Minute)
	told, place, _ := s.run(t, place)
	if len(distinct(told)) != 3 {
		t.Errorf("%d events, want 3", len(told))
	}
	s.at = s.at.Add(5 * time.Minute) // what was late to be seen is read again
	again, place, _ := s.run(t, place)
	if len(distinct(again)) != 3 {
		t.Errorf("%d events are read again, want 3", len(again))
	}
	s.at = s.at.Add(30 * time.Minute)
	_, place, _ = s.run(t, place)
	s.at = s.at.Add(time.Minute)
	if told, _, _ := s.run(t, place); len(told) != 0 {
		t.Errorf("%d events of long ago are read again", len(told))
	}
}

// Neither is our clock Stripe's, nor one replica's the other's: what is newest is told all the same, and nothing is stepped over.
func TestTheFeedIsReadByStripesClock(t *testing.T) {
	for name, ahead := range map[string][]time.Duration{
		"ours is behind":                 {-20 * time.Minute},
		"ours is ahead":                  {20 * time.Minute},
		"now it is behind and now ahead": {20 * time.Minute, -20 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			turn := 0
			s.off = func() time.Duration { turn++; return ahead[turn%len(ahead)] }
			_, place, _ := s.run(t, nil)
			for range 4 {
				s.makes(t, 2)
				s.at = s.at.Add(2 * time.Minute)
				var told []sweep.Told
				if told, place, _ = s.run(t, place); len(distinct(told)) < 2 {
					t.Errorf("%d events of the last minutes, want 2 at least", len(told))
				}
				s.at = s.at.Add(15 * time.Minute)
				_, place, _ = s.run(t, place)
			}
		})
	}
}

func TestADenseWindowIsSplit(t *testing.T) {
	s := open(t)
	_, place, _ := s.run(t, nil)
	const each, times = 90, 8
	for range times {
		s.at = s.at.Add(time.Minute)
		s.makes(t, each)
	}
	s.at = s.at.Add(2 * time.Minute)
	told, place, pages := s.run(t, place)
	if n := len(distinct(told)); n != each*times || pages < 3 {
		t.Errorf("%d events of %d in %d windows", n, each*times, pages)
	}
	for i := 1; i < len(told); i++ {
		if told[i].Ref.Kind != "customer" {
			t.Fatalf("%+v", told[i])
		}
	}
	var p eventPlace
	if p, _ = read[eventPlace](place); !p.Bound.Equal(s.at.Add(-time.Minute)) || p.Width != 0 || !p.From.IsZero() {
		t.Errorf("it stands at %+v", p)
	}
}

// A budget that has a call now and then gets the feed through: what it is too small for is asked for in parts, and none of it is spent on
// the same reads again and again.
func TestAFeedGoesOnWithACallNowAndThen(t *testing.T) {
	s := open(t)
	_, place, _ := s.run(t, nil)
	const each, times = 30, 8
	for range times {
		s.at = s.at.Add(time.Minute)
		s.makes(t, each)
	}
	s.at = s.at.Add(2 * time.Minute)
	s.scarce = true
	var told []sweep.Told
	for calls := 1; calls < 40; calls++ {
		s.left = 1
		page, err := s.feeder().next(t.Context(), "acme", place)
		if err != nil {
			t.Fatal(err)
		}
		if page.Gap {
			t.Error("what only has to wait is called a gap")
		}
		if told, place = append(told, page.Told...), page.Place; page.Complete {
			if n := len(distinct(told)); n != each*times {
				t.Errorf("%d of %d events", n, each*times)
			}
			return
		}
	}
	t.Errorf("it never ends: %d of %d events, it stands at %s", len(distinct(told)), each*times, place)
}

// What cannot be read of a second is a gap, which the lists close: neither stands the sweep still for it, nor is it stepped over.
func TestMoreEventsInASecondThanAreReadAreAGap(t *testing.T) {
	s := open(t)
	_, place, _ := s.run(t, nil)
	s.at = s.at.Add(time.Minute)
	s.makes(t, 301)
	s.at = s.at.Add(2 * time.Minute)
	told, gaps := 0, 0
	for range 40 {
		page, err := s.feeder().next(t.Context(), "acme", place)
		if err != nil {
			t.Fatal(err)
		}
		if told += len(page.Told); page.Gap {
			gaps++
		}
		if place = page.Place; !page.More {
			if gaps == 0 || told < 300 {
				t.Errorf("%d events told, %d gaps", told, gaps)
			}
			return
		}
	}
	t.Error("it goes on for ever")
}

func TestWhatTheFeedHasForgottenIsAGap(t *testing.T) {
	s := open(t)
	_, place, _ := s.run(t, nil)
	s.makes(t, 1)
	s.at = s.at.Add(40 * 24 * time.Hour)
	s.makes(t, 1)
	s.at = s.at.Add(time.Hour)
	page, err := s.feeder().next(t.Context(), "acme", place)
	if err != nil || !page.Gap || len(distinct(page.Told)) != 1 {
		t.Errorf("%d events, gap %v, %v; want the one that is kept still, and that others are not", len(page.Told), page.Gap, err)
	}
	s.at = s.at.Add(time.Minute)
	if page, err = s.feeder().next(t.Context(), "acme", page.Place); err != nil || page.Gap {
		t.Errorf("it has the gap again: %v", err)
	}
	s.at = s.at.Add(28 * 24 * time.Hour)
	if page, err = s.feeder().next(t.Context(), "acme", page.Place); err != nil || page.Gap {
		t.Errorf("late, and nothing is lost: gap %v, %v", page.Gap, err)
	}
}

// Somebody is told before the feed forgets what was not read of it: from 25 days on, of the 30 that it goes back.
func TestAFeedThatWasNotReadForLongRaisesAnAlarmBeforeItForgets(t *testing.T) {
	for name, row := range map[string]struct {
		days        int
		alarm, lost bool
	}{
		"24 days": {24, false, false}, "26 days": {26, true, false}, "31 days": {31, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			_, place, _ := s.run(t, nil)
			s.at = s.at.Add(time.Duration(row.days) * 24 * time.Hour)
			var said strings.Builder
			f := s.feeder()
			f.log = slog.New(slog.NewTextHandler(&said, nil))
			page, err := f.next(t.Context(), "acme", place)
			alarm := strings.Contains(said.String(), `level=ERROR msg="the feed of events was not read for long, and forgets" connection=acme`)
			if err != nil || page.Gap != row.lost || alarm != row.alarm || strings.Contains(said.String(), "lost=true") != row.lost {
				t.Errorf("gap %v, %v: %s", page.Gap, err, &said)
			}
		})
	}
}

// One event that nobody can read is kept for a person, without what must not be kept, and stops nothing.
func TestAnOddEventStopsNothing(t *testing.T) {
	s := open(t)
	_, place, _ := s.run(t, nil)
	s.makes(t, 3)
	s.at = s.at.Add(2 * time.Minute)
	const secret = "pi_1_secret_x"
	s.odd = []string{
		`{"id":"evt_odd1","object":"event","type":"payment_intent.succeeded","created":{"at":1},"data":"` + secret + `"}`,
		`{"id":"evt_odd2","object":"event","type":"payment_intent.succeeded","created":1,"data":{"object":["` + secret + `"]}}`,
		`{"id":"evt_odd3","object":"event","type":"charge.succeeded","created":1}`,
	}
	told, _, _ := s.run(t, place)
	odd := 0
	for _, x := range told {
		if x.Odd == "" {
			continue
		}
		odd++
		if strings.Contains(string(x.Kept)+x.Odd, secret) || !strings.Contains(string(x.Kept), x.Key) {
			t.Errorf("%s is kept as %s: %s", x.Key, x.Kept, x.Odd)
		}
	}
	if odd != 3 || len(distinct(told)) != 6 {
		t.Errorf("%d odd among %d, want 3 of 6", odd, len(distinct(told)))
	}
}

func TestAListIsWalkedOnceAndThenAPageAtATime(t *testing.T) {
	s := open(t)
	s.Seed(250, 0)
	customers := lister(s.as, Config{}, "customer", (*stripe.Client).Customers, translate.Words.Customer)
	customers.names = true
	var place []byte
	seen, named := map[string]bool{}, map[string]bool{}
	walk := func(most int) (pages int, complete bool) {
		for pages = 1; ; pages++ {
			page, err := customers.next(t.Context(), "acme", place)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Observations {
				seen[o.VendorID] = true
			}
			for _, id := range page.Listing.IDs {
				named[id] = true
			}
			if place = page.Place; !page.More {
				return pages, page.Complete
			}
			if pages > most {
				t.Fatal("it does not end")
			}
		}
	}
	if pages, complete := walk(5); pages != 3 || !complete || len(seen) != 250 || len(named) != 250 {
		t.Errorf("%d pages, complete %v, %d seen, %d named", pages, complete, len(seen), len(named))
	}
	for turn, want := range []bool{false, false, true} {
		if pages, complete := walk(1); pages != 1 || complete != want {
			t.Errorf("turn %d: %d pages, complete %v", turn, pages, complete)
		}
	}
}

// A customer that a page was to begin behind is deleted meanwhile.
func TestAWalkWhosePlaceIsGoneBeginsAnew(t *testing.T) {
	s := open(t)
	s.Seed(150, 0)
	customers := lister(s.as, Config{}, "customer", (*stripe.Client).Customers, translate.Words.Customer)
	page, err := customers.next(t.Context(), "acme", nil)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := read[listPlace](page.Place)
	p.After = "cus_nobody"
	page, err = customers.next(t.Context(), "acme", write(p))
	if p, _ = read[listPlace](page.Place); err != nil || p.After != "" || !page.More {
		t.Errorf("%+v %v", page, err)
	}
}
