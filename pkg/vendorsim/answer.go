package vendorsim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
)

// WriteJSON answers with v.
func WriteJSON(w http.ResponseWriter, status int, v any) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false) // vendors do not
	if err := encoder.Encode(v); err != nil {
		http.Error(w, "answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimSuffix(body.Bytes(), []byte("\n"))) // a reader that left is no trouble of the vendor's
}

// WriteHTMLError answers as a proxy in front of the vendor does when the vendor is not there.
func WriteHTMLError(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = w.Write([]byte("<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"))
}

// buffer holds an answer back until it is known whether anyone gets it.
type buffer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newBuffer() *buffer { return &buffer{header: http.Header{}, status: http.StatusOK} }

func (b *buffer) Header() http.Header         { return b.header }
func (b *buffer) WriteHeader(status int)      { b.status = status }
func (b *buffer) Write(p []byte) (int, error) { return b.body.Write(p) }

// flush sends the answer, after the drift.
func (b *buffer) flush(w http.ResponseWriter, drift Drift) {
	body := b.body.Bytes()
	if b.status < 300 {
		body = drift.Apply(body)
	}
	maps.Copy(w.Header(), b.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(b.status)
	_, _ = w.Write(body)
}
