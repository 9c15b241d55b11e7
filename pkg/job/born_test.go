package job_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// What a create made may be seen, with its mark, while its attempt is under way: however that ends, the create has come about.
func TestACreateThatWasSeenMeanwhileIsNotBuried(t *testing.T) {
	for name, ends := range map[string]func(*job.Job) error{"refused": refuse, "without an answer": lost} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			v.refuse = 1 << 30 // no probe can tell
			r := start(t, v, 1)
			v.after = func(j *job.Job) error {
				v.mu.Lock()
				o := v.seen("101")
				v.mu.Unlock()
				err := pg.InTx(t.Context(), r.DB, func(tx pgx.Tx) (err error) {
					if o.Opened, err = mirror.Now(t.Context(), tx); err != nil {
						return err
					}
					o.Source = mirror.Fetch
					_, err = r.Mirror.Apply(t.Context(), tx, "acme", []mirror.Observation{o})
					return err
				})
				if err != nil {
					t.Error(err)
				}
				return ends(j)
			}
			uid, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
			got := r.settled(t, uid)
			if got.GetName() != "connections/acme/tickets/101" || got.GetMirror().GetRefusal() != nil || r.class(t, id) != "" {
				t.Errorf("ticket %v, buried as %q", got, r.class(t, id))
			}
			if n := len(v.made()); n != 1 {
				t.Errorf("it was made %d times", n)
			}
			fixture.Eventually(t, "the job is done", func() bool { return r.state(t, id) == job.Done })
		})
	}
}
