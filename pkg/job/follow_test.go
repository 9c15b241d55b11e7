package job_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func TestWithACreateWhatWasBuriedWithItIsReplayedInOrder(t *testing.T) {
	v, x, release := refusingOnceTold("new")
	r := start(t, v, 1)
	uid, create := r.create(t, "new")
	var followers []uuid.UUID
	for i := range 5 {
		followers = append(followers, r.update(t, uid, fmt.Sprint("then ", i)))
	}
	close(release)
	l := r.letter(t, create)
	_, err := r.jobs.Replay(t.Context(), "acme", r.letter(t, followers[0]).ID, somebody)
	if got := reason(t, err); got != "CREATE_REFUSED" {
		t.Errorf("a follower by itself: %v", err)
	}
	x.allowed.Store(true)
	r.replay(t, l, somebody)
	got := r.settled(t, uid)
	want := []string{"101=new", "101=then 0", "101=then 1", "101=then 2", "101=then 3", "101=then 4"}
	if !slices.Equal(v.made(), want) || got.GetMirror().GetRefusal() != nil {
		t.Errorf("made %v, refusal %v; want %v", v.made(), got.GetMirror().GetRefusal(), want)
	}
	for _, id := range followers {
		if f := r.letter(t, id); f.Resolution != job.Replayed || f.Predecessor != create || f.ResolvedBy != "ann" {
			t.Errorf("follower %+v", f)
		}
	}
}

func TestAWriteWaitsForTheCreateThatItRefersTo(t *testing.T) {
	v := newVendor()
	release := make(chan struct{})
	var told []string
	v.before = func(j *job.Job) error {
		if p, _ := j.Patch.(*psav1.Ticket); p.GetSummary() == "client" {
			<-release
		}
		for _, ref := range j.References {
			id, _ := j.VendorIDOf(ref.UID)
			told = append(told, id)
		}
		return nil
	}
	r := start(t, v, 1)
	client, _ := r.create(t, "client")
	uid, id := r.create(t, "ticket", client)
	r.update(t, uid, "later")
	if got := r.state(t, id); got != job.Waiting {
		t.Errorf("state %v, want it to wait", got)
	}
	close(release)
	if got := r.settled(t, uid); got.GetSummary() != "later" || !slices.Equal(told, []string{"101"}) {
		t.Errorf("ticket %v, told of %v; want the client's real id", got, told)
	}
	if want := []string{"101=client", "102=ticket", "102=later"}; !slices.Equal(v.made(), want) {
		t.Errorf("made %v, want %v", v.made(), want)
	}
}

// What a settle, or a sight, or a merge did not get to is made good from Postgres alone.
func TestTheScanLetsGoOnWhatWaitsForWhatIsThere(t *testing.T) {
	for name, merged := range map[string]bool{"and for what was merged": true, "as it is": false} {
		t.Run(name, func(t *testing.T) { theScanLetsGoOn(t, merged) })
	}
}

func theScanLetsGoOn(t *testing.T, merged bool) {
	t.Helper()
	v := newVendor()
	v.tickets["3"], v.tickets["7"] = &psav1.Ticket{Summary: "older"}, &psav1.Ticket{Summary: "client"}
	r := start(t, v, 1)
	r.Learn(t, "acme", "3", "older")
	client := r.Learn(t, "acme", "7", "client")
	uid, id := r.create(t, "ticket", client)
	r.settled(t, uid)
	if merged {
		r.became(t, "7", "3")
	}
	r.exec(t, `update job set state = 0, blocked = 1, folded = true where id = $1`, id)
	r.exec(t, `update reference set vendor_id = null where job = $1`, id)
	fixture.Eventually(t, "it goes on", func() bool { return r.state(t, id) > job.Claimed })
	if class := r.class(t, id); class != "" {
		t.Errorf("buried as %s", class)
	}
}

func TestWithACreateWhatRefersToItIsBuriedAndReplayed(t *testing.T) {
	v, x, release := refusingOnceTold("client")
	r := start(t, v, 1)
	client, create := r.create(t, "client")
	uid, dependant := r.create(t, "ticket", client)
	last, second := r.create(t, "second", uid) // refers to what refers to it
	close(release)
	for _, id := range []uuid.UUID{dependant, second} {
		if l := r.letter(t, id); l.Class != job.Predecessor {
			t.Errorf("class %s, want PREDECESSOR", l.Class)
		}
	}
	_, _, err := r.TryAccept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "x", RefersTo: []uuid.UUID{client}})
	if fault.Of(err).Reason != "CREATE_REFUSED" {
		t.Errorf("accepted what refers to what was refused: %v", err)
	}
	_, err = r.jobs.Replay(t.Context(), "acme", r.letter(t, dependant).ID, somebody)
	if got := reason(t, err); got != "CREATE_REFUSED" {
		t.Errorf("a dependant by itself: %v", err)
	}
	x.allowed.Store(true)
	r.replay(t, r.letter(t, create), somebody)
	for _, u := range []uuid.UUID{client, uid, last} {
		r.settled(t, u)
	}
	fixture.Eventually(t, "all are made", func() bool { return len(v.made()) == 3 })
	if want := []string{"101=client", "102=ticket", "103=second"}; !slices.Equal(v.made(), want) {
		t.Errorf("made %v, want %v", v.made(), want)
	}
}

// More of them than are dealt with at once; and one that is left does not hold up the others.
func TestManyFollowersAreReplayedInPortions(t *testing.T) {
	v, x, release := refusingOnceTold("client")
	r := start(t, v, 1)
	client, create := r.create(t, "client")
	const many = 110
	for i := range many {
		r.create(t, fmt.Sprint("ticket ", i), client)
	}
	close(release)
	fixture.Eventually(t, "all are buried", func() bool {
		return r.rows(t, `select count(*) from dead_letter where class = 'PREDECESSOR'`) == many
	})
	x.allowed.Store(true)
	r.replay(t, r.letter(t, create), somebody)
	fixture.Eventually(t, "all are made", func() bool { return len(v.made()) == many+1 })
	fixture.Eventually(t, "no letter is left", func() bool {
		return r.rows(t, `select count(*) from dead_letter where resolution <> 'replayed' or followers <> ''`) == 0
	})
}

// A create that is refused once more takes back what it had not revived yet.
func TestWhatASecondRefusalLeavesIsReplayedWithTheThird(t *testing.T) {
	v, x, release := refusingOnceTold("client")
	r := start(t, v, 1)
	client, create := r.create(t, "client")
	uid, dependant := r.create(t, "ticket", client)
	close(release)
	l := r.letter(t, dependant)
	second := r.replay(t, r.letter(t, create), somebody).Replay
	r.letter(t, second)
	r.exec(t, `update dead_letter set resolved_at = null, resolution = '', predecessor = $2 where id = $1`, l.ID, create) // as if it had come too late
	r.exec(t, `update job set state = 5, folded = false where id = $1`, dependant)
	x.allowed.Store(true)
	r.replay(t, r.letter(t, second), somebody)
	fixture.Eventually(t, "both are made", func() bool { return len(v.made()) >= 2 })
	if got := r.settled(t, uid); got.GetSummary() != "ticket" {
		t.Errorf("ticket %v", got)
	}
}
