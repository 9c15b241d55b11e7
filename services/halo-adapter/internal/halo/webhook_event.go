package halo

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
)

// Delivery is a row of the log that Halo keeps of its webhook calls. Timestamp is in UTC without a zone, as all of its dates are
// [inferred, unsure]. [official: Halo OpenAPI 2024-09, WebhookEvent]
type Delivery struct {
	ID        string `json:"id"`
	WebhookID string `json:"webhook_id"`
	Timestamp Time   `json:"timestamp"`
	Body      string `json:"requestbody"` // empty where lightweight logs are on
}

// Deliveries reads a page of the calls of one webhook, the newest first. That they can be ordered by their timestamp is inferred from the
// field's name, and the envelope is unknown [unsure; official for the parameters: Halo OpenAPI 2024-09, /WebhookEvent].
func (c *Client) Deliveries(ctx context.Context, webhook string, page int) (Page[Delivery], error) {
	v := url.Values{
		"webhook_id": {webhook}, "order": {"timestamp"}, "orderdesc": {"true"}, "pageinate": {"true"}, "page_no": {strconv.Itoa(max(page, 1))},
		"page_size": {strconv.Itoa(MaxPage)},
	}
	return listRows(ctx, c, "halo.ListWebhookEvents", "/WebhookEvent", v, readDelivery, "webhookevents", "webhook_events", "events")
}

func readDelivery(b json.RawMessage) (d Delivery, err error) {
	if err := json.Unmarshal(b, &d); err != nil {
		return Delivery{}, blame(b, err, []string{"timestamp"})
	}
	if d.ID == "" || d.Timestamp.IsZero() {
		return Delivery{}, &fieldError{"timestamp", errors.New("a webhook event without an id or a time")}
	}
	return d, nil
}
