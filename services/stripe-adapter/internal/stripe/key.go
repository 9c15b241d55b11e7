package stripe

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// ours is how our idempotency keys begin.
const ours = "breakwater-"

// KeyLife is for how long Stripe is trusted to remember a key: it may forget one that is 24 hours old [official:
// docs.stripe.com/api/idempotent_requests].
const KeyLife = 23 * time.Hour

// Key is the idempotency key of a job, for as long as the job lives: neither a 500 nor a timeout changes it. Only where Stripe keeps a
// failure under it, and nothing has come of the request, does the job take another turn, under a key of its own.
func Key(job uuid.UUID, turn int) string {
	if turn == 0 {
		return ours + job.String()
	}
	return ours + job.String() + "." + strconv.Itoa(turn)
}

// StepKey is the key of one of several requests that a job makes.
func StepKey(job uuid.UUID, turn int, step string) string { return Key(job, turn) + "-" + step }

// JobOf is the job that a key is of; ok is false if it is not one of ours.
func JobOf(key string) (job uuid.UUID, ok bool) {
	id, ok := strings.CutPrefix(key, ours)
	const length = 36
	if !ok || len(id) < length {
		return uuid.UUID{}, false
	}
	job, err := uuid.Parse(id[:length])
	return job, err == nil
}
