package sweep

import (
	"context"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// linesAtOnce is how many invoices of many lines are read in one page: each is a read of its own.
const linesAtOnce = 5

// itemPlace is where a walk for items stands. The list of invoices shows ten lines of each; those with more wait for their turn.
type itemPlace struct {
	listPlace

	Pending []string `json:"pending,omitempty"` // invoices whose lines are to be read
	Ended   bool     `json:"ended,omitempty"`   // the list was walked to its end
}

// itemList walks the list of invoices for what they are made of, as list does.
type itemList struct {
	accounts Accounts
	scarce   func(connection string) bool
}

func (l itemList) next(ctx context.Context, connection string, raw []byte) (sweep.Page, error) {
	p, err := read[itemPlace](raw)
	if err != nil {
		return sweep.Page{}, err
	}
	if p.spares(connection, l.scarce) {
		return sweep.Page{Place: write(p)}, nil
	}
	var page sweep.Page
	if len(p.Pending) > 0 {
		err = p.rest(ctx, l.accounts[connection], &page)
	} else {
		err = p.invoices(ctx, l.accounts[connection], &page)
	}
	if err != nil {
		return sweep.Page{}, err
	}
	page.Complete = p.Ended && len(p.Pending) == 0
	page.More = !p.Loaded && !page.Complete
	if page.Complete {
		p = itemPlace{listPlace: listPlace{Loaded: true}}
	}
	page.Place = write(p)
	return page, nil
}

// invoices takes in a page of invoices.
func (p *itemPlace) invoices(ctx context.Context, a Account, page *sweep.Page) error {
	got, err := a.Stripe.Invoices(ctx, stripe.Query{After: p.After})
	if p.After != "" && lost(err) {
		p.After = ""
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range got.Rows { // what cannot be read, the walk of invoices tells of
		if lines, ok := stripe.LinesIn(s); ok && !lines.More {
			a.lines(page, s.ID, lines)
		} else {
			p.Pending = append(p.Pending, s.ID)
		}
	}
	p.After, p.Ended = got.Last, !got.More
	return nil
}

// rest reads all lines of some invoices that have many.
func (p *itemPlace) rest(ctx context.Context, a Account, page *sweep.Page) error {
	some := p.Pending[:min(linesAtOnce, len(p.Pending))]
	for i, id := range some {
		lines, err := a.Stripe.InvoiceLines(ctx, id)
		if gone(err) {
			continue
		}
		if i > 0 && sweep.Later(err) { // what has been read counts
			p.Pending = p.Pending[i:]
			return nil
		}
		if err != nil {
			return err
		}
		a.lines(page, id, lines)
	}
	p.Pending = p.Pending[len(some):]
	return nil
}

// lines takes in what one invoice is made of.
func (a Account) lines(page *sweep.Page, invoice string, lines stripe.Page[sdk.InvoiceLineItem]) {
	all := sweep.Children{Parent: mirror.Ref{Kind: "invoice", VendorID: invoice}}
	for _, s := range lines.Rows {
		o, err := a.Words.Line(invoice, s)
		all.IDs = append(all.IDs, o.VendorID)
		if err != nil {
			page.Drifted = append(page.Drifted, drifted(o.Ref, s.Raw, err))
			continue
		}
		page.Observations = append(page.Observations, o)
	}
	for _, d := range lines.Drifted {
		page.Drifted = append(page.Drifted, drift("item", invoice+"/"+d.ID, "", d.Message, d.Raw))
	}
	if len(lines.Drifted) == 0 && !lines.More { // what cannot be read may be any of them
		page.Children = append(page.Children, all)
	}
}
