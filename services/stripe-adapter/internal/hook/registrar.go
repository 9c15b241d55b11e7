package hook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Registered is an endpoint of ours at Stripe, as it is kept.
type Registered struct {
	ID       string
	Secret   string // empty: nobody knows it any more
	MadeAt   time.Time
	RetireAt time.Time // zero: it is the one in use
}

// Registry keeps our endpoints: of one connection at a time one replica looks after them.
type Registry interface {
	Claim(ctx context.Context, connection string, lease time.Duration) (mine bool, err error)
	Done(ctx context.Context, connection string, next time.Duration) error
	List(ctx context.Context, connection string) ([]Registered, error)
	Use(ctx context.Context, connection, id, secret string, overlap time.Duration) error
	Forget(ctx context.Context, connection, id string) error
}

// Places are how endpoints are made at Stripe; *stripe.Client fits.
type Places interface {
	Endpoints(ctx context.Context) ([]stripe.Endpoint, error)
	CreateEndpoint(ctx context.Context, key, url, connection string) (stripe.Endpoint, error)
	UpdateEndpoint(ctx context.Context, key, id, url string) error
	DeleteEndpoint(ctx context.Context, id string) error
}

// Registrar keeps one connection's endpoint at Stripe as it should be: there, switched on, for our events in our version, at our
// address, with a secret that is not too old. Whatever is missing of that it makes; what it cannot, it says.
type Registrar struct {
	Connection string
	URL        string // ours, with its secret path
	Places     Places
	Registry   Registry
	Every      time.Duration // between two looks, each of which is a read
	Rotate     time.Duration // how old a secret may become; 0: any age
	Overlap    time.Duration // for how long both sign while one takes the other's place
	Log        *slog.Logger
	// Unit begins a unit of work, as the gate counts them; nil: none are counted.
	Unit func(context.Context) (unit context.Context, done func())

	secrets atomic.Pointer[[]string]
	mu      sync.Mutex
	loaded  time.Time
}

const (
	lease      = 5 * time.Minute
	soon       = time.Minute      // after a failure
	reload     = 15 * time.Second // for secrets that another replica has been told
	leastPause = 2 * time.Second  // between two loads, whoever asks
	least      = 100 * time.Millisecond
)

// Run looks after the endpoint until ctx ends.
func (r *Registrar) Run(ctx context.Context) error {
	tick := time.NewTicker(max(min(reload, r.Every), least))
	defer tick.Stop()
	for {
		if err := errors.Join(r.Look(ctx), r.load(ctx)); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "the webhook endpoint is not as it should be", "connection", r.Connection, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Secrets are those that webhooks may be signed with.
func (r *Registrar) Secrets() []string {
	if all := r.secrets.Load(); all != nil {
		return *all
	}
	return nil
}

// Again loads the secrets once more, unless that was done just now: another replica may have been told a new one. It says whether it
// did.
func (r *Registrar) Again(ctx context.Context) bool {
	r.mu.Lock()
	late := time.Since(r.loaded) >= leastPause
	r.mu.Unlock()
	return late && r.load(ctx) == nil
}

func (r *Registrar) load(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.loaded = time.Now()
	known, err := r.Registry.List(ctx, r.Connection)
	if err != nil {
		return err
	}
	var all []string
	for _, k := range known {
		if k.Secret != "" {
			all = append(all, k.Secret)
		}
	}
	r.secrets.Store(&all)
	return nil
}

// Look looks at the endpoint, if that is due, and makes it as it should be.
func (r *Registrar) Look(ctx context.Context) error {
	mine, err := r.Registry.Claim(ctx, r.Connection, lease)
	if err != nil || !mine {
		return err
	}
	unit, done := ctx, func() {}
	if r.Unit != nil {
		unit, done = r.Unit(ctx)
	}
	defer done()
	next, well := r.Every, int64(1)
	if err = r.keep(unit); err != nil {
		next, well = soon, 0
	}
	gauge().Record(ctx, well, metric.WithAttributes(attribute.String("connection", r.Connection)))
	return errors.Join(err, r.Registry.Done(context.WithoutCancel(ctx), r.Connection, next))
}

// gauge is what an alert can be made of.
func gauge() metric.Int64Gauge {
	g, _ := otel.Meter("github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/hook").Int64Gauge("breakwater.delivery.registered",
		metric.WithDescription("1: the vendor's webhook endpoint is as it should be, as it was last looked at."))
	return g
}

func (r *Registrar) keep(ctx context.Context) error {
	known, err := r.Registry.List(ctx, r.Connection)
	if err != nil {
		return err
	}
	there, err := r.Places.Endpoints(ctx)
	if err != nil {
		return fmt.Errorf("look at the endpoints: %w", err)
	}
	// What is left over is cleared away also while none can be made: it may be what takes the last place.
	return errors.Join(r.use(ctx, known, there), r.tidy(ctx, known, there), r.load(ctx))
}

// use sees that there is one to be used.
func (r *Registrar) use(ctx context.Context, known []Registered, there []stripe.Endpoint) error {
	is, at, why := r.current(known, there)
	switch {
	case why != "":
		r.Log.WarnContext(ctx, "a webhook endpoint is made", "connection", r.Connection, "reason", why)
		return r.make(ctx)
	case at.Enabled() && at.URL == r.URL && len(at.Missing()) == 0:
		return nil
	}
	r.Log.WarnContext(ctx, "the webhook endpoint is set right", "connection", r.Connection, "endpoint", is.ID, "status", at.Status,
		"elsewhere", at.URL != r.URL, "missing", len(at.Missing()))
	if err := r.Places.UpdateEndpoint(ctx, once(), is.ID, r.URL); err != nil {
		return fmt.Errorf("set an endpoint right: %w", err)
	}
	return nil
}

// current is the endpoint in use; why says that there is none that can be.
func (r *Registrar) current(known []Registered, there []stripe.Endpoint) (is Registered, at stripe.Endpoint, why string) {
	i := slices.IndexFunc(known, func(k Registered) bool { return k.RetireAt.IsZero() })
	if i < 0 {
		return is, at, "there was none"
	}
	is = known[i]
	j := slices.IndexFunc(there, func(e stripe.Endpoint) bool { return e.ID == is.ID })
	switch {
	case j < 0:
		return is, at, "it was deleted"
	case is.Secret == "":
		return is, at, "its secret cannot be read"
	case there[j].APIVersion != stripe.Version:
		return is, at, "it is of another version of the API"
	case r.Rotate > 0 && time.Since(is.MadeAt) > r.Rotate:
		return is, at, "its secret is old"
	}
	return is, there[j], ""
}

// make makes a new one. Its secret is told once: one that cannot be kept is of no use.
func (r *Registrar) make(ctx context.Context) error {
	made, err := r.Places.CreateEndpoint(ctx, once(), r.URL, r.Connection)
	if err != nil {
		return fmt.Errorf("make an endpoint: %w", err)
	}
	err = r.Registry.Use(context.WithoutCancel(ctx), r.Connection, made.ID, made.Secret, r.Overlap)
	if err != nil {
		return errors.Join(err, r.Places.DeleteEndpoint(ctx, made.ID)) // or a later look finds that nobody knows it
	}
	return r.load(ctx)
}

// tidy deletes those whose place another has taken long enough ago, and those of ours that nobody knows: whoever made them ended before
// their secret was kept. What is gone is forgotten.
func (r *Registrar) tidy(ctx context.Context, known []Registered, there []stripe.Endpoint) error {
	var errs []error
	for _, k := range known {
		gone := !slices.ContainsFunc(there, func(e stripe.Endpoint) bool { return e.ID == k.ID })
		retires := !k.RetireAt.IsZero() && k.RetireAt.Before(time.Now())
		if retires && !gone {
			errs = append(errs, r.remove(ctx, k.ID))
		}
		if retires || gone {
			errs = append(errs, r.Registry.Forget(ctx, r.Connection, k.ID))
		}
	}
	for _, e := range there {
		ours := e.Metadata[stripe.ConnectionKey] == r.Connection && e.URL == r.URL
		if ours && !slices.ContainsFunc(known, func(k Registered) bool { return k.ID == e.ID }) {
			errs = append(errs, r.remove(ctx, e.ID))
		}
	}
	return errors.Join(errs...)
}

func (r *Registrar) remove(ctx context.Context, id string) error {
	if err := r.Places.DeleteEndpoint(ctx, id); err != nil && fault.KindOf(err) != fault.NotFound {
		return fmt.Errorf("delete an endpoint: %w", err)
	}
	return nil
}

// once is a key for a request that is not repeated: what becomes of one that is lost, the next look sees.
func once() string { return "breakwater-endpoint-" + uuid.NewString() }
