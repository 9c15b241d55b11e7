package main

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// carried are the versions of each ticket that stand in the stream of changes, by name, in its order.
func (k kit) carried() map[string][]int64 {
	k.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	nc, err := nats.Connect(k.NATS.URL())
	adaptertest.Asked(k, 0, err)
	defer nc.Close()
	js, err := jetstream.New(nc)
	adaptertest.Asked(k, 0, err)
	s, err := js.Stream(ctx, "HALO_CHANGES")
	if err != nil {
		return nil
	}
	info, err := s.Info(ctx)
	adaptertest.Asked(k, 0, err)
	all := map[string][]int64{}
	for n := info.State.FirstSeq; n > 0 && n <= info.State.LastSeq; n++ {
		m, err := s.GetMsg(ctx, n)
		adaptertest.Asked(k, 0, err)
		var c typev1.Change
		adaptertest.Asked(k, 0, proto.Unmarshal(m.Data, &c))
		if c.GetKind() == "ticket" {
			all[c.GetName()] = append(all[c.GetName()], c.GetVersion())
		}
	}
	return all
}

// lacksChange says what of a ticket is not in the stream yet.
func (k kit) lacksChange(t *psav1.Ticket) string {
	k.Helper()
	versions := k.carried()[t.GetName()]
	for _, v := range versions {
		if v == t.GetMirror().GetVersion() {
			return ""
		}
	}
	return "version " + strconv.FormatInt(t.GetMirror().GetVersion(), 10) + " is not in the stream"
}

func TestWhatOneReplicaAcceptsIsToldByAllAndCarriedWhoeverIsGone(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 3})
	k := prepare(t, nil, v)
	first, second := k.start("a", ""), k.start("b", adaptertest.Address(t))
	acme := first.of(v)
	acme.Filled()
	watched := acme.through(second).watch(t)
	name := acme.called(10001)

	began := time.Now()
	changed := acme.summarize(name, "by the first")
	adaptertest.Until(t, "the other tells of it", func() string { return watched.lacks(name, "by the first") })
	t.Logf("told by the other replica after %v", time.Since(began))
	adaptertest.Until(t, "it is carried", func() string { return k.lacksChange(changed) })

	first.Stop()
	acme = acme.through(second)
	changed = acme.summarize(name, "by the second")
	adaptertest.Until(t, "the other carries on", func() string { return k.lacksChange(changed) })
	adaptertest.Asked(k, 0, k.NATS.WipeStore())
	changed = acme.summarize(name, "after the store was lost")
	adaptertest.Until(t, "the stream is written again", func() string { return k.lacksChange(changed) })
	versions := k.carried()[name]
	for i := 1; i < len(versions); i++ {
		if versions[i] <= versions[i-1] {
			t.Errorf("version %d stands behind %d", versions[i], versions[i-1])
		}
	}
	if len(versions) == 0 || versions[0] != 1 {
		t.Errorf("the stream begins with %v", versions)
	}
	adaptertest.Until(t, "the watch goes on", func() string { return watched.lacks(name, "after the store was lost") })
}
