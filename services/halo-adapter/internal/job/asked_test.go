package job

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Halo says yes to a priority that is none, and takes another: who asked has to be told.
func TestWhatHaloReplacesInSilenceIsTold(t *testing.T) {
	x := open(t, func(s *sim.Switches) { s.UnknownPriority, s.Warning = "replaced", "Priority was reset." })
	op, j := updateTicket(x.ts, Config{}), on(10001, "priority")
	if got := attempt(x, op, j, &psav1.Ticket{Priority: "77"}); got != "NOT_AS_ASKED?" {
		t.Errorf("the first attempt: %q", got)
	}
	_, err := op.Attempt(t.Context(), again(j), &psav1.Ticket{Priority: "77"})
	if reason(err) != "NOT_AS_ASKED" {
		t.Errorf("the next: %v", err)
	}
	if got := attempt(x, op, j, &psav1.Ticket{Priority: "2"}); got != "" {
		t.Errorf("a priority that there is, with a warning: %q", got)
	}
}

func TestAnAnswerOfSomebodyElseIsNotTakenForOurs(t *testing.T) {
	for name, change := range map[string]func(*sim.Switches){
		"refused twice":  nil,
		"accepted twice": func(s *sim.Switches) { s.SecondApproval = "accepted" },
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, change)
			quote := x.made("quotation", map[string]any{"title": "Offer", "client_id": 2})
			answer := func(who string, state psav1.Quote_State) *psav1.Quote {
				return &psav1.Quote{State: state, Answer: &psav1.Quote_Answer{AnswererName: who}}
			}
			yes, no := psav1.Quote_STATE_APPROVED, psav1.Quote_STATE_REJECTED
			op := answerQuote(x.ts, Config{}, "ApproveQuote")
			for _, step := range []struct {
				who   string
				state psav1.Quote_State
				want  string
			}{{"Iris Lang", yes, ""}, {"Iris Lang", yes, ""}, {"Bob", yes, "ALREADY_ANSWERED"}, {"Iris Lang", no, "ALREADY_ANSWERED"}} {
				if got := attempt(x, op, on(quote, "state", "answer"), answer(step.who, step.state)); got != step.want {
					t.Errorf("%s, %v: %q, want %q", step.who, step.state, got, step.want)
				}
			}
			if got := x.truth("quotation", quote, "approvalname"); got != "Iris Lang" {
				t.Errorf("answered by %v", got)
			}
		})
	}
}

func TestAnAnswerWhoseNumberNobodyConfiguredIsTold(t *testing.T) {
	x := open(t, func(s *sim.Switches) { s.ApprovedState = 5 })
	quote := x.made("quotation", map[string]any{"title": "Offer", "client_id": 2})
	asked := &psav1.Quote{State: psav1.Quote_STATE_APPROVED, Answer: &psav1.Quote_Answer{AnswererName: "Iris Lang"}}
	op, j := answerQuote(x.ts, Config{}, "ApproveQuote"), on(quote, "state", "answer")
	if got := attempt(x, op, j, asked); got != "NOT_AS_ASKED?" {
		t.Error(got)
	}
	if got := attempt(x, op, again(j), asked); got != "ANSWER_UNKNOWN" {
		t.Error(got)
	}
}

// What operations add of their own is in the vendor's document, as what translate writes is.
func TestWhatIsSentBesideIsTheVendors(t *testing.T) {
	f, err := sim.ReadFacts()
	if err != nil {
		t.Fatal(err)
	}
	var p halo.TicketPatch
	Tenant{CloseOverAppointments: true}.closing(&p)
	for _, name := range p.Names() {
		if !f.Has("Faults", name) {
			t.Errorf("%s has no source", name)
		}
	}
	if len(p.Names()) == 0 {
		t.Error("nothing is sent")
	}
}
