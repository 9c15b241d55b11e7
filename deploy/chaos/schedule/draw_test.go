package schedule_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

func stage() schedule.Stage {
	return schedule.Stage{
		Replicas: []string{"a-1", "a-2"}, Simulator: "sim", Tokens: true,
		Drift: schedule.Drift{What: "things", Fields: []string{"name", "state"}, Routes: []string{"/things"}},
		Lease: 5 * time.Second, Settling: 4 * time.Second, ReadLag: 600 * time.Millisecond, Absent: 3 * time.Second,
	}
}

func TestASeedIsASchedule(t *testing.T) {
	for seed := range uint64(50) {
		a, b := schedule.Draw(seed, time.Minute, stage()), schedule.Draw(seed, time.Minute, stage())
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("seed %d was drawn in two ways:\n%v\n%v", seed, a, b)
		}
		if c := schedule.Draw(seed+1, time.Minute, stage()); reflect.DeepEqual(a.Acts, c.Acts) {
			t.Errorf("seeds %d and %d are the same schedule", seed, seed+1)
		}
	}
}

func TestAShorterRunIsTheBeginningOfALongerOne(t *testing.T) {
	short, long := schedule.Draw(7, 20*time.Second, stage()), schedule.Draw(7, time.Minute, stage())
	for _, a := range short.Acts {
		if !slices.ContainsFunc(long.Acts, func(b schedule.Act) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("%v of the short run is not in the long one", a)
		}
	}
}

func TestActsOfALaneFollowEachOtherAndEndInTime(t *testing.T) {
	for seed := range uint64(50) {
		s := schedule.Draw(seed, time.Minute, stage())
		free := map[schedule.Lane]time.Duration{}
		for _, a := range s.Acts {
			if a.At < free[a.Lane] {
				t.Errorf("seed %d: %v begins at %v, before the one before it ends", seed, a, a.At)
			}
			free[a.Lane] = a.At + a.For
			if a.At+a.For > s.Length {
				t.Errorf("seed %d: %v ends after the run", seed, a)
			}
		}
	}
}

func TestWhatIsDoneStaysWithinWhatIsPromised(t *testing.T) {
	on := stage()
	for seed := range uint64(100) {
		for _, a := range schedule.Draw(seed, 2*time.Minute, on).Acts {
			if err := a.Plan.Validate(); err != nil {
				t.Errorf("seed %d: %v: %v", seed, a, err)
			}
			if a.Kind == schedule.Pause && (a.For <= on.Lease) != (a.Who[0] == on.Simulator) {
				t.Errorf("seed %d: %v: replicas are paused for longer than %v, the vendor for less", seed, a, on.Lease)
			}
			if a.Plan.Stale() >= on.ReadLag || a.Plan.Absent() >= on.Absent {
				t.Errorf("seed %d: %v is more than this vendor is said to do", seed, a)
			}
		}
	}
}

func TestALongRunMeetsEverything(t *testing.T) {
	met := map[string]bool{}
	for _, a := range schedule.Draw(1, 10*time.Minute, stage()).Acts {
		for _, who := range a.Who {
			met[string(a.Kind)+" "+who+" "+a.Whose] = true
		}
	}
	want := []string{"kill a-1 ", "kill a-2 ", "pause a-1 ", "pause a-2 ", "pause sim ", "kill postgres ", "kill nats ", "wipe nats "}
	for _, kind := range []string{"slow", "reset", "cut", "slice", "mute"} {
		want = append(want, kind+" sim webhooks")
		for _, whose := range []string{"postgres", "nats", "vendor"} {
			want = append(want, kind+" a-1 "+whose, kind+" a-2 "+whose)
		}
	}
	for _, w := range want {
		if !met[w] {
			t.Errorf("ten minutes without %q", w)
		}
	}
}
