package sim

// accountRoutes are two cheap reads: whose key this is, and what it holds. [official: OpenAPI account, balance]
func accountRoutes() []route {
	return []route{
		{method: "GET", path: "/v1/account", params: []param{expandable()}, read: func(c *call) (any, error) {
			return map[string]any{
				"id": c.a.id, "object": "account", "charges_enabled": true, "payouts_enabled": true, "details_submitted": true, "country": "US",
				"default_currency": "usd", "email": "books@example.com", "type": "standard",
			}, nil
		}},
		{method: "GET", path: "/v1/balance", params: []param{expandable()}, read: func(c *call) (any, error) {
			amounts := []map[string]any{{"amount": 0, "currency": "usd", "source_types": map[string]int{"card": 0}}}
			return map[string]any{"object": "balance", "available": amounts, "pending": amounts, "livemode": c.s.cfg.Live}, nil
		}},
	}
}
