package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func finds(name string, vital bool, f ...doctor.Finding) doctor.Check {
	return doctor.Check{Name: name, Vital: vital, Look: func(context.Context) ([]doctor.Finding, error) { return f, nil }}
}

func hangs(ctx context.Context) ([]doctor.Finding, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func well(about string) doctor.Finding { return doctor.Finding{About: about, Found: "well"} }

func ill(about string) doctor.Finding {
	return doctor.Finding{About: about, Found: "ill", Do: "cure it"}
}

func TestExamine(t *testing.T) {
	down := &fault.Error{Kind: fault.Unavailable, Reason: "SERVER_ERROR", Status: 503, Code: "503", Message: "closed"}
	for name, row := range map[string]struct {
		checks []doctor.Check
		want   []string
	}{
		"all are made": {
			[]doctor.Check{finds("a", true, well("x"), well("y")), finds("b", false, ill("")), finds("c", false, well(""))},
			[]string{"a x well", "a y well", "b  ill!", "c  well"},
		},
		"what rests on one that is ill is not": {
			[]doctor.Check{finds("a", true, ill("")), finds("b", false, well("")), finds("c", false, well(""))},
			[]string{"a  ill!", "others  not looked at, because of the above: b, c"},
		},
		"one that hangs is cut off": {
			[]doctor.Check{{Name: "a", Look: hangs}, finds("b", false, well(""))},
			[]string{"a  no answer in time!", "b  well"},
		},
		"several that hang are cut off together": {
			[]doctor.Check{{Name: "a", Look: hangs}, {Name: "b", Look: hangs}, {Name: "c", Look: hangs}, {Name: "d", Look: hangs}},
			[]string{
				"a  no answer in time!", "b  no answer in time!",
				"c  no answer in time!", "others  not looked at, because of the above: d",
			},
		},
		"one that fails says what it had found": {
			[]doctor.Check{{Name: "a", Look: func(context.Context) ([]doctor.Finding, error) { return []doctor.Finding{well("x")}, down }}},
			[]string{"a x well", "a  503 SERVER_ERROR: closed!"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				for _, r := range (doctor.Examination{Each: 20 * time.Second, All: 50 * time.Second}).Examine(t.Context(), row.checks) {
					text := r.Check + " " + r.About + " " + r.Found
					if r.Do != "" {
						text += "!"
					}
					got = append(got, text)
				}
				if d := cmp.Diff(row.want, got); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

func TestCallsKeepToTheLimitAndWaitForTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := doctor.NewLimit(budget.Terms{Limits: []budget.Limit{{Calls: 60, Window: time.Minute, Share: 0.5, Burst: 3}}, AtOnce: 1})
		began := time.Now()
		for range 10 {
			if err := l.Pass(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 7*time.Second || took > 30*time.Second {
			t.Errorf("ten calls of 30 a minute, three at once: %v", took)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if f := fault.Of(l.Pass(short)); f == nil || f.Kind != fault.Throttled || f.Status != 0 || l.Calls() != 10 {
			t.Errorf("without a call left: %v, after %d", f, l.Calls())
		}
	})
}

func TestWhoeverHasHadEnoughIsAskedNoMore(t *testing.T) {
	l := doctor.NewLimit(budget.Terms{})
	enough := &fault.Error{Kind: fault.Throttled, Status: 429}
	l.Report(t.Context(), upstream.Outcome{Fault: &fault.Error{Kind: fault.Unavailable}})
	if err := l.Pass(t.Context()); err != nil {
		t.Error(err)
	}
	l.Report(t.Context(), upstream.Outcome{Fault: enough})
	if err := l.Pass(t.Context()); !errors.Is(err, enough) {
		t.Errorf("after a 429: %v", err)
	}
}

func TestPrint(t *testing.T) {
	var b strings.Builder
	rows := []doctor.Row{
		{Check: "credentials", Finding: well("")},
		{Check: "webhook", Finding: doctor.Finding{About: "login", Found: "it is\n\tanother's\x1b[2J", Do: "give it ours"}},
		{Check: "document", Finding: doctor.Finding{Found: strings.Repeat("ä", 500)}},
	}
	if err := doctor.Print(&b, "acme", rows); err != nil {
		t.Fatal(err)
	}
	want := `acme
   CHECK        OF     FOUND
   credentials  -      well
!  webhook      login  it is another's[2J
                       -> give it ours
   document     -      ` + strings.Repeat("ä", 400) + "…\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestToDo(t *testing.T) {
	rows := []doctor.Row{
		{Check: "a", Finding: well("")},
		{Check: "b", Finding: ill("")},
		{Check: "webhook", Finding: ill("login")},
		{Check: "webhook", Finding: well("x")},
		{Check: "webhook", Finding: ill("batching")},
	}
	if d := cmp.Diff([]string{"b", "webhook login, batching"}, doctor.ToDo(rows)); d != "" {
		t.Error(d)
	}
}
