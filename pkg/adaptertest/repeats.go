package adaptertest

import (
	"context"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// repeats asks twice with one request id: it is made once. With other content it is refused.
func repeats(t *testing.T, h *house) {
	c := h.at(t, repeated)
	targets, safety := c.targets(h.Operations), h.safety(t)
	var writes []written
	for i, op := range h.Operations {
		method, err := methodOf(op.Method)
		must(t, err)
		request := op.Request(targets[i], "asked for twice")
		w := c.write(op, targets[i], request)
		again, err := invoke(context.Background(), c.Via.Conn, method, request)
		if err != nil || text(again, "uid") != text(w.shown, "uid") {
			t.Errorf("%s again: %v, %v; was %v", op.Name, again, err, w.shown)
		}
		other := op.Request(targets[i], "something else")
		set(other, idField, text(request, idField))
		if proto.Equal(other, request) { // it says nothing in words
			set(other, etagField, "another")
		}
		if _, err := invoke(context.Background(), c.Via.Conn, method, other); status.Code(err) != codes.AlreadyExists {
			t.Errorf("%s with its request id and other content: %v, want AlreadyExists", op.Name, err)
		}
		writes = append(writes, w)
	}
	for i, w := range writes {
		c.ended(w)
		method, err := methodOf(w.Method)
		must(t, err)
		later := proto.Clone(w.request)
		if again, err := invoke(context.Background(), c.Via.Conn, method, later); err != nil || text(again, "uid") != text(w.shown, "uid") {
			t.Errorf("%s, asked again when it was done: %v, %v", h.Operations[i].Name, again, err)
		}
	}
	c.Agrees()
	c.once(writes, safety)
	if n := c.Status().GetPendingWrites(); n > 0 {
		t.Errorf("%d writes are pending in the end", n)
	}
}
