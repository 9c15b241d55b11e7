package adaptertest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
)

// Difference is between the vendor's truth and the mirror; empty: none. Children are asked for where the vendor has some.
func (c Connection) Difference() string {
	c.Helper()
	for _, k := range c.Kinds {
		truth := c.truth(k)
		have := map[string]proto.Message{}
		for _, parent := range c.parents(k, truth) {
			maps.Copy(have, c.All(k, parent))
		}
		if d := c.differ(truth, have); d != "" {
			return d
		}
	}
	return ""
}

// truth is what the vendor has of a kind, by resource name.
func (c Connection) truth(k Kind) map[string]proto.Message {
	named := map[string]proto.Message{}
	for entity, m := range c.vendor.Hands[k.Name].Truth() {
		named[c.Parent()+"/"+entity] = m
	}
	return named
}

// parents are the names under which a kind is listed.
func (c Connection) parents(k Kind, truth map[string]proto.Message) []string {
	if k.Parent == "" {
		return []string{c.Parent()}
	}
	names := map[string]bool{}
	for name := range truth {
		names[parentOf(name)] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// parentOf is "connections/acme/tickets/7" for "connections/acme/tickets/7/notes/3".
func parentOf(name string) string {
	for range 2 {
		name = name[:max(strings.LastIndexByte(name, '/'), 0)]
	}
	return name
}

// All are the entities of a kind that are listed under parent, by name. One that is listed twice fails the test.
func (c Connection) All(k Kind, parent string) map[string]proto.Message {
	c.Helper()
	m, err := methodOf(k.List)
	must(c, err)
	all := map[string]proto.Message{}
	for token := ""; ; {
		request, err := empty(m.Input())
		must(c, err)
		set(request, parentField, parent)
		set(request, sizeField, int32(500))
		set(request, tokenField, token)
		page, err := invoke(context.Background(), c.Via.Conn, m, request)
		must(c, err)
		for _, row := range rows(page) {
			name := text(row, nameField)
			if all[name] != nil {
				c.Errorf("%s is listed twice", name)
			}
			all[name] = row
		}
		if token = text(page, nextField); token == "" {
			return all
		}
	}
}

func (c Connection) differ(truth, have map[string]proto.Message) string {
	for _, name := range slices.Sorted(maps.Keys(truth)) {
		got := have[name]
		delete(have, name)
		if got == nil {
			return name + " is at the vendor, and not listed"
		}
		if got = bare(got); !proto.Equal(truth[name], got) {
			return name + " (-vendor +mirror):\n" + cmp.Diff(truth[name], got, protocmp.Transform())
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		return fmt.Sprintf("%s is listed, and not at the vendor: %v", name, have[name])
	}
	return ""
}
