package sim

import (
	"net/http"
	"time"
)

// eventLife is how far back the feed goes. [official: api events list, 30 days]
const eventLife = 30 * 24 * time.Hour

func eventRoutes() []route {
	return []route{
		{
			method: "GET", path: "/v1/events", read: listEvents,
			params: paging(window("created"), text("type"), texts("types"), choice("delivery_success", "true", "false")),
		},
		{method: "GET", path: "/v1/events/{id}", params: []param{expandable()}, read: func(c *call) (any, error) {
			e, ok := find[*event](c.a, "event", c.PathValue("id"))
			if !ok || c.aged(e) || e.visible.After(c.s.time()) {
				return nil, missing(http.StatusNotFound, "event", c.PathValue("id"), "id")
			}
			return c.event(e), nil
		}},
	}
}

func (c *call) aged(e *event) bool { return e.born < c.s.time().Add(-eventLife).Unix() }

// event is an event in the account's version of its time.
func (c *call) event(e *event) snapshot { return e.snapshot(e.version, c.a.age) }

// listEvents shows what is visible by now: an event turns up some time after it happened, and not in the order of its time.
// [community: Sequin, Estuary, tap-stripe #45, all consistent]
func listEvents(c *call) (any, error) {
	if c.in.has("type") && c.in.has("types") {
		return nil, invalid("parameters_exclusive", "types", "You may only specify one of these parameters: type, types.")
	}
	if len(c.in.texts("types")) > 20 {
		return nil, invalid("", "types", "You may only specify up to 20 types.")
	}
	if err := c.agedCursor(); err != nil {
		return nil, err
	}
	now, wanted := c.s.time(), c.in.texts("types")
	if c.in.has("type") {
		wanted = []string{c.in.text("type")}
	}
	out, err := c.list("event", "/v1/events", func(o object) bool {
		e, ok := o.(*event)
		return ok && !c.aged(e) && !e.visible.After(now) && c.in.within("created", e.born) && (wanted == nil || matches(wanted, e.Type)) &&
			(!c.in.has("delivery_success") || c.in.flag("delivery_success") == (len(e.pending) == 0))
	})
	if list, ok := out.(page); ok {
		for n, row := range list.Data {
			if e, is := row.(*event); is {
				list.Data[n] = c.event(e)
			}
		}
	}
	return out, err
}

// agedCursor refuses to go on from an event that is no longer kept. [client library: estuary/connectors api.py]
func (c *call) agedCursor() error {
	for _, name := range []string{"starting_after", "ending_before"} {
		if e, ok := find[*event](c.a, "event", c.in.text(name)); ok && c.aged(e) {
			return invalid("resource_missing", name, "The event `%s` is no longer available because it was created more than 30 days ago, due to our retention policy.", e.ID)
		}
	}
	return nil
}
