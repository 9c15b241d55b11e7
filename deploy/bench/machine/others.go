package machine

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Clock tells which share of the machine went to others than us.
type Clock struct{ from usage }

// usage is CPU time used so far.
type usage struct {
	all, ours float64 // seconds: by everybody, by us and by the children that have ended
	at        time.Time
}

// Start begins to measure.
func Start() Clock { return Clock{used()} }

// Others is the share, 0 to 1, of all cores' time since Start that went to others: neither to this process nor to children
// that it has seen end. A server that somebody else runs is others'. Zero where the system does not say.
func (c Clock) Others(cores int) float64 {
	now := used()
	if now.all == 0 || c.from.all == 0 {
		return 0
	}
	others := (now.all - c.from.all) - (now.ours - c.from.ours)
	return min(max(others/(now.at.Sub(c.from.at).Seconds()*float64(cores)), 0), 1)
}

func used() usage {
	u := usage{all: everybody(), at: time.Now()}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			u.ours += float64(r.Utime.Nano()+r.Stime.Nano()) / float64(time.Second)
		}
	}
	return u
}

// hertz is the unit of /proc/stat, the same on every Linux.
const hertz = 100

// everybody is the CPU time that all processes have used: what is not idle and not waiting for a disk; zero where the system
// does not say.
func everybody() float64 {
	text, _ := os.ReadFile("/proc/stat")
	first, _, _ := strings.Cut(string(text), "\n")
	var ticks int
	for i, field := range strings.Fields(first) {
		if n, err := strconv.Atoi(field); err == nil && (i <= 3 || i >= 6 && i <= 8) { // user nice system, irq softirq steal
			ticks += n
		}
	}
	return float64(ticks) / hertz
}
