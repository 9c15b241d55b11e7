package adaptertest

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"google.golang.org/protobuf/proto"
)

// call is one delivery, as it came.
type call struct {
	header http.Header
	body   []byte
}

// listener takes deliveries in somebody else's place, and tells nobody.
type listener struct {
	url string

	mu    sync.Mutex
	heard []call
}

func listen(t testing.TB) *listener {
	l := &listener{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.heard = append(l.heard, call{r.Header.Clone(), body})
	}))
	t.Cleanup(server.Close)
	l.url = server.URL
	return l
}

// next are the calls since the last time, when everything was sent.
func (l *listener) next(from *Simulator) (calls []call) {
	from.Helper()
	Until(from, "a delivery was sent", func() string {
		if d := Missing(0, from.Sent().Waiting); d != "" {
			return d
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		calls, l.heard = l.heard, nil
		return Missing(true, len(calls) > 0)
	})
	return calls
}

// forgeries sends deliveries that the vendor never sent: none changes anything.
func forgeries(t *testing.T, h *house) {
	one, other := Simulate(t, "forged", h.Simulate(4, 1)), Simulate(t, "other", h.Simulate(4, 2))
	if one.vendor.Hook == nil {
		t.Skip("this vendor sends no deliveries")
	}
	k := Prepare(t, h.Spec, h.Pace(heard()), one, other)
	r := k.Start("a", "")
	c, o := r.Of(one, h.Kinds).In(t), r.Of(other, h.Kinds).In(t)
	c.Filled()
	o.Filled()
	mail, post := listen(t), listen(t)
	one.vendor.Hook(mail.url)
	other.vendor.Hook(post.url)
	first, elsewhere := c.edited(0), o.edited(0)
	calls, strange := mail.next(one.In(t)), post.next(other.In(t))
	last := c.edited(1)
	genuine := mail.next(one.In(t))
	for name, f := range forged(calls[0], strange[0], h.Signed) {
		if got := deliver(t, k.Webhook(one), f); got < 400 || got >= 500 {
			t.Errorf("%s: answered %d", name, got)
		}
	}
	for name, url := range misdirected(k, one, other) {
		if got := deliver(t, url, calls[0]); got < 400 || got >= 500 {
			t.Errorf("%s: answered %d", name, got)
		}
	}
	for _, x := range genuine {
		if got := deliver(t, k.Webhook(one), x); got >= 300 {
			t.Errorf("a genuine one: answered %d", got)
		}
	}
	Until(t, "the mirror shows what it was told of", func() string { return c.stale(last) })
	if c.stale(first) == "" {
		t.Error("a forged delivery was listened to")
	}
	if o.stale(elsewhere) == "" {
		t.Error("another connection's delivery was listened to")
	}
	for _, x := range calls {
		deliver(t, k.Webhook(one), x)
	}
	c.Agrees()
}

// forged are calls without the vendor's proof.
func forged(genuine, strange call, signed bool) map[string]call {
	bare, altered := http.Header{}, genuine.header.Clone()
	for name, values := range genuine.header {
		if ordinary(name) {
			bare[name] = values
			continue
		}
		for i, v := range values {
			altered[name][i] = garbled(v)
		}
	}
	all := map[string]call{
		"without its headers":          {bare, genuine.body},
		"with its headers altered":     {altered, genuine.body},
		"with another vendor's":        {strange.header, genuine.body},
		"of more than is taken":        {genuine.header, bytes.Repeat([]byte(" "), 8<<20)},
		"without headers, and nothing": {bare, nil},
	}
	if signed {
		body := slices.Clone(genuine.body)
		body[len(body)/2] ^= 1
		all["with its body altered"] = call{genuine.header, body}
		all["with another's body"] = call{genuine.header, strange.body}
	}
	return all
}

// garbled is a text with a bit in its middle and one at its end turned over: what counts need not be at the end.
func garbled(s string) string {
	b := []byte(s)
	for _, at := range []int{len(b) / 2, len(b) - 1} {
		b[at] ^= 1
	}
	return string(b)
}

// ordinary headers are no proof of anything.
func ordinary(name string) bool {
	return slices.Contains([]string{"Accept", "Accept-Encoding", "Content-Length", "Content-Type", "Connection", "Date", "User-Agent"}, name)
}

// misdirected are addresses that were not given to a vendor.
func misdirected(k *Kit, one, other *Simulator) map[string]string {
	at := "http://" + k.HTTP + "/webhooks/"
	return map[string]string{
		"at another's path":         at + one.ID + "/" + other.Path(),
		"at another's address":      at + other.ID + "/" + one.Path(),
		"at nobody's":               at + "nobody/" + one.Path(),
		"without a path":            at + one.ID + "/",
		"at the start of its path":  at + one.ID + "/" + one.Path()[:10],
		"beyond its path":           k.Webhook(one) + "x",
		"with another's whole call": k.Webhook(other),
	}
}

// deliver makes a call; the answer's status.
func deliver(t testing.TB, url string, c call) int {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, url, bytes.NewReader(c.body))
	must(t, err)
	req.Header = c.header.Clone()
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// edit is an entity that a person has edited, and how it is now.
type edit struct {
	name  string
	truth proto.Message
}

// edited is the nth entity of the first kind, which a person edits.
func (c Connection) edited(n int) edit {
	c.Helper()
	hand := c.vendor.Hands[c.Kinds[0].Name]
	entity := slices.Sorted(maps.Keys(hand.Truth()))[n]
	must(c, hand.Edit(entity, "edited by a person"))
	return edit{c.Parent() + "/" + entity, hand.Truth()[entity]}
}

// stale says how the mirror's entity is not what it was edited to.
func (c Connection) stale(e edit) string {
	c.Helper()
	return c.differ(map[string]proto.Message{e.name: e.truth}, map[string]proto.Message{e.name: c.All(c.Kinds[0], c.Parent())[e.name]})
}
