package sweep

import (
	"context"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// retired is how the place of a walk begins that has come to the prices which are no longer active.
const retired = "retired/"

// prices are all prices as if one list had them: the active ones, then those that are not. One that is retired between two pages
// is told by the feed.
func prices(c *stripe.Client, ctx context.Context, q stripe.Query) (stripe.Page[sdk.Price], error) { //nolint:revive // as a method of the client is
	var old bool
	q.After, old = strings.CutPrefix(q.After, retired)
	page, err := c.Prices(ctx, !old, q)
	switch {
	case err != nil:
		return page, err
	case old:
		page.Last = retired + page.Last
	case !page.More:
		page.More, page.Last = true, retired
	}
	return page, nil
}
