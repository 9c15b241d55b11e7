package doctor

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Witness remembers of Halo's answers what several checks ask: the time, the parameters that were sent, and how large pages
// are. It takes a journal's place, and is safe for concurrent use.
type Witness struct {
	mu     sync.Mutex
	ahead  time.Duration // of Halo's clock, by the quickest answer
	took   time.Duration // that answer
	told   bool
	asked  map[string]map[string]bool // parameters, by path in lower case
	listed []list                     // of which a whole page was asked for
}

// list is one page, as it came.
type list struct {
	path              string
	asked, rows, said int // said: of all pages
}

// Record looks at one exchange.
func (w *Witness) Record(x *upstream.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time(x)
	at, err := url.Parse(x.URL)
	if err != nil || x.Method != http.MethodGet {
		return
	}
	path := strings.ToLower(x.Route)
	if w.asked == nil {
		w.asked = map[string]map[string]bool{}
	}
	if w.asked[path] == nil {
		w.asked[path] = map[string]bool{}
	}
	for name := range at.Query() {
		w.asked[path][name] = true
	}
	if l := (list{path: x.Route}); l.read(at.Query(), x) {
		w.listed = append(w.listed, l)
	}
}

// time takes the quickest answer for the truest: Date was written some time while it was awaited, less up to a second.
func (w *Witness) time(x *upstream.Exchange) {
	at, err := http.ParseTime(x.Header.Get("Date"))
	if err != nil || w.told && x.Duration >= w.took {
		return
	}
	ours := x.Started.Add(x.Duration / 2)
	w.ahead, w.took, w.told = at.Add(time.Second/2).Sub(ours), x.Duration, true
}

// read reports whether the exchange is a first page with its count.
func (l *list) read(asked url.Values, x *upstream.Exchange) bool {
	var body map[string]json.RawMessage
	if asked.Get("page_no") != "1" || x.Fault != nil || json.Unmarshal(x.Body, &body) != nil {
		return false
	}
	l.asked, _ = strconv.Atoi(asked.Get("page_size"))
	if json.Unmarshal(body["record_count"], &l.said) != nil {
		return false
	}
	for _, inside := range body {
		var rows []json.RawMessage
		if json.Unmarshal(inside, &rows) == nil {
			l.rows = max(l.rows, len(rows))
		}
	}
	return true
}

// Ahead is how far Halo's clock is before ours, to about a second; false: it did not say.
func (w *Witness) Ahead() (time.Duration, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ahead, w.told
}

func (w *Witness) lists() []list {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]list(nil), w.listed...)
}

func (w *Witness) parameters() map[string][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string][]string{}
	for path, names := range w.asked {
		for name := range names {
			all[path] = append(all[path], name)
		}
	}
	return all
}
