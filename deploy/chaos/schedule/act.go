package schedule

import (
	"fmt"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Kind is what is done.
type Kind string

// The kinds. Those of a link end with the act.
const (
	Kill   Kind = "kill"   // SIGKILL, and started again when the act ends
	Pause  Kind = "pause"  // SIGSTOP, and SIGCONT when the act ends
	Wipe   Kind = "wipe"   // JetStream's store is deleted
	Slow   Kind = "slow"   // every packet of a link comes later
	Reset  Kind = "reset"  // a link's connections are ended by the next packet
	Cut    Kind = "cut"    // a link's connections are ended and new ones refused
	Slice  Kind = "slice"  // packets come in small pieces
	Mute   Kind = "mute"   // connections stay, and nothing comes through
	Vendor Kind = "vendor" // the vendor misbehaves
)

// Lane is a sequence of acts of which one is over before the next begins; acts of different lanes overlap.
type Lane string

// The lanes.
const (
	Parts   Lane = "parts"
	Links   Lane = "links"
	Vendors Lane = "vendor"
)

// Act is one thing done.
type Act struct {
	At    time.Duration // since the beginning
	For   time.Duration
	Lane  Lane
	Kind  Kind
	Who   []string       // parts; of a link, those at its near end
	Whose string         // the far end of a link: "postgres", "nats", "vendor", "webhooks"
	Clock time.Duration  // how far a killed replica's clock is ahead in its next life
	Delay time.Duration  // of a slow link
	Plan  vendorsim.Plan // of a misbehaving vendor
	Says  string         // what the plan does, in words
}

// String is the act in a sentence.
func (a Act) String() string {
	who := strings.Join(a.Who, " and ")
	switch a.Kind {
	case Kill:
		return fmt.Sprintf("kill %s, for %s%s", who, a.For, ahead(a.Clock))
	case Pause:
		return fmt.Sprintf("pause %s, for %s", who, a.For)
	case Wipe:
		return "delete JetStream's store"
	case Vendor:
		return fmt.Sprintf("vendor: %s, for %s", a.Says, a.For)
	case Slow:
		return fmt.Sprintf("slow %s to %s by %s, for %s", who, a.Whose, a.Delay, a.For)
	default:
		return fmt.Sprintf("%s %s to %s, for %s", a.Kind, who, a.Whose, a.For)
	}
}

func ahead(d time.Duration) string {
	switch {
	case d > 0:
		return fmt.Sprintf("; its clock is then %s ahead", d)
	case d < 0:
		return fmt.Sprintf("; its clock is then %s behind", -d)
	}
	return ""
}

// LosesAnswers reports whether a call to the vendor that is under way may end without its answer.
func (a Act) LosesAnswers() bool {
	p := a.Plan
	switch a.Kind {
	case Kill, Pause:
		return true // whoever made the call, or made it for somebody
	case Slow, Reset, Cut, Slice, Mute:
		return a.Whose == "vendor" || a.Whose == "postgres" // or the answer came and could not be saved
	case Vendor:
		return p.HangAfterApply.Rate > 0 || p.FailAfterCommit > 0 || p.FailBeforeCommit > 0 || p.LoseAnswers > 0 || p.Outage ||
			p.ErrorRate > 0 || p.LatencyMS+p.LatencyJitterMS > 0
	default:
		return false
	}
}

// ChangesSchema reports whether answers have another shape meanwhile.
func (a Act) ChangesSchema() bool { return len(a.Plan.Drift.Drop)+len(a.Plan.Drift.Retype) > 0 }
