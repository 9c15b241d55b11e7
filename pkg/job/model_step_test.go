package job_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

func (m *model) actions() map[string]func(*rapid.T) {
	actions := map[string]func(*rapid.T){
		"create":      m.create,
		"write":       m.write,
		"claim":       func(*rapid.T) { m.claim(4) },
		"wake twice":  func(*rapid.T) { m.claim(1); m.claim(1) },
		"apply":       m.apply,
		"answer":      m.answer,
		"lose":        m.lose,
		"refuse":      m.refuse,
		"not sent":    m.notSent,
		"lease over":  m.expire,
		"crash":       m.crash,
		"time":        func(*rapid.T) { m.time() },
		"scan":        func(*rapid.T) { m.must(m.jobs.Scan(m.ctx)) },
		"edit":        m.edit,
		"sight":       m.sight,
		"replay":      m.replay,
		"replay many": func(*rapid.T) { m.batch(job.Replayed) },
		"discard":     m.discard,
		"looks fail":  func(rt *rapid.T) { m.setLooks(rapid.Bool().Draw(rt, "fail")) },
		"":            func(*rapid.T) { m.check() },
	}
	actions["claimed again"] = func(rt *rapid.T) { m.expire(rt); actions["scan"](rt); m.claim(4) }
	actions["apply, and claimed again"] = func(rt *rapid.T) { m.apply(rt); actions["claimed again"](rt) }
	actions["unknown, and replayed"] = func(rt *rapid.T) { m.lose(rt); m.time(); m.claim(4); m.replayUnknown() }
	for _, often := range []string{"write", "claim", "refuse", "lose", "replay", "create", "time"} {
		actions[often+" again"] = actions[often]
	}
	actions["write once more"], actions["claim once more"] = m.write, actions["claim"]
	return actions
}

// entities are the tickets in our mirror, in the order in which they were made.
func (m *model) entities() []uuid.UUID {
	rows, err := m.DB.Query(m.ctx, `select uid from ticket where version > 0 and not (vendor_id is null and deleted_at is not null) order by created_at, uid`)
	m.must(err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	m.must(err)
	return found
}

func (m *model) create(rt *rapid.T) {
	x := fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: fmt.Sprint("new ", rapid.IntRange(0, 9).Draw(rt, "s"))}
	if all := m.entities(); len(all) > 0 && rapid.Bool().Draw(rt, "refers") {
		x.RefersTo = []uuid.UUID{rapid.SampledFrom(all).Draw(rt, "to")}
	} else if len(all) > 5 {
		return
	}
	m.accept(rt, x)
}

func (m *model) write(rt *rapid.T) {
	all := m.entities()
	if len(all) == 0 {
		return
	}
	x := fixture.Write{
		Operation: rapid.SampledFrom([]string{"Update", "Update", "Charge"}).Draw(rt, "operation"), Guarded: rapid.IntRange(0, 3).Draw(rt, "guarded") == 0,
		Target: mirror.Target{UID: rapid.SampledFrom(all).Draw(rt, "target")}, Summary: fmt.Sprint("v", rapid.IntRange(0, 99).Draw(rt, "s")),
	}
	if rapid.IntRange(0, 3).Draw(rt, "refers") == 0 {
		x.RefersTo = []uuid.UUID{rapid.SampledFrom(all).Draw(rt, "to")}
	}
	if slices.Contains(x.RefersTo, x.Target.UID) {
		x.RefersTo = nil
	}
	m.accept(rt, x)
}

// accept takes a write; one to what was never created, or is deleted, is refused.
func (m *model) accept(rt *rapid.T, x fixture.Write) {
	m.room = rapid.Bool().Draw(rt, "room")
	_, _, err := m.TryAccept(m.t, m.jobs, x)
	m.room = false
	if f := fault.Of(err); err != nil && f.Kind != fault.NotFound {
		m.rt.Fatalf("accept %+v: %v", x, err)
	}
}

// claim starts what may run and brings each attempt to the vendor's door, or to its end.
func (m *model) claim(n int) {
	got, err := m.jobs.Claim(m.ctx, "acme", n, n+2, claims)
	m.must(err)
	m.start(got.Jobs)
}

var claims = job.Claims{Attempt: time.Hour, Lease: 2 * time.Hour} //nolint:gochecknoglobals // a constant

// host is a worker with room for what is being accepted, or with none.
func (m *model) host(most int) (int, job.Claims, func([]*job.Job)) {
	if !m.room {
		most = 0
	}
	return most, claims, m.start
}

func (m *model) start(all []*job.Job) {
	for _, j := range all {
		f := &flight{job: j, orders: make(chan order), atDoor: make(chan struct{}), landed: make(chan struct{})}
		ctx := context.WithValue(m.ctx, flightKey{}, f)
		go func() { defer close(f.landed); m.worker.RunForTest(ctx, j) }()
		select {
		case <-f.atDoor:
			m.flights = append(m.flights, f)
		case <-f.landed:
		case <-time.After(20 * time.Second):
			m.rt.Fatalf("job %s neither asks the vendor nor ends", j.ID)
		}
	}
}

// pick is one of the attempts at the door that fits.
func (m *model) pick(rt *rapid.T, fits func(*flight) bool) *flight {
	all := slices.DeleteFunc(slices.Clone(m.flights), func(f *flight) bool { return !fits(f) })
	if len(all) == 0 {
		return nil
	}
	return rapid.SampledFrom(all).Draw(rt, "attempt")
}

func (m *model) order(f *flight, o order) {
	o.done = make(chan struct{})
	f.orders <- o
	<-o.done
	f.applied = f.applied || o.apply
	if o.ends {
		<-f.landed
		m.flights = slices.DeleteFunc(m.flights, func(x *flight) bool { return x == f })
	}
}

func fresh(f *flight) bool   { return !f.applied && !f.expired }
func applied(f *flight) bool { return f.applied }
func unsent(f *flight) bool  { return !f.applied }
func any1(*flight) bool      { return true }

func (m *model) apply(rt *rapid.T) {
	if f := m.pick(rt, fresh); f != nil {
		m.order(f, order{apply: true})
	}
}

// answer brings the vendor's acceptance, perhaps long after the lease is over.
func (m *model) answer(rt *rapid.T) {
	if f := m.pick(rt, func(f *flight) bool { return fresh(f) || applied(f) }); f != nil {
		m.order(f, order{apply: !f.applied, ends: true})
		m.taken(f)
	}
}

// taken: what the vendor has accepted is never called anything else, whoever had the lease and whatever was done meanwhile.
func (m *model) taken(f *flight) {
	var state job.State
	m.must(m.DB.QueryRow(m.ctx, `select state from job where id = $1`, f.job.ID).Scan(&state))
	if state != job.Settled && state != job.Done {
		m.rt.Fatalf("the vendor took job %s, and its state is %d\n%s", f.job.ID, state, m.dump())
	}
}

func (m *model) lose(rt *rapid.T) {
	if f := m.pick(rt, any1); f != nil {
		m.order(f, order{ends: true, err: lost(nil)})
	}
}

func (m *model) refuse(rt *rapid.T) {
	if f := m.pick(rt, unsent); f != nil {
		m.order(f, order{ends: true, err: refuse(nil)})
	}
}

func (m *model) notSent(rt *rapid.T) {
	if f := m.pick(rt, unsent); f != nil {
		m.order(f, order{ends: true, err: &fault.Error{Kind: fault.Unavailable, Reason: "CONNECT"}})
	}
}

// expire lets a lease run out while its worker lives.
func (m *model) expire(rt *rapid.T) {
	if f := m.pick(rt, func(f *flight) bool { return !f.expired }); f != nil {
		m.over(f)
	}
}

func (m *model) over(f *flight) {
	f.expired = true
	m.exec(`update job set lease_until = clock_timestamp() - interval '1 s', deadline = clock_timestamp() - interval '1 s'
		where id = $1 and lease = $2 and state = 2`, f.job.ID, f.job.Opened.Seq)
}

// crash is a worker that dies: its lease runs out, and it never reports.
func (m *model) crash(rt *rapid.T) {
	f := m.pick(rt, any1)
	if f == nil {
		return
	}
	m.over(f)
	m.flights, m.crashed = slices.DeleteFunc(m.flights, func(x *flight) bool { return x == f }), append(m.crashed, f)
}

// time passes for all that waits: also until nobody sends any more whose job another has dealt with, because its lane waits for that.
func (m *model) time() {
	for _, f := range m.flights {
		if !m.holds(f) {
			f.expired = true
		}
	}
	m.exec(`update job set runnable_at = least(runnable_at, clock_timestamp()), unsure_at = unsure_at - interval '1 h', absent_at = absent_at - interval '1 h'
		where state in (0, 1)`)
}

// holds says whether f's attempt has its job still to itself.
func (m *model) holds(f *flight) (holds bool) {
	m.must(m.DB.QueryRow(m.ctx, `select exists (select from job where id = $1 and state = 2 and lease = $2)`, f.job.ID, f.job.Opened.Seq).Scan(&holds))
	return holds
}

// overtaken is a job whose attempt may still be sent, although another of its lane may already run.
const overtaken = `select j.id::text from job j where j.id = $1 and exists (select from job o where o.lane = j.lane and o.class = 0 and o.id <> j.id
	and (o.state = 2 or o.state = 1 and o.runnable_at < clock_timestamp() + interval '1 min'))`

// edit is somebody else's change at the vendor, seen by us.
func (m *model) edit(rt *rapid.T) {
	if id := m.ticket(rt); id != "" {
		m.vendor.mu.Lock()
		m.vendor.tickets[id] = fmt.Sprint("theirs ", rapid.IntRange(0, 9).Draw(rt, "s"))
		m.vendor.mu.Unlock()
		m.learn(id)
	}
}

// sight is a look at what the vendor has, perhaps before we have its answer.
func (m *model) sight(rt *rapid.T) {
	if id := m.ticket(rt); id != "" {
		m.learn(id)
	}
}

func (m *model) ticket(rt *rapid.T) string {
	m.vendor.mu.Lock()
	defer m.vendor.mu.Unlock()
	if m.vendor.next == 0 {
		return ""
	}
	return fmt.Sprint(rapid.IntRange(1, m.vendor.next).Draw(rt, "ticket"))
}

func (m *model) setLooks(fail bool) {
	m.vendor.mu.Lock()
	defer m.vendor.mu.Unlock()
	m.mayFail = fail
}

func (m *model) letters() []job.Letter {
	all, err := m.jobs.Letters(m.ctx, m.DB, []string{"acme"}, job.LetterFilter{}, 0, 1000)
	m.must(err)
	slices.Reverse(all)
	return all
}

// replay presses twice, on a letter in any state. A person says "not applied" only of what is not.
func (m *model) replay(rt *rapid.T) {
	all := m.letters()
	if len(all) == 0 {
		return
	}
	l := rapid.SampledFrom(all).Draw(rt, "letter")
	d := job.Decision{Caller: "ann", Overwrite: rapid.Bool().Draw(rt, "overwrite")}
	if l.Class == job.OutcomeUnknown && l.Operation == "Charge" {
		d.NotApplied = !m.vendor.has(l.Job) && !m.underWay(l.Job)
	}
	for range 2 {
		if _, err := m.jobs.Replay(m.ctx, "acme", l.ID, d); err != nil && fault.KindOf(err) != fault.Precondition {
			m.rt.Fatalf("replay %+v: %v", l, err)
		}
	}
}

// replayUnknown replays all that nobody could tell of: each goes on at the end of its lane.
func (m *model) replayUnknown() {
	for _, l := range m.letters() {
		if l.Class != job.OutcomeUnknown || l.Resolution != job.Open {
			continue
		}
		if _, err := m.jobs.Replay(m.ctx, "acme", l.ID, job.Decision{Caller: "ann", Overwrite: true}); err != nil && fault.KindOf(err) != fault.Precondition {
			m.rt.Fatalf("replay %+v: %v", l, err)
		}
	}
}

// underWay says whether an attempt at the job may still reach the vendor.
func (m *model) underWay(id uuid.UUID) bool {
	return slices.ContainsFunc(m.flights, func(f *flight) bool { return f.job.ID == id && !f.expired })
}

func (m *model) discard(rt *rapid.T) {
	all := m.letters()
	if len(all) == 0 {
		return
	}
	l := rapid.SampledFrom(all).Draw(rt, "letter")
	if _, err := m.jobs.Discard(m.ctx, "acme", l.ID, job.Decision{Caller: "ann", Reason: "no"}); err != nil && fault.KindOf(err) != fault.Precondition {
		m.rt.Fatalf("discard %+v: %v", l, err)
	}
}

func (m *model) batch(r job.Resolution) {
	_, err := m.jobs.Begin(m.ctx, job.Batch{Connection: "acme", Action: r, Filter: job.LetterFilter{Kinds: []string{"ticket"}}, Caller: "ann", Rate: 1000})
	m.must(err)
	for range 3 {
		_, err := m.jobs.ResumeBatch(m.ctx)
		m.must(err)
	}
}

// rules hold after every step; each finds nothing.
var rules = map[string]string{ //nolint:gochecknoglobals // a constant table
	"two of a lane under way": `select lane from job where class = 0 and state in (1, 2) group by lane having count(*) > 1`,
	"one overtakes another of its lane": `select id::text from job j where class = 0 and state in (1, 2)
		and exists (select from job o where o.lane = j.lane and o.state < 3 and o.seq < j.seq)`,
	"one runs that waits for a create": `select id::text from job where state in (1, 2) and blocked > 0`,
	"a dead job without a dead letter": `select id::text from job j where state = 5 and not exists (select from dead_letter d where d.job = j.id)`,
	"two open letters of one job":      `select job::text from dead_letter where resolved_at is null and job is not null group by job having count(*) > 1`,
	"an open letter of a job not dead": `select d.id::text from dead_letter d join job j on j.id = d.job where d.resolved_at is null and j.state <> 5`,
	"a refusal without an open letter": `select t.uid::text from ticket t where refusal is not null and not exists (select from dead_letter d where d.resolved_at is null and refusal->>'job' like '%' || d.job::text)`,
	"an open letter of a create that has come about": `select d.id::text from dead_letter d join job j on j.id = d.job join ticket t on t.uid = j.uid
		where d.resolved_at is null and j.effect = 1 and t.vendor_id is not null`,
	"a letter replayed into nothing":      `select d.id::text from dead_letter d where resolution = 'replayed' and not exists (select from job j where j.id = d.replay)`,
	"two live jobs of one replayed write": `select replay_of::text from job where replay_of is not null group by replay_of having count(*) > 1`,
	"a pending write of a job that ended": `select id::text from job where folded and state in (4, 5)`,
}

func (m *model) check() {
	parts := make([]string, 0, len(rules))
	for what, sql := range rules {
		parts = append(parts, fmt.Sprintf("select '%s: ' || x from (%s) y (x)", what, sql))
	}
	rows, err := m.DB.Query(m.ctx, strings.Join(parts, " union all "))
	m.must(err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	m.must(err)
	if len(found) > 0 {
		m.rt.Fatalf("%s\n%s", strings.Join(found, "\n"), m.dump())
	}
	for _, f := range m.flights {
		if f.expired || m.holds(f) {
			continue
		}
		var id string
		if err := m.DB.QueryRow(m.ctx, overtaken, f.job.ID).Scan(&id); !errors.Is(err, pgx.ErrNoRows) {
			m.rt.Fatalf("job %s may still be sent, and its lane goes on: %v\n%s", id, err, m.dump())
		}
	}
	m.vendor.mu.Lock()
	defer m.vendor.mu.Unlock()
	if len(m.vendor.wrong) > 0 {
		m.rt.Fatalf("at the vendor: %s", strings.Join(m.vendor.wrong, "; "))
	}
}

func (m *model) dump() string {
	rows, err := m.DB.Query(m.ctx, `select format('%s %s %s seq %s state %s blocked %s %s folded %s replay_of %s', left(j.id::text, 13), j.operation, left(j.lane, 15), seq, state,
		blocked, reason, folded, replay_of) from job j where class = 0 order by lane, seq`)
	m.must(err)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	m.must(err)
	return strings.Join(found, "\n")
}

// end lets everything come to rest, with nothing going wrong any more, and compares.
func (m *model) end() {
	m.setLooks(false)
	for range 200 {
		for len(m.flights) > 0 {
			f := m.flights[0]
			switch {
			case f.applied || !f.expired:
				m.order(f, order{apply: !f.applied, ends: true})
				m.taken(f)
			default:
				m.order(f, order{ends: true, err: lost(nil)})
			}
			m.check()
		}
		m.time()
		m.exec(`update job set runnable_at = clock_timestamp() where class = 1`)
		m.must(m.jobs.Scan(m.ctx))
		_, err := m.jobs.ResumeBatch(m.ctx)
		m.must(err)
		m.claim(8)
		var left int
		m.must(m.DB.QueryRow(m.ctx, `select count(*) from job where state < 4`).Scan(&left))
		if left == 0 && len(m.flights) == 0 {
			m.compare()
			return
		}
	}
	m.rt.Fatalf("it does not come to rest:\n%s", m.dump())
}

// compare holds what our tables say against the vendor's ledger.
func (m *model) compare() {
	m.check()
	rows, err := m.DB.Query(m.ctx, `select id, state, reason, unsure_at is not null from job where class = 0`)
	m.must(err)
	type outcome struct {
		ID     uuid.UUID
		State  job.State
		Reason job.Class
		Unsure bool // it is told that an attempt may have been applied
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[outcome])
	m.must(err)
	for _, o := range all {
		made := m.vendor.has(o.ID)
		switch {
		case o.State == job.Done && !made:
			m.rt.Fatalf("job %s is called done, and the vendor never had it\n%s", o.ID, m.dump())
		case o.State == job.Dead && made && !o.Unsure:
			m.rt.Fatalf("job %s is called %s, and the vendor has it\n%s", o.ID, o.Reason, m.dump())
		}
	}
	m.same()
}

// same compares each ticket of the vendor with ours, once it was looked at.
func (m *model) same() {
	for id, want := range m.vendor.tickets {
		m.learn(id)
		row, err := m.Mirror.Get(m.ctx, m.DB, "ticket", "acme", mirror.Target{VendorID: id})
		m.must(err)
		var got string
		m.must(m.DB.QueryRow(m.ctx, `select summary from ticket where connection = 'acme' and vendor_id = $1`, id).Scan(&got))
		if got != want {
			m.rt.Fatalf("ticket %s shows %q, the vendor has %q (%d bytes)\n%s", id, got, want, len(row.Effective), m.dump())
		}
	}
	var n int
	m.must(m.DB.QueryRow(m.ctx, `select count(*) from ticket where vendor_id is not null`).Scan(&n))
	if n != len(m.vendor.tickets) {
		m.rt.Fatalf("%d tickets, the vendor has %d\n%s", n, len(m.vendor.tickets), m.dump())
	}
}
