package job

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
)

// An outcome may decide for itself who sees a note, and who did the work [unsure]: who asked for something else has to be told, and the
// note is written once.
func TestANoteThatHaloMadeOtherwiseIsToldOfAndWrittenOnce(t *testing.T) {
	for name, row := range map[string]struct {
		sent, taken string
		note        *psav1.Note
		time        bool
	}{
		"private, and shown to everybody": {`"hiddenfromuser":true`, `"hiddenfromuser":false`, &psav1.Note{Text: "x", Private: true}, false},
		"work of somebody else": {
			`"who_agentid":4`, `"who_agentid":5`, &psav1.Note{Text: "x", Work: &psav1.Note_Work{TimeSpent: durationpb.New(time.Hour), Agent: "4"}}, true,
		},
		"work without its time": {
			`"timetaken":1`, `"timetaken":0`, &psav1.Note{Text: "x", Work: &psav1.Note_Work{TimeSpent: durationpb.New(time.Hour)}}, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := behind(t, nil, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if r.Method == http.MethodPost && r.URL.Path == "/api/Actions" {
						b, _ := io.ReadAll(r.Body)
						b = bytes.ReplaceAll(b, []byte(row.sent), []byte(row.taken))
						r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
					}
					h.ServeHTTP(w, r)
				})
			})
			acme := x.ts["acme"]
			acme.TimeOutcome = 7
			x.ts["acme"] = acme
			op, paths := addNote(x.ts, Config{VisibleMark: true}), []string{"text", "private"}
			if row.time {
				op, paths = addTimeEntry(x.ts, Config{VisibleMark: true}), []string{"text", "work"}
			}
			j := on(0, paths...)
			j.ParentID = "10001"
			before, _ := x.sim.Truth(10001)
			j = job.Rehearsed(*j, op.Steps, nil)
			for _, attempted := range []string{"at first", "replayed"} {
				if got := attempt(x, op, j, row.note); got != "NOT_AS_ASKED" {
					t.Errorf("%s: %q", attempted, got)
				}
			}
			if after, _ := x.sim.Truth(10001); len(after.Actions) != len(before.Actions)+1 {
				t.Errorf("%d actions, %d before", len(after.Actions), len(before.Actions))
			}
		})
	}
}
