package sim

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// route is one operation of the API. A parameter that is not listed never reaches serve: the vendor ignores what it does not
// know, in silence [client library: panoramicdata/HaloPsa.Api; community: HaloAPI #29].
type route struct {
	method, path string // as documented, below /api
	params       []string
	scope        string // what a token must be good for; empty: no token is asked for
	serve        func(*call) (any, error)
}

// table is every operation of every kind.
func (h *Halo) table() []route {
	all := slices.Concat(
		h.signInRoutes(), h.ticketRoutes(), h.actionRoutes(), h.lookupRoutes(), h.webhookRoutes(), h.attachmentRoutes(), h.externalLinkRoutes(),
		h.quoteRoutes(), h.invoiceRoutes(), h.reportRoutes(),
	)
	for _, k := range h.kinds() {
		all = append(all, k.routes(h)...)
	}
	return all
}

// call is one request to an operation.
type call struct {
	*http.Request
	query url.Values // of the parameters the operation knows
	plan  vendorsim.Plan
	by    actor
	now   time.Time
}

// actor is who makes a change.
type actor struct {
	name        string
	agentID     int
	application string // empty: a person
}

func (h *Halo) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /auth/token", h.issueToken)
	mux.HandleFunc("GET /api/swagger/v2/swagger.json", h.document)
	for _, op := range h.table() {
		mux.HandleFunc(op.method+" /api"+strings.ToLower(op.path), func(w http.ResponseWriter, r *http.Request) { h.serve(w, r, op) })
	}
	return mux
}

func (h *Halo) serve(w http.ResponseWriter, r *http.Request, op route) {
	if op.scope != "" {
		if err := h.authorize(r, op.scope); err != nil {
			h.answerError(w, err)
			return
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	answer, err := op.serve(&call{
		Request: r, query: h.known(r.URL.Query(), op.params), plan: h.faults.For(r), now: h.now(),
		by: actor{name: apiAgentName, agentID: apiAgentID, application: h.cfg.Application},
	})
	if err != nil {
		h.answerError(w, err)
		return
	}
	status := http.StatusOK
	if r.Method == http.MethodPost {
		status = h.Switches().PostStatus // 200 in the OpenAPI document of 2024, 201 in that of 2025
	}
	vendorsim.WriteJSON(w, status, answer)
}

const maxBody = 16 << 20

// known are the parameters that this build knows; others are ignored in silence.
func (h *Halo) known(query url.Values, params []string) url.Values {
	out, scattered := url.Values{}, h.Switches().ListOrder == "ignored"
	for name, values := range query {
		if name = strings.ToLower(name); slices.Contains(params, name) && (!scattered || !strings.HasPrefix(name, "order")) {
			out[name] = values
		}
	}
	return out
}

func (h *Halo) answerError(w http.ResponseWriter, err error) {
	var no refusal
	if !errors.As(err, &no) {
		no = refusal{http.StatusInternalServerError, err.Error()}
	}
	h.refuse(w, no.status, no.text)
}

// flag is a boolean parameter: true or 1.
func (c *call) flag(name string) bool {
	on, _ := strconv.ParseBool(c.query.Get(name))
	return on
}

// number is a whole parameter. One that is no number is ignored like one that is unknown.
func (c *call) number(name string) (int, bool) {
	n, err := strconv.Atoi(c.query.Get(name))
	return n, err == nil
}

// moment is a date parameter.
func (c *call) moment(name string) (time.Time, bool) {
	t, err := parseTime(c.query.Get(name))
	return t, err == nil
}

// id is the last part of the path.
func (c *call) id() (int, error) {
	n, err := strconv.Atoi(c.PathValue("id"))
	if err != nil {
		return 0, invalid("The value '%s' is not valid for Int32.", c.PathValue("id"))
	}
	return n, nil
}

// asOf is which state a read sees: the zero time is today's.
func (h *Halo) asOf(c *call) time.Time {
	stale := c.plan.Stale()
	if stale == 0 || (c.flag("nocache") && h.Switches().NocacheIsFresh) {
		return time.Time{}
	}
	return c.now.Add(-stale)
}

// hidden says whether what was created then cannot be read yet.
func (c *call) hidden(born time.Time) bool { return c.now.Sub(born) < c.plan.Absent() }
