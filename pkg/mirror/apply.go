package mirror

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Result is what became of one observation.
type Result struct {
	Ref
	UID     uuid.UUID
	Outcome Outcome
	// Doubled: the observation carried the mark of a job whose entity has another vendor id already (a clone, a
	// double). It became an entity of its own; somebody should look.
	Doubled bool
	// Shown: what readers see has changed.
	Shown bool
}

// Apply is the one way in for everything that is learned about a vendor. Rows are locked kind by kind, in the order
// of registration, and by vendor id within a kind. The results are in the order of obs.
//
// It queues the fetches that the rules ask for, with the looks that the caller asks for besides, and writes a change for whatever
// became visible, all in tx.
func (s *Store) Apply(ctx context.Context, tx pgx.Tx, connection string, obs []Observation, besides ...Look) ([]Result, error) {
	results, left, err := s.apply(ctx, tx, connection, obs)
	if err != nil {
		return nil, err
	}
	left.looks = append(left.looks, besides...)
	return results, left.flush(ctx, tx, connection)
}

// Fetched applies what a fetch of ref saw. The next looks at what keeps changing are spaced further and further apart. Again is when
// it needs another look beyond those that the rules ask for; zero: it does not.
func (s *Store) Fetched(ctx context.Context, tx pgx.Tx, connection string, ref Ref, seen []Observation, again func([]Result) time.Time) error {
	results, left, err := s.apply(ctx, tx, connection, seen)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(results, Result.found) {
		left.looks = append(left.looks, Look{Ref: ref, paces: true})
	}
	if at := again(results); !at.IsZero() {
		left.looks = append(left.looks, LookAt(ref, at))
	}
	return left.flush(ctx, tx, connection)
}

// apply leaves what is to be done to jobs.
func (s *Store) apply(ctx context.Context, tx pgx.Tx, connection string, obs []Observation) ([]Result, *jobs, error) {
	for _, o := range obs {
		if s.byName[o.Kind] == nil || o.VendorID == "" {
			return nil, nil, fmt.Errorf("apply an observation of kind %q, id %q: no such kind, or no id", o.Kind, o.VendorID)
		}
	}
	results := make([]Result, len(obs))
	left := &jobs{wait: s.patience(connection)}
	for _, t := range s.tables {
		a := &applying{store: s, table: t, tx: tx, connection: connection, obs: obs, results: results, jobs: left}
		if err := a.run(ctx, of(t.Name, obs)); err != nil {
			return nil, nil, fmt.Errorf("apply %s observations: %w", t.Name, err)
		}
	}
	for _, r := range results {
		if r.Doubled && s.Doubled != nil {
			s.Doubled(ctx, connection, r.Ref)
		}
	}
	return results, left, nil
}

// of lists the observations of one kind, by vendor id; those of one entity stay in their order.
func of(kind string, obs []Observation) []int {
	var mine []int
	for i := range obs {
		if obs[i].Kind == kind {
			mine = append(mine, i)
		}
	}
	slices.SortStableFunc(mine, func(x, y int) int { return cmp.Compare(obs[x].VendorID, obs[y].VendorID) })
	return mine
}

// applying is one kind's share of an Apply.
type applying struct {
	store      *Store
	table      *Table
	tx         pgx.Tx
	connection string
	obs        []Observation
	results    []Result
	jobs       *jobs

	now      Moment
	entities map[string]*Entity   // by vendor id
	aliases  map[string]uuid.UUID // by vendor ids that no row has: where they lead
	adopted  map[*Entity]bool     // found by a mark, and to be written with their vendor id
	parents  map[string]uuid.UUID
	hidden   map[string]bool // parents that were looked for twice and not found
	crowd    *bool           // too many absences are suspected; nil: not counted yet
}

// attempts bounds how often an insert that another transaction won is judged anew against the winner's row.
const attempts = 3

func (a *applying) run(ctx context.Context, mine []int) error {
	for range attempts {
		left, err := a.withoutUnchanged(ctx, mine)
		if err != nil || len(left) == 0 {
			return err
		}
		if mine, err = a.judgeAll(ctx, left); err != nil || len(mine) == 0 {
			return err
		}
	}
	return fmt.Errorf("another transaction kept inserting the same ids")
}

// withoutUnchanged leaves out the rows of a listing that tell nothing new, without locking them: a sweep compares
// what is unchanged, and writes nothing.
func (a *applying) withoutUnchanged(ctx context.Context, mine []int) ([]int, error) {
	if !slices.ContainsFunc(mine, func(i int) bool { return a.obs[i].Source == Sweep }) {
		return mine, nil
	}
	found, err := a.table.query(ctx, a.tx, a.table.sql.peek, a.connection, a.ids(mine))
	if err != nil {
		return nil, err
	}
	known := byVendorID(found)
	return slices.DeleteFunc(slices.Clone(mine), func(i int) bool {
		e, o := known[a.obs[i].VendorID], a.obs[i]
		if e == nil || !a.table.ignores(e, o) {
			return false
		}
		a.results[i] = Result{Ref: o.Ref, UID: e.UID, Outcome: Unchanged}
		return true
	}), nil
}

// judgeAll judges and saves; what it returns lost a race for an insert and must be judged again.
func (a *applying) judgeAll(ctx context.Context, mine []int) ([]int, error) {
	if err := a.load(ctx, mine); err != nil {
		return nil, err
	}
	s := &saving{applying: a, drafts: map[*Entity]*draft{}, known: a.store.Writing(a.table.Name, a.connection)}
	for _, i := range mine {
		if err := s.judge(ctx, i); err != nil {
			return nil, err
		}
	}
	return s.save(ctx)
}
