package change

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// Stream keeps messages in order for as long as it can; it may lose its end, or everything.
type Stream interface {
	// End makes the stream where it is missing, and tells how it ends.
	End(ctx context.Context) (End, error)
	// Append appends messages behind end and returns the new one. An error says that the last of them are not there: it
	// must be one if anybody else has appended since end was read.
	Append(ctx context.Context, end End, messages []Message) (End, error)
}

// End is the last message that a stream was given.
type End struct {
	Seq uint64 // the stream's own number of it; 0: it never had any
	ID  string // empty: it is no longer kept
}

// Message is a change as subscribers get it.
type Message struct {
	ID               string // its position: the same change has the same id
	Kind, Connection string
	Data             []byte // a breakwater.type.v1.Change
}

// id is p as a message carries it.
func (p Position) id() string { return fmt.Sprintf("%d.%d", p.XID, p.Seq) }

// positionOf is the place that an id begins with.
func positionOf(id string) (Position, bool) {
	x, rest, _ := strings.Cut(id, ".")
	n, _, _ := strings.Cut(rest, ".")
	xid, errX := strconv.ParseUint(x, 10, 64)
	seq, errN := strconv.ParseInt(n, 10, 64)
	return Position{XID: xid, Seq: seq}, errX == nil && errN == nil
}

// messages are what was found, and the place of the last.
func (c Carrier) messages(found batch) (messages []Message, last Position) {
	for _, x := range found.changes {
		messages = append(messages, message(x.Position, x.id(), x.connection, &typev1.Change{
			Name: x.name, Kind: x.kind, Uid: x.UID.String(), Version: x.Version, ChangeTime: timestamppb.New(x.At), MergedInto: x.successor,
		}))
		last = x.Position
	}
	return messages, last
}

// gaps tells the subscribers of every kind and connection that changes are missing up to a place.
func (c Carrier) gaps(upTo Position) []Message {
	messages := make([]Message, 0, len(c.Kinds)*len(c.Connections))
	for _, kind := range c.Kinds {
		for _, connection := range c.Connections {
			id := strings.Join([]string{upTo.id(), "resync", kind, connection}, ".")
			messages = append(messages, message(upTo, id, connection, &typev1.Change{Kind: kind, Resync: true}))
		}
	}
	return messages
}

func message(at Position, id, connection string, told *typev1.Change) Message {
	told.ResumeToken, _ = at.Seal(connection, told.GetKind()) // numbers always seal
	data, _ := proto.Marshal(told)                            // text from Postgres is valid UTF-8
	return Message{ID: id, Kind: told.GetKind(), Connection: connection, Data: data}
}
