package translate

import (
	"math"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// work is what an action tells of work; nil where it took no time.
func work(a halo.Action) *psav1.Note_Work {
	spent := time.Duration(math.Round(a.TimeTaken*time.Hour.Seconds())) * time.Second
	if spent <= 0 {
		return nil
	}
	w := &psav1.Note_Work{
		TimeSpent: durationpb.New(spent), StartTime: stamp(a.ArrivalDate.Time), Agent: ref(a.WhoAgentID), WorkType: ref(a.ChargeRate),
	}
	switch {
	case !a.Has("actisbillable"):
	case a.Billable:
		w.Billing = psav1.Note_BILLING_BILLABLE
	default:
		w.Billing = psav1.Note_BILLING_NON_BILLABLE
	}
	return w
}

// putWork says in Halo's words who did what for how long; that the agent may be another than ours is inferred from its schema
// [unsure]. What w leaves open, the tenant's own rules decide.
func putWork(p *halo.ActionPatch, w *psav1.Note_Work) error {
	if w == nil {
		return nil
	}
	p.Float("timetaken", w.GetTimeSpent().AsDuration().Hours())
	if at := w.GetStartTime(); at != nil {
		p.Time("actionarrivaldate", halo.NewTime(at.AsTime()))
		p.Time("actioncompletiondate", halo.NewTime(at.AsTime().Add(w.GetTimeSpent().AsDuration())))
	}
	switch w.GetBilling() {
	case psav1.Note_BILLING_BILLABLE:
		p.Bool("actisbillable", true)
	case psav1.Note_BILLING_NON_BILLABLE:
		p.Bool("actisbillable", false)
	case psav1.Note_BILLING_UNSPECIFIED:
	}
	for _, f := range []struct{ theirs, ours, value string }{
		{"who_agentid", "note.work.agent", w.GetAgent()}, {"chargerate", "note.work.work_type", w.GetWorkType()},
	} {
		if f.value == "" {
			continue
		}
		if err := putID(p, f.theirs, f.ours, f.value); err != nil {
			return err
		}
	}
	return nil
}
