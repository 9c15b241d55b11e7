package sim

import (
	"net/http"
	"slices"
	"strings"
)

// endpoint is where events are sent. [official: OpenAPI webhook_endpoint]
type endpoint struct {
	identity
	Created       int64             `json:"created"`
	Livemode      bool              `json:"livemode"`
	APIVersion    *string           `json:"api_version"`
	Application   *string           `json:"application"`
	Description   *string           `json:"description"`
	EnabledEvents []string          `json:"enabled_events"`
	Metadata      map[string]string `json:"metadata"`
	Secret        string            `json:"secret,omitempty"` // told once, by the answer that creates it
	Status        string            `json:"status"`
	URL           string            `json:"url"`

	secrets  []secret
	connect  bool
	failures int // in a row
}

// secret signs until it runs out; 0: it does not.
type secret struct {
	text  string
	until int64
}

const maxEndpoints = 16 // [community, quoting the docs]

func endpointRoutes() []route {
	const all, one = "/v1/webhook_endpoints", "/v1/webhook_endpoints/{webhook_endpoint}"
	events := texts("enabled_events")
	return []route{
		lister[*endpoint]("webhook_endpoint", all, nil, nil),
		reader("webhook_endpoint", all, "webhook_endpoint"),
		{method: "POST", path: all, write: createEndpoint, params: []param{
			text("api_version"), flag("connect"), textMax("description", 5000), events.must(), expandable(), metadata(), text("url").must(),
		}},
		{method: "POST", path: one, write: updateEndpoint, params: []param{
			textMax("description", 5000), flag("disabled"), events, expandable(), metadata(), text("url"),
		}},
		{method: "DELETE", path: one, write: deleteEndpoint},
	}
}

func createEndpoint(c *change, q *call) (any, error) {
	if len(all[*endpoint](c.a, "webhook_endpoint", nil)) >= maxEndpoints {
		return nil, invalid("", "", "You have reached the maximum of %d %s webhook endpoints.", maxEndpoints, mode(c.s.cfg.Live))
	}
	if v := q.in.text("api_version"); !knownVersion(v) {
		return nil, invalid("", "api_version", "Invalid API version: %s", v)
	}
	x := &endpoint{
		identity: c.mint("webhook_endpoint"), Created: c.at, Livemode: c.s.cfg.Live, APIVersion: maybe(q.in.text("api_version")), Status: "enabled",
		Metadata: map[string]string{}, connect: q.in.flag("connect"),
	}
	x.secrets = []secret{{text: c.newSecret()}}
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("create", x)
	told := *x
	told.Secret = x.secrets[0].text
	return &told, nil
}

func (c *change) newSecret() string { return "whsec_" + strings.ReplaceAll(c.s.dice.UUID(), "-", "") }

func mode(live bool) string {
	if live {
		return "live"
	}
	return "test"
}

func (x *endpoint) fill(c *change, in *node) error {
	if in.has("url") {
		address := in.text("url")
		if !strings.HasPrefix(address, "https://") && (c.s.cfg.Live && !c.s.Switches().PlainHooksInLive || !strings.HasPrefix(address, "http://")) {
			return invalid("url_invalid", "url", "Invalid URL: %s", address)
		}
		x.URL = address
	}
	if in.has("enabled_events") {
		x.EnabledEvents = append([]string{}, in.texts("enabled_events")...)
		if len(x.EnabledEvents) == 0 {
			return invalid("parameter_invalid_empty", "enabled_events", "You must enable at least one event.")
		}
	}
	if in.has("disabled") {
		x.Status, x.failures = "enabled", 0
		if in.flag("disabled") {
			x.Status = "disabled"
		}
	}
	in.setText("description", &x.Description)
	x.Metadata = in.metadata(x.Metadata)
	return nil
}

func updateEndpoint(c *change, q *call) (any, error) {
	old, err := c.endpoint(q.PathValue("webhook_endpoint"))
	if err != nil {
		return nil, err
	}
	x := *old
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("update", &x)
	return &x, nil
}

func deleteEndpoint(c *change, q *call) (any, error) {
	x, err := c.endpoint(q.PathValue("webhook_endpoint"))
	if err != nil {
		return nil, err
	}
	c.remove(x)
	return &stub{identity: x.identity, Deleted: true}, nil
}

func (c *change) endpoint(id string) (*endpoint, error) {
	if x, ok := find[*endpoint](c.a, "webhook_endpoint", id); ok {
		return x, nil
	}
	return nil, missing(http.StatusNotFound, "webhook_endpoint", id, "webhook_endpoint")
}

// Roll gives an endpoint a new secret, as a person does at the vendor's own screens; the old ones sign too for so many seconds.
// [official: webhooks, "Roll endpoint signing secrets"]
func (s *Stripe) Roll(id string, keepSeconds int64) (string, error) {
	return byHand(s, s.cfg.Account, func(c *change) (string, error) {
		old, err := c.endpoint(id)
		if err != nil {
			return "", err
		}
		x := *old
		x.secrets = slices.Clone(old.secrets)
		for n := range x.secrets {
			if x.secrets[n].until == 0 || x.secrets[n].until > c.at+keepSeconds {
				x.secrets[n].until = c.at + max(keepSeconds, 0)
			}
		}
		x.secrets = append([]secret{{text: c.newSecret()}}, slices.DeleteFunc(x.secrets, func(k secret) bool { return k.until <= c.at })...)
		c.put("roll", &x)
		return x.secrets[0].text, nil
	})
}
