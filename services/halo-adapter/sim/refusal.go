package sim

import (
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// refusal is why a request is not done, as the vendor says it.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func invalid(format string, args ...any) error {
	return refusal{http.StatusBadRequest, fmt.Sprintf(format, args...)}
}

// absent is also the answer for what the acting agent may not see.
func absent(what string) error {
	return refusal{http.StatusNotFound, "Could not find the requested " + what + "."}
}

// errorShapes is every form in which errors were seen [client library: homotechsual/HaloAPI New-HaloError.ps1].
func errorShapes() []string {
	return []string{"result_code", "exception", "message", "error", "text", "empty"}
}

// rotation takes each shape in turn: no caller may rely on one.
type rotation struct{ next atomic.Uint64 }

func (r *rotation) pick(shape string) string {
	if shape != "rotate" {
		return shape
	}
	shapes := errorShapes()[:5] // never empty by itself: the text is what a person reads
	return shapes[(r.next.Add(1)-1)%uint64(len(shapes))]
}

func (h *Halo) refuse(w http.ResponseWriter, status int, text string) {
	switch h.shapes.pick(h.Switches().ErrorShape) {
	case "result_code":
		vendorsim.WriteJSON(w, status, map[string]any{"resultCode": status, "errorMessage": text})
	case "exception":
		vendorsim.WriteJSON(w, status, map[string]any{
			"ClassName": "System.Exception", "Message": text, "Data": nil, "InnerException": nil, "HelpURL": nil,
			"StackTraceString": "   at NetHelpDesk.API", "HResult": -2146233088, "Source": "NetHelpDesk",
		})
	case "message":
		vendorsim.WriteJSON(w, status, map[string]any{"Message": text})
	case "error":
		vendorsim.WriteJSON(w, status, map[string]any{"error": text})
	case "text":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(text))
	default:
		w.WriteHeader(status)
	}
}

// refuseStatus is what the fault plan and the limiter make the vendor say.
func (h *Halo) refuseStatus(w http.ResponseWriter, _ *http.Request, status int) {
	text := http.StatusText(status)
	switch status {
	case http.StatusTooManyRequests: // the count and the window are in the text [community: PowerShellWarrantyReports #51]
		text = fmt.Sprintf("You have exceeded the limit of %d requests per %.0f seconds.", max(h.cfg.Limit, 0), h.cfg.Window.Seconds())
	case http.StatusInternalServerError:
		text = "Object reference not set to an instance of an object."
	}
	h.refuse(w, status, text)
}
