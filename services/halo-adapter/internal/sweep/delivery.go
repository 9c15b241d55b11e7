package sweep

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// DeliveryLog is the name, among the kinds, of the log that Halo keeps of its webhook calls. It tells again of each call, and so of those
// that were dropped. It makes no kind fresh, and leaves it to the lists to count what was missed, too: what no webhook is set up for
// stands in no log either.
const DeliveryLog = "delivery"

// maxLogPages bounds what is read of the log at once. What is older, the sweeps of the kinds find.
const maxLogPages = 5

// logPlace is where a sweep of the log stands.
type logPlace struct {
	Webhook string    `json:"webhook,omitempty"` // ours, by its id
	From    time.Time `json:"from"`              // since when the log is ours to read; what was before is nothing to be told
	Bound   time.Time `json:"bound"`             // the latest call taken in
}

// deliveries reads what the log has of our webhook since the last call taken in, but for the newest: those may still be on their way.
// Where Halo shows us no log, or none that we can read, or no webhook of ours, or keeps no bodies, there is nothing to be told.
func (ts Tenants) deliveries(lag time.Duration) func(context.Context, string, []byte) (sweep.Page, error) {
	return func(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
		p, err := read[logPlace](raw)
		if err != nil {
			return sweep.Page{}, err
		}
		t := ts[connection]
		page := sweep.Page{Complete: true}
		if t.Path != "" && t.Told != nil {
			page.Told, err = p.next(ctx, t, time.Now().Add(-lag))
			if unserved(err) {
				p, err = logPlace{}, nil
			}
		}
		page.Place = write(p)
		return page, err
	}
}

func (p *logPlace) next(ctx context.Context, t Tenant, end time.Time) ([]sweep.Told, error) {
	if p.Webhook == "" {
		all, err := t.Halo.Webhooks(ctx)
		if err != nil {
			return nil, err
		}
		ours, _ := halo.Ours(all, t.Path)
		p.Webhook = ours.ID
	}
	if p.Webhook == "" {
		p.From = time.Time{}
		return nil, nil
	}
	if p.From.IsZero() {
		p.From = end
	}
	calls, err := p.window(ctx, t, end)
	if err != nil {
		return nil, err
	}
	if len(calls) == 0 { // it may have been made anew since
		p.Webhook = ""
	}
	var told []sweep.Told
	for _, c := range calls {
		p.Bound = later(p.Bound, c.Timestamp.Time)
		if c.Body == "" {
			continue
		}
		if entries, err := t.Told([]byte(c.Body)); err == nil { // the call itself was kept for a person
			told = append(told, entries...)
		}
	}
	return told, nil
}

// window are the calls since the bound, up to end, oldest first. What cannot be read of them is passed over: the log is a second look.
func (p *logPlace) window(ctx context.Context, t Tenant, end time.Time) ([]halo.Delivery, error) {
	since := later(p.Bound.Add(-overlap), p.From)
	var calls []halo.Delivery
	seen, rows := map[string]bool{}, int64(0)
	for n := 1; n <= maxLogPages; n++ {
		page, err := t.Halo.Deliveries(ctx, p.Webhook, n)
		if err != nil {
			return nil, err
		}
		if len(page.Rows) == 0 && len(page.Drifted) > 0 {
			return nil, page.Drifted[0].Fault
		}
		news := false
		for _, c := range page.Rows {
			news = news || !seen[c.ID]
			if at := c.Timestamp.Time; !seen[c.ID] && strings.EqualFold(c.WebhookID, p.Webhook) && !at.Before(since) && !at.After(end) {
				calls = append(calls, c)
			}
			seen[c.ID] = true
		}
		rows += int64(len(page.Rows) + len(page.Drifted))
		if !news || page.RecordCount >= 0 && page.RecordCount <= rows || newestFirst(page.Rows) && page.Rows[len(page.Rows)-1].Timestamp.Before(since) {
			break
		}
	}
	slices.SortStableFunc(calls, func(a, b halo.Delivery) int { return a.Timestamp.Compare(b.Timestamp.Time) })
	return calls, nil
}

// newestFirst reports whether the order that was asked for was kept.
func newestFirst(calls []halo.Delivery) bool {
	return slices.IsSortedFunc(calls, func(a, b halo.Delivery) int { return b.Timestamp.Compare(a.Timestamp.Time) })
}

// unserved reports that this tenant's Halo does not show us its webhooks or their log, or in a shape that nobody here knows: which scope
// they take, and what the log is wrapped in, is unknown. The doctor says so; the sweeps of the kinds do without.
func unserved(err error) bool {
	f := fault.Of(err)
	return f != nil && slices.Contains([]fault.Kind{fault.Hidden, fault.NotFound, fault.Invalid, fault.Drift}, f.Kind)
}
