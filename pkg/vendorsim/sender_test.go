package vendorsim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// inbox is the other end of the webhooks, without a network: time in these tests is not real.
type inbox struct {
	mu     sync.Mutex
	bodies []string
	status int
	user   string
}

func (i *inbox) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.bodies = append(i.bodies, string(body))
	i.user, _, _ = r.BasicAuth()
	if i.status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: i.status, Body: io.NopCloser(strings.NewReader("thanks")), Request: r}, nil
}

func (i *inbox) got() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.bodies)
}

func TestSender(t *testing.T) {
	for name, row := range map[string]struct {
		plan   vendorsim.WebhookFaults
		status int
		want   []string
		stats  vendorsim.SenderStats
	}{
		"calm: each once, in order": {vendorsim.WebhookFaults{}, 200, []string{"a", "b", "c"}, vendorsim.SenderStats{Sent: 3}},
		"dropped":                   {vendorsim.WebhookFaults{Drop: 1}, 200, nil, vendorsim.SenderStats{Dropped: 3}},
		"doubled":                   {vendorsim.WebhookFaults{Duplicate: 1}, 200, []string{"a", "a", "b", "b", "c", "c"}, vendorsim.SenderStats{Sent: 3, Duplicated: 3}},
		"refused":                   {vendorsim.WebhookFaults{}, 503, []string{"a", "b", "c"}, vendorsim.SenderStats{Failed: 3}},
		"nobody there":              {vendorsim.WebhookFaults{}, 0, []string{"a", "b", "c"}, vendorsim.SenderStats{Failed: 3}},
		"late":                      {vendorsim.WebhookFaults{DelayMS: 60_000}, 200, []string{"a", "b", "c"}, vendorsim.SenderStats{Sent: 3}},
		"held back, and sent all the same when none follows": {vendorsim.WebhookFaults{Reorder: 1}, 200, []string{"a", "b", "c"}, vendorsim.SenderStats{Sent: 3, Reordered: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				box := &inbox{status: row.status}
				sender, _ := start(t, box, row.plan)
				begin := time.Now()
				for _, body := range []string{"a", "b", "c"} {
					sender.Enqueue(vendorsim.Delivery{ID: body, URL: "http://hook.example/", User: "u", Password: "p", Body: []byte(body)})
				}
				for sender.Stats().Waiting > 0 {
					time.Sleep(100 * time.Millisecond) // fake time
				}
				if got := box.got(); !slices.Equal(got, row.want) || sender.Stats() != row.stats {
					t.Errorf("%v %+v, want %v %+v", got, sender.Stats(), row.want, row.stats)
				}
				if took := time.Since(begin); took < time.Duration(row.plan.DelayMS)*time.Millisecond {
					t.Errorf("after %v already", took)
				}
			})
		})
	}
}

// Who waits until nothing waits any more finds what follows from each delivery done, such as that it will be sent again.
func TestWhatFollowsFromADeliveryIsDoneBeforeItCountsAsMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan int, 1)
		var sender *vendorsim.Sender
		sender = vendorsim.NewSender(vendorsim.SenderConfig{
			Faults: vendorsim.NewFaults(vendorsim.FaultsConfig{}), Client: &http.Client{Transport: &inbox{status: 500}},
			After: func(vendorsim.Delivered) { told <- sender.Stats().Waiting },
		})
		go sender.Run(t.Context()) //nolint:errcheck // it ends with the test
		sender.Enqueue(vendorsim.Delivery{URL: "http://hook.example/"})
		if got := <-told; got != 1 {
			t.Errorf("%d wait, want 1", got)
		}
	})
}

func TestAHeldDeliveryIsOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := &inbox{status: 200}
		sender, faults := start(t, box, vendorsim.WebhookFaults{Reorder: 1})
		sender.Enqueue(vendorsim.Delivery{URL: "http://hook.example/", Body: []byte("first")})
		synctest.Wait()
		_ = faults.Set(vendorsim.Plan{})
		sender.Enqueue(vendorsim.Delivery{URL: "http://hook.example/", Body: []byte("second")})
		synctest.Wait()
		if got := box.got(); !slices.Equal(got, []string{"second", "first"}) {
			t.Errorf("%v", got)
		}
	})
}

func TestAFullQueueLosesAndCounts(t *testing.T) {
	sender := vendorsim.NewSender(vendorsim.SenderConfig{Faults: vendorsim.NewFaults(vendorsim.FaultsConfig{}), Queue: 1})
	if first, second := sender.Enqueue(vendorsim.Delivery{}), sender.Enqueue(vendorsim.Delivery{}); !first || second {
		t.Errorf("%v then %v", first, second)
	}
	if got := sender.Stats(); got.Waiting != 1 || got.Overflowed != 1 {
		t.Errorf("%+v", got)
	}
}

func TestDeliveriesAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box := &inbox{status: 200}
		sender, _ := start(t, box, vendorsim.WebhookFaults{})
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			sender.Enqueue(vendorsim.Delivery{ID: id, URL: "http://hook.example/", User: "u", Password: "p"})
		}
		synctest.Wait()
		log := sender.Deliveries()
		if len(log) > 4 || log[len(log)-1].ID != "e" || log[len(log)-1].Response != "thanks" || box.user != "u" {
			t.Errorf("%+v", log)
		}
	})
}

func TestEachAttemptIsPreparedAfresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		box, faults, times := &inbox{status: 200}, vendorsim.NewFaults(vendorsim.FaultsConfig{}), 0
		_ = faults.Set(vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Duplicate: 1}})
		sender := vendorsim.NewSender(vendorsim.SenderConfig{
			Faults: faults, Client: &http.Client{Transport: box},
			Prepare: func(r *http.Request, d vendorsim.Delivery) { times++; r.SetBasicAuth(d.ID, "") },
		})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- sender.Run(ctx) }()
		sender.Enqueue(vendorsim.Delivery{ID: "a", URL: "http://hook.example/"})
		synctest.Wait()
		stop()
		<-ended
		if times != 2 || box.user != "a" {
			t.Errorf("prepared %d times, for %q", times, box.user)
		}
	})
}

// start runs a sender until the test ends.
func start(t *testing.T, box *inbox, plan vendorsim.WebhookFaults) (*vendorsim.Sender, *vendorsim.Faults) {
	t.Helper()
	faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
	if err := faults.Set(vendorsim.Plan{Webhooks: plan}); err != nil {
		t.Fatal(err)
	}
	sender := vendorsim.NewSender(vendorsim.SenderConfig{Faults: faults, Client: &http.Client{Transport: box}, Log: 2})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- sender.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	return sender, faults
}
