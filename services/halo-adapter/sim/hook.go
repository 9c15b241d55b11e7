package sim

import (
	"sync"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// hook is the tenant's one webhook, as its administrators have set it up.
type hook struct {
	mu    sync.Mutex
	state hookState
}

type hookState struct {
	id, url, user, password string
	disabled                bool
	failures                int // in a row
	lastStatus              int
}

func (k *hook) set(id, url, user, password string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state = hookState{id: id, url: url, user: user, password: password}
}

func (k *hook) get() hookState {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

// SetWebhook points the webhook elsewhere and switches it on; an empty url switches it off.
func (h *Halo) SetWebhook(url, user, password string) {
	h.hook.set(h.hook.get().id, url, user, password)
}

// delivered counts failures in a row, and disables the webhook when the tenant says so.
func (h *Halo) delivered(d vendorsim.Delivered) {
	limit := h.Switches().AutoDisable
	h.hook.mu.Lock()
	defer h.hook.mu.Unlock()
	state := &h.hook.state
	state.lastStatus = d.Status
	if d.Outcome == vendorsim.Sent {
		state.failures = 0
		return
	}
	state.failures++
	state.disabled = state.disabled || limit > 0 && state.failures >= limit
}
