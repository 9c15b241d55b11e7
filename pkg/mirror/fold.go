package mirror

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// refold sets what is shown: the confirmed state with the writes over it. It reports whether anything visible changed,
// and then raises the version.
func (t *Table) refold(e *Entity) bool {
	if e.ghost() {
		e.Effective = t.fresh()
		if e.DeletedAt.IsZero() {
			e.DeletedAt = e.Closed.At
		}
		return false
	}
	m, state := t.folded(e)
	state.Version = e.Version
	setMirror(m, state)
	if e.Effective != nil && bytes.Equal(encode(m), encode(e.Effective)) {
		return false
	}
	e.Version++
	state.Version = e.Version
	setMirror(m, state)
	e.Effective = m
	e.DeletedAt = time.Time{}
	if d := state.GetDeleteTime(); d != nil {
		e.DeletedAt = d.AsTime()
	}
	return true
}

func (t *Table) folded(e *Entity) (Message, *typev1.MirrorState) {
	m := t.base(e)
	state := &typev1.MirrorState{Refusal: e.Refusal}
	if e.dead() {
		state.DeleteTime = e.Confirmed.GetMirror().GetDeleteTime()
	}
	for _, w := range e.Writes {
		if w.Patch != nil {
			t.lay(m, w.Patch, w.over(e.Confirmed))
		}
		switch {
		case w.Restores:
			state.DeleteTime = nil
		case w.Deletes && state.GetDeleteTime() == nil:
			state.DeleteTime = timestamppb.New(w.AcceptedAt)
		}
		state.PendingWrites = append(state.PendingWrites, w.shown(e.Connection))
	}
	t.stamp(e, m)
	return m, state
}

// over are the paths that w sets over what is confirmed. A create sets only what has not been seen yet: whatever the
// vendor has, it has since then.
func (w PendingWrite) over(confirmed Message) []string {
	if !w.Creates || confirmed == nil {
		return w.Paths
	}
	return slices.DeleteFunc(slices.Clone(w.Paths), func(p string) bool {
		fd := field(confirmed, p)
		return fd != nil && confirmed.ProtoReflect().Has(fd)
	})
}

// base is what the writes are folded over. Of a create that was refused, what was asked for is all there is to show.
func (t *Table) base(e *Entity) Message {
	creating := slices.ContainsFunc(e.Writes, func(w PendingWrite) bool { return w.Creates })
	switch {
	case e.Confirmed != nil:
		return clone(e.Confirmed)
	case e.Effective != nil && !creating:
		return clone(e.Effective)
	}
	return t.fresh()
}

// stamp sets the fields that are ours.
func (t *Table) stamp(e *Entity, m Message) {
	name := t.firstName(e)
	if e.VendorID != "" {
		name = t.ResourceName(e.Connection, e.VendorID)
	}
	setString(m, "name", name)
	setString(m, "uid", e.UID.String())
	if t.derive != nil {
		t.derive(e.Connection, m)
	}
	m.ProtoReflect().Clear(field(m, "mirror"))
	setString(m, "etag", etag(m))
}

// firstName is the name before the vendor gave an id; it stays valid for ever. A child keeps its parent's name of
// then, which its create carries.
func (t *Table) firstName(e *Entity) string {
	for _, w := range e.Writes {
		if w.Patch != nil && w.Patch.GetName() != "" {
			return w.Patch.GetName()
		}
	}
	if e.Effective != nil && e.Effective.GetName() != "" {
		return e.Effective.GetName()
	}
	return t.ResourceName(e.Connection, "~"+e.UID.String())
}

func (w PendingWrite) shown(connection string) *typev1.PendingWrite {
	state := typev1.PendingWrite_STATE_QUEUED
	if w.Settled.Seq != 0 {
		state = typev1.PendingWrite_STATE_SETTLED
	}
	return &typev1.PendingWrite{
		Job: JobName(connection, w.ID), Operation: w.Operation, Paths: w.Paths,
		AcceptTime: timestamppb.New(w.AcceptedAt), State: state,
	}
}

// JobName is the resource name of a job: "connections/acme/jobs/0192…".
func JobName(connection string, id uuid.UUID) string {
	return "connections/" + connection + "/jobs/" + id.String()
}
