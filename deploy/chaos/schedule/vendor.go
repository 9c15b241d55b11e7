package schedule

import (
	"fmt"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// vendors is a deck of how the vendor misbehaves: each of its ways alone, and a few in twos.
func vendors(d dice, on Stage) []Act {
	all := append(answers(d, on), append(reads(d, on), webhooks(d)...)...)
	pairs := []Act{both(d, all), both(d, all), both(d, all)}
	for i := range all {
		all[i].For = d.between(time.Second, 4*time.Second)
	}
	return append(all, pairs...)
}

func misbehave(says string, p vendorsim.Plan) Act {
	return Act{Kind: Vendor, Who: []string{"vendor"}, Plan: p, Says: says}
}

func (d dice) rate() float64 { return float64(2+d.IntN(8)) / 10 }

// answers are those that say what is not so, or do not come.
func answers(d dice, on Stage) []Act {
	rate, wait := d.rate(), 1+d.IntN(2)
	percent := func(what string) string { return fmt.Sprintf("%.0f %% of %s", 100*rate, what) }
	all := []Act{
		misbehave(percent("requests answered 500"), vendorsim.Plan{ErrorRate: rate}),
		misbehave(percent("requests answered by a proxy's 502 page"), vendorsim.Plan{ErrorRate: rate, ErrorStatus: 502, HTMLErrors: true}),
		misbehave(percent("writes answered 500 and not made"), vendorsim.Plan{FailBeforeCommit: rate}),
		misbehave(percent("writes made and answered 500"), vendorsim.Plan{FailAfterCommit: rate}),
		misbehave(percent("writes made and never answered"), vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: rate, AfterMS: 8000}}),
		misbehave("the next 5 writes made, their connections dropped", vendorsim.Plan{LoseAnswers: 5}),
		misbehave(percent("requests answered 429, without Retry-After"), vendorsim.Plan{ThrottleRate: rate}),
		misbehave(percent(fmt.Sprintf("requests answered 429, Retry-After %d s", wait)), vendorsim.Plan{ThrottleRate: rate, RetryAfterSeconds: wait}),
		misbehave("slow, up to 1.2 s", vendorsim.Plan{LatencyMS: 300, LatencyJitterMS: 900}),
		misbehave("away", vendorsim.Plan{Outage: true}),
		misbehave("all tokens expired", vendorsim.Plan{ExpireTokens: true}),
		misbehave("credentials refused", vendorsim.Plan{RevokeKeys: true}),
	}
	return slices.DeleteFunc(all, func(a Act) bool { return a.Plan.ExpireTokens && !on.Tokens })
}

// reads are those that show what was, or too little.
func reads(d dice, on Stage) []Act {
	stale := float64(1+d.IntN(8)) / 10 * on.ReadLag.Seconds()
	absent := float64(1+d.IntN(5)) / 10 * on.Absent.Seconds()
	field := on.Drift.Fields[d.IntN(len(on.Drift.Fields))]
	return []Act{
		misbehave(fmt.Sprintf("reads are %.2f s old", stale), vendorsim.Plan{StaleReadSeconds: stale}),
		misbehave(fmt.Sprintf("404 for %.2f s after a create", absent), vendorsim.Plan{AbsentAfterCreateSeconds: absent}),
		misbehave(on.Drift.What+" without "+field, vendorsim.Plan{Drift: vendorsim.Drift{Drop: []string{field}}, Routes: on.Drift.Routes}),
		misbehave(field+" of another type", vendorsim.Plan{Drift: vendorsim.Drift{Retype: []string{field}}, Routes: on.Drift.Routes}),
	}
}

func webhooks(d dice) []Act {
	late := 200 + d.IntN(1500)
	return []Act{
		misbehave("webhooks dropped", vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 1}}),
		misbehave("half of the webhooks dropped, half doubled, half overtaken", vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 0.5, Duplicate: 0.5, Reorder: 0.5}}),
		misbehave(fmt.Sprintf("webhooks %d ms late, half overtaken", late), vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{DelayMS: late, Reorder: 0.5}}),
	}
}

// both is two ways at once. Where both set a field the second has it; routes would bind both, so none are kept: a schema
// that changed everywhere changes that of tokens too, so those that change a schema stay alone.
func both(d dice, all []Act) Act {
	for {
		a, b := all[d.IntN(len(all))], all[d.IntN(len(all))]
		if a.Says == b.Says || a.ChangesSchema() || b.ChangesSchema() {
			continue
		}
		out := misbehave(a.Says+"; "+b.Says, merged(a.Plan, b.Plan))
		out.For = d.between(time.Second, 4*time.Second)
		return out
	}
}

func merged(a, b vendorsim.Plan) vendorsim.Plan {
	pick := func(x *float64, y float64) { *x = max(*x, y) }
	pick(&a.ErrorRate, b.ErrorRate)
	pick(&a.FailBeforeCommit, b.FailBeforeCommit)
	pick(&a.FailAfterCommit, b.FailAfterCommit)
	pick(&a.HangAfterApply.Rate, b.HangAfterApply.Rate)
	pick(&a.ThrottleRate, b.ThrottleRate)
	pick(&a.StaleReadSeconds, b.StaleReadSeconds)
	pick(&a.AbsentAfterCreateSeconds, b.AbsentAfterCreateSeconds)
	pick(&a.Webhooks.Drop, b.Webhooks.Drop)
	pick(&a.Webhooks.Duplicate, b.Webhooks.Duplicate)
	pick(&a.Webhooks.Reorder, b.Webhooks.Reorder)
	a.HangAfterApply.AfterMS = max(a.HangAfterApply.AfterMS, b.HangAfterApply.AfterMS)
	a.ErrorStatus, a.HTMLErrors = max(a.ErrorStatus, b.ErrorStatus), a.HTMLErrors || b.HTMLErrors
	a.LoseAnswers, a.RetryAfterSeconds = max(a.LoseAnswers, b.LoseAnswers), max(a.RetryAfterSeconds, b.RetryAfterSeconds)
	a.LatencyMS, a.LatencyJitterMS = max(a.LatencyMS, b.LatencyMS), max(a.LatencyJitterMS, b.LatencyJitterMS)
	a.Webhooks.DelayMS = max(a.Webhooks.DelayMS, b.Webhooks.DelayMS)
	a.Outage, a.ExpireTokens, a.RevokeKeys = a.Outage || b.Outage, a.ExpireTokens || b.ExpireTokens, a.RevokeKeys || b.RevokeKeys
	return a
}
