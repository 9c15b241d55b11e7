package adaptertest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// secret is what one connection's entities say.
const secret = "said to nobody else"

// crossing asks every method that is served, as one connection, for what is another's: by the vendor's ids, by our uids, by
// tokens. It is refused, and nothing crosses.
func crossing(t *testing.T, h *house) {
	m, o := h.at(t, mine), h.at(t, theirs)
	targets := m.secrets(h)
	o.Agrees()
	was := m.contents() + o.contents()
	for _, x := range h.examples(m) {
		t.Run(fullName(x.method)[1:], func(t *testing.T) {
			m, o := m.In(t), o.In(t)
			for _, target := range targets[x.on] {
				m.moved(o, x, target)
				m.mixed(o, x, target)
			}
			m.tokens(o, x, targets[x.on][0])
			m.posed(o, x, targets)
		})
	}
	if is := m.contents() + o.contents(); is != was {
		t.Errorf("something has changed:\n%s\nwas:\n%s", is, was)
	}
}

// secrets are entities that only this connection has, by kind: each by its vendor's id and by our uid. Every operation was
// made here once too, so that operators have something to see.
func (c Connection) secrets(h *house) map[string][]string {
	c.Helper()
	var refused, made []written
	names := c.targets(h.Operations)
	for i, op := range h.Operations {
		if op.Refused != nil { // first: what is done once may not be asked for again
			refused = append(refused, c.write(op, names[i], op.Refused(names[i])))
		}
	}
	c.allEnded(refused)
	for i, op := range h.Operations {
		made = append(made, c.write(op, names[i], op.Request(names[i], secret)))
	}
	c.allEnded(made)
	targets := map[string][]string{"": {c.Parent()}}
	for _, k := range h.Kinds {
		var name string
		for range 2 {
			made, err := c.vendor.Hands[k.Name].Make(c.within(k, targets), secret)
			must(c, err)
			name = c.Parent() + "/" + made
		}
		targets[k.Name] = []string{name}
	}
	c.Agrees()
	for _, k := range h.Kinds {
		name := targets[k.Name][0]
		row := c.All(k, c.parents(k, map[string]proto.Message{name: nil})[0])[name]
		targets[k.Name] = append(targets[k.Name], name[:strings.LastIndexByte(name, '/')+1]+"~"+text(row, "uid"))
	}
	return targets
}

// within is the entity that has something of a kind; empty: the kind has no parent.
func (c Connection) within(k Kind, targets map[string][]string) string {
	if k.Parent == "" {
		return ""
	}
	return strings.TrimPrefix(targets[k.Parent][0], c.Parent()+"/")
}

// contents is what a connection holds, to be compared.
func (c Connection) contents() string {
	c.Helper()
	var all []string
	for _, k := range c.Kinds {
		for _, parent := range c.parents(k, c.truth(k)) {
			for name, m := range c.All(k, parent) {
				all = append(all, fmt.Sprintf("%s %s %d %v", name, text(m, etagField), standing(m).GetVersion(), standing(m).GetPendingWrites()))
			}
		}
	}
	slices.Sort(all)
	s := c.Status()
	return fmt.Sprintf("%s\n%s: %d pending, %d dead\n", strings.Join(all, "\n"), c.ID, s.GetPendingWrites(), s.GetDeadLetters())
}

// elsewhere is a name of c's, moved to o.
func (c Connection) elsewhere(o Connection, name string) string {
	return o.Parent() + strings.TrimPrefix(name, c.Parent())
}

// moved asks o for what c has.
func (c Connection) moved(o Connection, x example, target string) {
	c.Helper()
	r := x.request(target)
	names, entity := 0, false
	for _, l := range leaves(r.ProtoReflect(), "") {
		if l.named() {
			names, entity = names+1, entity || l.value != c.Parent()
			l.set(c.elsewhere(o, l.value))
		}
	}
	if names == 0 || x.write && !entity { // it names nobody, or asks o for what o may do
		return
	}
	answer, err := invoke(c.calling(), c.Via.Conn, x.method, r)
	c.refused(x, r, answer, err, entity)
}

// mixed names things of both connections in one request.
func (c Connection) mixed(o Connection, x example, target string) {
	c.Helper()
	for i := range leaves(x.request(target).ProtoReflect(), "") {
		r := x.request(target)
		all, names := leaves(r.ProtoReflect(), ""), 0
		for _, l := range all {
			if l.named() {
				names++
			}
		}
		if names < 2 || !all[i].named() {
			continue
		}
		all[i].set(c.elsewhere(o, all[i].value))
		answer, err := invoke(c.calling(), c.Via.Conn, x.method, r)
		c.refused(x, r, answer, err, true)
	}
}

// tokens gives o, and another caller, the tokens that c was given.
func (c Connection) tokens(o Connection, x example, target string) {
	c.Helper()
	for _, kind := range []struct{ field, from string }{{tokenField, nextField}, {resumeField, resumeField}} {
		if x.method.Input().Fields().ByName(protoName(kind.field)) == nil || x.method.Input().Fields().ByName(parentField) == nil {
			continue
		}
		r := x.request(target)
		set(r, sizeField, int32(1))
		page, err := invoke(c.calling(), c.Via.Conn, x.method, r)
		must(c, err)
		token := text(page, protoName(kind.from))
		if token == "" {
			if !x.ours {
				c.Errorf("%s has no second page to give a token of", x.method.Name())
			}
			continue
		}
		set(r, protoName(kind.field), token)
		if kind.field == tokenField {
			stranger := metadata.AppendToOutgoingContext(c.calling(), rpc.CallerKey, "a stranger")
			answer, err := invoke(stranger, c.Via.Conn, x.method, r)
			c.refused(x, r, answer, err, true)
		}
		for _, l := range leaves(r.ProtoReflect(), "") {
			if l.named() {
				l.set(c.elsewhere(o, l.value))
			}
		}
		answer, err := invoke(c.calling(), c.Via.Conn, x.method, r)
		c.refused(x, r, answer, err, true)
	}
}

// posed makes, at o, what calls itself as something of c's is called.
func (c Connection) posed(o Connection, x example, targets map[string][]string) {
	c.Helper()
	if !x.write {
		return
	}
	at := o.targets([]Operation{{On: x.on}})[0]
	for kind, names := range targets {
		r := x.request(at)
		if kind == "" || !pose(r, names[0]) {
			continue
		}
		answer, err := invoke(c.calling(), c.Via.Conn, x.method, r)
		c.refused(x, r, answer, err, true)
	}
}

// pose gives the resource in a request a name, if it has none.
func pose(request proto.Message, name string) (done bool) {
	fields := request.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		fd := fields.Get(i)
		if fd.IsList() || fd.Message() == nil || !request.ProtoReflect().Has(fd) {
			continue
		}
		inner := request.ProtoReflect().Mutable(fd).Message().Interface()
		if inner.ProtoReflect().Descriptor().Fields().ByName(etagField) != nil && text(inner, nameField) == "" {
			done = set(inner, nameField, name)
		}
	}
	return done
}

func (c Connection) calling() context.Context {
	return metadata.AppendToOutgoingContext(context.Background(), rpc.CallerKey, "adaptertest")
}

// refused checks that a call told nothing of c's and, if it asked for something of c's, that it failed as it would for
// what does not exist.
func (c Connection) refused(x example, r, answer proto.Message, err error, must bool) {
	c.Helper()
	code := status.Code(err)
	if must && code != codes.NotFound && code != codes.InvalidArgument {
		c.Errorf("%s(%v): %v %v, want NotFound or InvalidArgument", x.method.Name(), r, answer, err)
	}
	said := status.Convert(err).Message() + prototext.Format(answer)
	if strings.Contains(said, secret) || err == nil && strings.Contains(said, c.Parent()+"/") {
		c.Errorf("%s(%v) tells what is another's: %s", x.method.Name(), r, said)
	}
}
