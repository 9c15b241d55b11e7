package sim

import "time"

// thin is a notification without the object. [official: api v2 event destinations; client library: stripe-go event_notification.go]
type thin struct {
	ID            string       `json:"id"`
	Object        string       `json:"object"`
	Type          string       `json:"type"`
	Livemode      bool         `json:"livemode"`
	Created       string       `json:"created"`
	Context       *string      `json:"context"`
	RelatedObject thinRelated  `json:"related_object"`
	Reason        *thinRequest `json:"reason"`
}

type thinRelated struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

type thinRequest struct {
	Type    string          `json:"type"`
	Request snapshotRequest `json:"request"`
}

func thinOf(e *event) thin {
	about := e.object.self()
	out := thin{
		ID: e.ID, Object: "v2.core.event", Type: "v1." + e.Type, Livemode: e.live, Context: maybe(e.account),
		Created:       time.Unix(e.born, 0).UTC().Format("2006-01-02T15:04:05.000Z"),
		RelatedObject: thinRelated{ID: about.ID, Type: about.Object, URL: "/v1/" + about.Object + "s/" + about.ID},
	}
	if e.request != "" {
		out.Reason = &thinRequest{Type: "request", Request: snapshotRequest{ID: &e.request, IdempotencyKey: maybe(e.key)}}
	}
	return out
}
