package demo

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestTheLastLineNamesWhatDidNotHold(t *testing.T) {
	for want, unheld := range map[string][]string{
		"demo: 11 of 11 scenes held":                                          nil,
		"demo: 9 of 11 scenes held; 3 (an outage), 5 (a lost answer) did not": {"3 (an outage)", "5 (a lost answer)"},
	} {
		if got := verdict(unheld); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestASceneHoldsWhenAllItsChecksDo(t *testing.T) {
	for name, c := range map[string]struct {
		checks []bool
		err    error
		want   bool
	}{
		"all hold":                  {[]bool{true, true}, nil, true},
		"one does not":              {[]bool{true, false, true}, nil, false},
		"it could not be played on": {[]bool{true}, errors.New("connection refused"), false},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			r := newReport(&out)
			r.open(1, "a scene")
			for _, held := range c.checks {
				r.check(held, "what", "seen", time.Second)
			}
			if got := r.close(c.err, time.Second); got != c.want {
				t.Errorf("held: %v, want %v", got, c.want)
			}
			if c.err != nil && !strings.Contains(out.String(), c.err.Error()) {
				t.Errorf("said:\n%s\nwant %v in it", out.String(), c.err)
			}
			if strings.Contains(out.String(), "\x1b") {
				t.Errorf("said %q: colours in a file", out.String())
			}
		})
	}
}

func TestAWaitEndsWithWhatWasSeenLast(t *testing.T) {
	for name, c := range map[string]struct {
		look look
		want []string // in the error; none: it holds
	}{
		"it holds at last":      {after(3, nil), nil},
		"it never holds":        {after(1<<30, nil), []string{"2 of 3", "waited 1.0 s"}},
		"nothing can be seen":   {after(1<<30, errors.New("no connection")), []string{"no connection"}},
		"it is seen later only": {recovering(), nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := until(t.Context(), time.Second, c.look)
				if len(c.want) == 0 && err != nil {
					t.Error(err)
				}
				for _, want := range c.want {
					if err == nil || !strings.Contains(err.Error(), want) {
						t.Errorf("got %v, want %q in it", err, want)
					}
				}
			})
		})
	}
}

// after looks that many times in vain.
func after(times int, err error) look {
	return func(context.Context) (bool, string, error) {
		times--
		return times < 0, "2 of 3", err
	}
}

func recovering() look {
	times := 0
	return func(context.Context) (bool, string, error) {
		if times++; times < 3 {
			return false, "", errors.New("no connection")
		}
		return true, "", nil
	}
}

func TestProgressInAFileIsALineNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		p := newReport(&out).progress("tickets")
		p.expect(5000)
		for done := 100; done <= 5000; done += 100 {
			time.Sleep(50 * time.Millisecond) // of the bubble's clock
			p.reached(done)
		}
		p.reached(0) // the sweep is over, and counts anew
		p.finish()
		want := "  tickets  2,000 of 5,000\n  tickets  4,000 of 5,000\n  tickets  5,000, after 2.5 s\n"
		if out.String() != want {
			t.Errorf("said:\n%s\nwant:\n%s", out.String(), want)
		}
	})
}

func TestFiguresAreSaidAsPeopleReadThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		412 * time.Microsecond:  "0.41 ms",
		2140 * time.Microsecond: "2.1 ms",
		310 * time.Millisecond:  "310 ms",
		6400 * time.Millisecond: "6.4 s",
	} {
		if got := span(d); got != want {
			t.Errorf("%v is said as %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is said as %q, want %q", n, got, want)
		}
	}
}
