package translate_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

func TestWorkInHalosWords(t *testing.T) {
	begun := timestamppb.New(time.Date(2026, 3, 2, 9, 45, 0, 0, time.UTC))
	const head = `{"outcome_id":12,"note_html":"\u003cp\u003e\u003c/p\u003e","hiddenfromuser":false,`
	for name, row := range map[string]struct {
		work *psav1.Note_Work
		want string
	}{
		"how long is in hours":             {&psav1.Note_Work{TimeSpent: durationpb.New(90 * time.Minute)}, `"timetaken":1.5}`},
		"a whole hour has no point":        {&psav1.Note_Work{TimeSpent: durationpb.New(2 * time.Hour)}, `"timetaken":2}`},
		"when it began, and so when ended": {&psav1.Note_Work{TimeSpent: durationpb.New(15 * time.Minute), StartTime: begun}, `"timetaken":0.25,"actionarrivaldate":"2026-03-02T09:45:00","actioncompletiondate":"2026-03-02T10:00:00"}`},
		"who did what": {
			&psav1.Note_Work{TimeSpent: durationpb.New(time.Hour), Agent: "4", WorkType: "2", Billing: psav1.Note_BILLING_BILLABLE},
			`"timetaken":1,"actisbillable":true,"who_agentid":4,"chargerate":2}`,
		},
		"nobody pays": {&psav1.Note_Work{TimeSpent: durationpb.New(time.Hour), Billing: psav1.Note_BILLING_NON_BILLABLE}, `"timetaken":1,"actisbillable":false}`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := translate.CreateNote(&psav1.Note{Work: row.work}, 12, uuid.UUID{}, false)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(p); string(got) != head+row.want {
				t.Errorf("got %s, want %s", got, head+row.want)
			}
		})
	}
	_, err := translate.CreateNote(&psav1.Note{Work: &psav1.Note_Work{Agent: "0"}}, 12, uuid.UUID{}, false)
	if f := fault.Of(err); f == nil || f.Kind != fault.Invalid || f.Field != "note.work.agent" {
		t.Errorf("an agent that is none: %v", err)
	}
}
