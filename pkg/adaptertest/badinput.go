package adaptertest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// wrong is one thing that is wrong with a request.
type wrong struct {
	what, field string
	code        codes.Code
	spoil       func(r proto.Message) bool // false: this request cannot be spoilt so
}

// badInput spoils every example in the ways that are the same everywhere: it is refused, says which field is wrong, and
// nothing changes.
func badInput(t *testing.T, h *house) {
	c := h.at(t, strict)
	c.Agrees()
	targets := map[string]string{"": c.Parent()}
	for _, k := range h.Kinds {
		targets[k.Name] = c.targets([]Operation{{On: k.Name}})[0]
	}
	effects, was := h.effects(t), c.contents()
	for _, x := range h.examples(c) {
		t.Run(fullName(x.method)[1:], func(t *testing.T) {
			c := c.In(t)
			sound := x.request(targets[x.on])
			all := spoilt(sound)
			if effects[string(x.method.Name())] != mirror.Patches && x.write {
				all = append(all, wrong{"no request id", idField, codes.InvalidArgument, field(idField, "")})
			}
			for _, w := range all {
				if r := proto.Clone(sound); w.spoil(r) {
					c.wrong(x, w, r, h.Spec.Name)
				}
			}
			c.large(x, sound)
		})
	}
	if is := c.contents(); is != was {
		t.Errorf("something has changed:\n%s\nwas:\n%s", is, was)
	}
}

// effects are what operations do, by name.
func (h *house) effects(t testing.TB) map[string]mirror.Effect {
	t.Helper()
	all := map[string]mirror.Effect{}
	for _, op := range h.declared(t).Operations {
		all[op.Name] = op.Effect
	}
	return all
}

// field sets a field, if there is one.
func field(of string, value any) func(proto.Message) bool {
	return func(r proto.Message) bool { return set(r, protoName(of), value) }
}

// spoilt is everything that can be wrong with a request.
func spoilt(sound proto.Message) []wrong {
	const bad = codes.InvalidArgument
	all := []wrong{
		{"a negative page", sizeField, bad, field(sizeField, int32(-1))},
		{"a token that is none", tokenField, bad, field(tokenField, "%%%")},
		{"a token of nothing", tokenField, bad, field(tokenField, "e30")},
		{"a token that is too long", tokenField, bad, field(tokenField, strings.Repeat("e", 5000))},
		{"a place that is none", resumeField, bad, field(resumeField, "x")},
		{"a place that is too long", resumeField, bad, field(resumeField, strings.Repeat("e", 5000))},
		{"a request id that is none", idField, bad, field(idField, "1")},
		{"the nil request id", idField, bad, field(idField, uuid.Nil.String())},
		{"a request id in braces", idField, bad, field(idField, "{"+uuid.NewString()+"}")},
		{"a NUL in the request id", idField, bad, field(idField, strings.Repeat("\x00", 36))},
	}
	texts := leaves(sound.ProtoReflect(), "")
	names := 0
	for _, l := range texts {
		if l.named() {
			names++
		}
	}
	for i, l := range texts {
		at := func(value func(string) string) func(proto.Message) bool {
			return func(r proto.Message) bool {
				same := leaves(r.ProtoReflect(), "")[i]
				same.set(value(same.value))
				return true
			}
		}
		switch {
		case l.named():
			all = append(all, badNames(l, at)...)
			if names == 1 { // among several, it is one that is not under the others' connection
				all = append(all, unknown(l, at))
			}
		case strings.HasPrefix(l.path, maskField):
			all = append(all, badMasks(at)...)
		case l.path != idField:
			all = append(all,
				wrong{"a NUL", l.path, bad, at(func(s string) string { return s + "\x00" })},
				wrong{"what is no UTF-8", l.path, bad, at(func(s string) string { return s + placeholder })},
				wrong{"more than it may hold", l.path, bad, at(func(string) string { return strings.Repeat("x", 900_000) })})
		}
	}
	return all
}

type spoiler = func(value func(string) string) func(proto.Message) bool

// tail is a name behind its connection.
func tail(name string) string {
	rest := strings.TrimPrefix(name, "connections/")
	return strings.TrimPrefix(rest, strings.SplitN(rest, "/", 2)[0])
}

func unknown(l leaf, at spoiler) wrong {
	return wrong{"a connection not here", l.path, codes.NotFound, at(func(s string) string { return "connections/nobody" + tail(s) })}
}

func badNames(l leaf, at spoiler) []wrong {
	var all []wrong
	for what, bad := range map[string]string{
		"no name": "", "a name that is none": "x", "a slash before it": "/" + l.value, "a slash behind it": l.value + "/",
		"something behind it": l.value + "/things/1/2", "no connection": "connections/" + tail(l.value), "a connection in capitals": "connections/ACME" + tail(l.value),
		"a NUL behind it": l.value + "\x00", "an escaped NUL": l.value + "%00", "half an escape": l.value + "%",
		"what is no UTF-8": l.value + placeholder, "a name that is too long": l.value + strings.Repeat("1", name.MaxLength),
		"another collection": strings.Replace(l.value, "connections/", "projects/", 1),
	} {
		all = append(all, wrong{what, l.path, codes.InvalidArgument, at(func(string) string { return bad })})
	}
	return all
}

func badMasks(at spoiler) []wrong {
	var all []wrong
	for what, path := range map[string]string{
		"an unknown path": "colour_of_the_sky", "a path in camels": "updateTime", "an empty path": "", "the name": nameField,
		"the uid": "uid", "the etag": etagField, "the mirror": mirrorField, "below the mirror": "mirror.version", "a NUL": "\x00",
	} {
		all = append(all, wrong{what, maskField, codes.InvalidArgument, at(func(string) string { return path })})
	}
	return all
}

// wrong checks that a spoilt request is refused as it should be, and says of which field it is about.
func (c Connection) wrong(x example, w wrong, r proto.Message, adapter string) {
	c.Helper()
	_, err := c.send(x, r)
	s := status.Convert(err)
	if s.Code() != w.code {
		c.Errorf("%s, %s: %v, want %v", w.field, w.what, err, w.code)
		return
	}
	var info *errdetails.ErrorInfo
	var violated string
	for _, d := range s.Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			info = d
		case *errdetails.BadRequest:
			violated = d.GetFieldViolations()[0].GetField()
		}
	}
	if info.GetReason() == "" || info.GetDomain() != rpc.Domain(adapter) {
		c.Errorf("%s, %s: no reason is given: %v", w.field, w.what, info)
	}
	if w.code == codes.InvalidArgument && !strings.HasPrefix(violated, w.field) && !strings.HasPrefix(w.field, violated+".") && !strings.HasPrefix(w.field, violated+"[") {
		c.Errorf("%s, %s: it complains about %q: %v", w.field, w.what, violated, err)
	}
}

// large asks for a page of more than may be, which is no mistake.
func (c Connection) large(x example, sound proto.Message) {
	c.Helper()
	if r := proto.Clone(sound); set(r, sizeField, int32(1<<30)) {
		if page, err := c.send(x, r); err != nil || len(rows(page)) > 500 {
			c.Errorf("a page of more than may be: %d rows, %v", len(rows(page)), err)
		}
	}
}

// placeholder stands for bytes that are no UTF-8, which a message cannot hold; send puts them in its place.
const placeholder = "\x7f\x7fno UTF-8\x7f\x7f"

func (c Connection) send(x example, r proto.Message) (proto.Message, error) {
	c.Helper()
	b, err := proto.Marshal(r)
	must(c, err)
	b = bytes.ReplaceAll(b, []byte(placeholder), bytes.Repeat([]byte{0xff}, len(placeholder)))
	return invoke(context.Background(), c.Via.Conn, x.method, b, grpc.ForceCodecV2(raw{encoding.GetCodecV2("proto")}))
}

// raw is a codec that sends bytes as they are.
type raw struct{ encoding.CodecV2 }

// Marshal is v's bytes.
func (r raw) Marshal(v any) (mem.BufferSlice, error) {
	if b, ok := v.([]byte); ok {
		return mem.BufferSlice{mem.SliceBuffer(b)}, nil
	}
	return r.CodecV2.Marshal(v)
}
