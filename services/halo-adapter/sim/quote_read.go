package sim

import "cmp"

func (h *Halo) quoteKind() *kind[quoteFields] {
	return &kind[quoteFields]{
		name: "quotation", resource: "/Quotation", key: "quotes", read: "read:quotes", edit: "edit:quotes", first: 301,
		owner: func(r *quote) int { return int(r.Fields.ClientID) },
		params: []string{
			"includelines", "open", "closed", "awaiting_approval", "quote_status", "client_id", "site_id", "ticket_id", "user_id", "search",
		},
		fresh: func(now stamp) quoteFields {
			return quoteFields{Date: now, AgentID: apiAgentID, AssignedAgent: unassignedAgent, CurrencyCode: 1}
		},
		orders: map[string]func(a, b *quote) int{
			"title": func(a, b *quote) int { return cmp.Compare(a.Fields.Title, b.Fields.Title) },
			"date":  func(a, b *quote) int { return a.Fields.Date.Compare(b.Fields.Date.Time) },
		},
		filter: quoteFilter,
		row: func(c *call, r *quote, s Switches) any {
			out := h.quoteView(r, c.flag("includelines"), s)
			out.CustomFields, out.ExternalLinks = c.customs(r.Custom, s), nil
			if !s.QuoteListStamp {
				out.LastUpdateTime = nil
			}
			return out
		},
		detail: func(r *quote, everything bool, s Switches) any { return h.quoteView(r, everything, s) },
		admit:  h.admitQuote,
		marks: func(r *quote) map[string]string {
			return map[string]string{"third_party_number": r.Fields.ThirdPartyNumber}
		},
	}
}

// quoteFilter knows no filter by change: no edition of the vendor's document has one.
func quoteFilter(c *call, _ Switches) func(*quote) bool {
	open, closed, awaiting := c.flag("open"), c.flag("closed"), c.flag("awaiting_approval")
	return all(
		func(r *quote) bool { return !open && !awaiting || r.Fields.Answer.State == 0 },
		func(r *quote) bool { return !closed || r.Fields.Answer.State != 0 },
		equals(c, "quote_status", func(r *quote) int { return int(r.Fields.Status) }),
		equals(c, "client_id", func(r *quote) int { return int(r.Fields.ClientID) }),
		equals(c, "site_id", func(r *quote) int { return int(r.Fields.SiteID) }),
		equals(c, "ticket_id", func(r *quote) int { return int(r.Fields.TicketID) }),
		equals(c, "user_id", func(r *quote) int { return int(r.Fields.UserID) }),
		mentions(c, "search", func(r *quote) string { return r.Fields.Title + "\n" + r.Fields.Note }),
	)
}

func (h *Halo) quoteView(r *quote, lines bool, s Switches) quoteView {
	out := quoteView{
		ID: r.ID, quoteFields: r.Fields, quoteAnswer: r.Fields.Answer, ClientName: h.nameOfClient(int(r.Fields.ClientID)),
		SiteName: h.nameOfSite(int(r.Fields.SiteID)), UserName: userName(r.Fields.UserID), AssignedAgentName: agentName(r.Fields.AssignedAgent),
		CurrencyCodeName: currencyName(r.Fields.CurrencyCode), CreatedByAgentName: r.By.name, LastUpdateTime: &r.Updated,
		CustomFields: listOf(r.Custom, s.NullCollections), ExternalLinks: r.Links, Warning: s.warning(),
	}
	for _, l := range r.Fields.Lines {
		v := quoteLineView{quoteLine: l, QHID: r.ID}
		v.NetTotal, v.TotalTax = price(l.Quantity, l.BasePrice, l.DiscountPerc, l.TaxName)
		v.TotalPrice = cents(v.NetTotal + v.TotalTax)
		if !l.Optional {
			out.Revenue, out.TaxTotal, out.Margin = cents(out.Revenue+v.NetTotal), cents(out.TaxTotal+v.TotalTax), cents(out.Margin+v.NetTotal-l.Quantity*l.CostPrice)
		}
		if lines {
			out.Lines = append(out.Lines, v)
		}
	}
	out.Total = cents(out.Revenue + out.TaxTotal)
	return out
}

func currencyName(code int32) string {
	names := []string{"", "GBP", "USD", "EUR"}
	if int(code) < len(names) && code > 0 {
		return names[code]
	}
	return ""
}
