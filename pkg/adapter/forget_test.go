package adapter

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
)

// What was over for longer than its retention is deleted; what is not over stays, however old.
func TestOnlyWhatIsOverIsForgotten(t *testing.T) {
	w := fixture.New(t)
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	s := &service{work: w.DB, jobs: jobs, log: slog.New(slog.DiscardHandler), settings: Settings{
		Retention: RetentionSettings{Jobs: 30 * day, Changes: 7 * day, Deliveries: 3 * day, Calls: 2 * day},
	}}
	count := func(sql string) (n int) {
		t.Helper()
		if err := w.DB.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	const (
		aJob    = `insert into job (id, format, connection, kind, uid, lane, class, operation, state, created_at, ended_at) values (gen_random_uuid(), 1, 'acme', 'ticket', gen_random_uuid(), '%s', 0, 'Update', %d, now() - interval '1 year', %s)`
		aLetter = `with j as (` + aJob + ` returning id) insert into dead_letter (id, connection, kind, job, class, resolved_at, resolution) select gen_random_uuid(), 'acme', 'ticket', id, 'REFUSED', %s, '' from j`
	)
	ago := func(days int) string { return fmt.Sprintf("now() - interval '%d days'", days) }
	rows := []struct{ name, insert, left string }{
		{"jobs", fmt.Sprintf(aJob, "done long ago", job.Done, ago(31)), `select count(*) from job where lane = 'done long ago'`},
		{"jobs that ended lately", fmt.Sprintf(aJob, "done", job.Done, ago(29)), `select 1 - count(*) from job where lane = 'done'`},
		{"jobs that have not ended", fmt.Sprintf(aJob, "waits", job.Queued, "null"), `select 1 - count(*) from job where lane = 'waits'`},
		{"jobs of a letter that is open", fmt.Sprintf(aLetter, "open", job.Dead, ago(300), "null"), `select 1 - count(*) from job j join dead_letter d on d.job = j.id where lane = 'open'`},
		{"jobs of a letter that was dealt with", fmt.Sprintf(aLetter, "resolved", job.Dead, ago(300), ago(31)), `select count(*) from job where lane = 'resolved'`},
		{
			"changes", `insert into change (connection, kind, uid, version, changed_at) values ('acme', 'ticket', gen_random_uuid(), 1, ` + ago(8) + `), ('acme', 'ticket', gen_random_uuid(), 2, ` + ago(6) + `)`,
			`select count(*) - 1 from change where not exists (select from change where version = 1)`,
		},
		{
			"deliveries", `insert into delivery (id, connection, dedupe_key, outcome, received_at) values (gen_random_uuid(), 'acme', 'old', 'fetch', ` + ago(4) + `), (gen_random_uuid(), 'acme', 'young', 'fetch', ` + ago(2) + `)`,
			`select count(*) - 1 from delivery where not exists (select from delivery where dedupe_key = 'old')`,
		},
		{
			"calls", `insert into call (id, connection, op, method, route, url, started_at, duration, request_bytes, response_bytes, request_header, response_header, request_body, response_body)
				select gen_random_uuid(), 'acme', op, 'GET', '/', '/', at, '1 s', 0, 0, '{}', '{}', '', '' from (values ('old', ` + ago(3) + `), ('young', ` + ago(1) + `)) c (op, at)`,
			`select count(*) - 1 from call where not exists (select from call where op = 'old')`,
		},
	}
	for _, r := range rows {
		if _, err := w.DB.Exec(t.Context(), r.insert); err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
	}
	if err := s.forgetOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if n := count(r.left); n != 0 {
			t.Errorf("%s: %d more or fewer than there should be", r.name, n)
		}
	}
	if n := count(`select count(*) from change_floor`); n != 1 {
		t.Errorf("%d floors: a reader who has missed a change would not know", n)
	}
}
