package demo

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// sayEvery is how often progress is told where lines cannot be rewritten.
const sayEvery = time.Second

// progress is a bar on a terminal, and a line now and then in a file.
type progress struct {
	report *report
	what   string
	began  time.Time
	said   time.Time
	bar    *progressbar.ProgressBar // nil: no terminal
	want   int                      // 0: not known
	done   int
}

func (r *report) progress(what string) *progress {
	now := time.Now()
	p := &progress{report: r, what: what, began: now, said: now}
	if r.terminal {
		p.bar = progressbar.NewOptions(-1,
			progressbar.OptionSetWriter(r.out), progressbar.OptionSetDescription("  "+what), progressbar.OptionSetWidth(40),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionUseANSICodes(true), progressbar.OptionThrottle(50*time.Millisecond),
			progressbar.OptionSpinnerType(14), progressbar.OptionSetTheme(progressbar.Theme{Saucer: "█", SaucerPadding: "░"}))
	}
	return p
}

// expect sets how many there will be; zero changes nothing.
func (p *progress) expect(want int) {
	if want == 0 || want == p.want {
		return
	}
	p.want = want
	if p.bar != nil {
		p.bar.ChangeMax(want)
	}
}

// reached sets how many there are by now; fewer than before changes nothing. A sweep reads some rows twice where its pages
// meet, so that there may seem to be more than all.
func (p *progress) reached(done int) {
	if p.want > 0 {
		done = min(done, p.want)
	}
	if done <= p.done {
		return
	}
	p.done = done
	if p.bar != nil {
		_ = p.bar.Set(done) // a terminal that is gone stops nothing
		return
	}
	if time.Since(p.said) >= sayEvery && done != p.want {
		p.said = time.Now()
		p.report.line("  %-8s %s%s", p.what, thousands(done), p.of())
	}
}

// of is how many there will be, if that is known.
func (p *progress) of() string {
	if p.want == 0 {
		return " so far"
	}
	return " of " + thousands(p.want)
}

// finish tells that all are there.
func (p *progress) finish() {
	all := thousands(p.want)
	if p.want == 0 {
		all = thousands(p.done) + " rows read"
	}
	if p.bar != nil {
		_ = p.bar.Clear()
	}
	p.report.line("  %-8s %s, after %s", p.what, all, span(time.Since(p.began)))
}
