package stack

import "time"

// What Config.Impatient scales down beside what Config.Scaled does, so that in a minute a process can be paused for longer
// than its leases, and back.
const (
	impatientAttempt  = 3 * time.Second
	impatientLease    = 5 * time.Second
	impatientSettling = 4 * time.Second
	impatientReadLag  = 600 * time.Millisecond
	impatientLook     = 3 * time.Second
	impatientHold     = time.Second
	impatientRecovery = 30 * time.Second
)

// Patience is what a fault must stay within, or beyond, when a stack is Impatient.
type Patience struct {
	Lease    time.Duration // of a job and of a sweep's page: whoever is paused for longer has lost them
	Settling time.Duration // an unanswered create appears within it
	ReadLag  time.Duration // reads are no older than this
	Absent   time.Duration // what was just created can be read after it
}

// ImpatientPatience is that of Config.Impatient.
func ImpatientPatience() Patience {
	return Patience{impatientLease, impatientSettling, impatientReadLag, impatientLook}
}

func impatientJobs() *jobs {
	j := scaledJobs()
	j.Attempt, j.Lease = impatientAttempt, impatientLease
	j.Schedule = []time.Duration{300 * time.Millisecond, 700 * time.Millisecond, 1500 * time.Millisecond, 3 * time.Second, 5 * time.Second}
	return j
}

func impatientSweeps() *sweeps {
	s := scaledSweeps()
	s.Lease = impatientLease
	return s
}

func impatientOfHalo() *haloPatience {
	h := scaledPatience()
	h.ReadLag, h.Settling, h.SecondLook = impatientReadLag, impatientSettling, impatientLook
	h.Sweep.Metadata = 10 * time.Second
	h.RefreshAfter, h.Patience = impatientLook, impatientHold
	return h
}

// ImpatientScales is what Config.Impatient changes beside Scales, or further.
func ImpatientScales() []Scale {
	j, h := impatientJobs(), impatientOfHalo()
	return []Scale{
		{"a failed write is tried again after", "10s, 30s, 2m … 1h", list(j.Schedule[:3]...) + " … " + short(j.Schedule[len(j.Schedule)-1]), ratio(10*time.Second, j.Schedule[0])},
		scale("an attempt ends after", 40*time.Second, j.Attempt),
		scale("a job's lease", time.Minute, j.Lease),
		scale("the lease of a sweep's page", 2*time.Minute, impatientSweeps().Lease),
		scale("a create without an answer may still appear for", time.Minute, h.Settling),
		scale("Halo may serve stale reads for", 2*time.Second, h.ReadLag),
		scale("a second 404 is believed after", 2*time.Minute, h.SecondLook),
		scale("a write is preceded by a look from an age of", 30*time.Second, h.RefreshAfter),
		scale("nobody calls after a 429 without Retry-After for", 30*time.Second, impatientHold),
		scale("what 429s taught of the limits is forgotten in", 8*time.Hour, impatientRecovery),
		scale("refused credentials are not tried again for", time.Minute, h.Patience),
	}
}
