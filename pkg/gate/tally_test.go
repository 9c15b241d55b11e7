package gate

import (
	"strconv"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// While Postgres is away a tally is merged with the next again and again. It stays bounded, and every failure counts.
func TestATallyThatCannotBeWrittenStaysBounded(t *testing.T) {
	const rounds, each = 5, 200
	old := &tally{}
	for round := range rounds {
		next := &tally{}
		for n := range each {
			next.add(upstream.Outcome{Entity: strconv.Itoa(round*each + n), Fault: &fault.Error{Kind: fault.Unavailable}})
		}
		next.merge(old)
		old = next
	}
	if len(old.ill) > breaker.MaxIll || old.calls != rounds*each || len(old.ill)+old.failures != rounds*each {
		t.Errorf("%d calls, %d entities remembered, %d failures besides; want %d calls, all failed", old.calls, len(old.ill), old.failures, rounds*each)
	}
}
