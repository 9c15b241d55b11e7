package sim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// node is one parameter of a form: a value, or named or numbered parts. [official: api "Request bodies"; client library:
// stripe-go form/form.go for the numbered form of arrays]
type node struct {
	value *string
	parts map[string]*node
	order []string // of the parts
}

// parseForm reads bracket keys: a[b]=1, a[0][b]=1, a[]=1.
func parseForm(values url.Values) (*node, error) {
	root := &node{}
	for _, name := range slices.Sorted(mapsKeys(values)) {
		path, ok := splitName(name)
		if !ok {
			return nil, unknown(name)
		}
		for _, value := range values[name] {
			if !root.add(path, value) {
				return nil, invalid("", name, "Invalid %s", path[0])
			}
		}
	}
	root.sort()
	return root, nil
}

func mapsKeys(values url.Values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range values {
			if !yield(name) {
				return
			}
		}
	}
}

// splitName is "a[b][0]" as a, b, 0.
func splitName(name string) ([]string, bool) {
	head, rest, nested := strings.Cut(name, "[")
	if head == "" {
		return nil, false
	}
	if !nested {
		return []string{head}, true
	}
	if !strings.HasSuffix(rest, "]") {
		return nil, false
	}
	return append([]string{head}, strings.Split(strings.TrimSuffix(rest, "]"), "][")...), true
}

const maxDepth = 8

// add is false where a name is a value and has parts too.
func (n *node) add(path []string, value string) bool {
	if len(path) > maxDepth {
		return false
	}
	for _, name := range path {
		if n.value != nil {
			return false
		}
		if name == "" { // a[]: the next place
			name = strconv.Itoa(len(n.order))
		}
		if n.parts == nil {
			n.parts = map[string]*node{}
		}
		if n.parts[name] == nil {
			n.parts[name] = &node{}
			n.order = append(n.order, name)
		}
		n = n.parts[name]
	}
	if n.parts != nil {
		return false
	}
	n.value = &value
	return true
}

// sort puts numbered parts into the order of their numbers: "10" after "9".
func (n *node) sort() {
	slices.SortStableFunc(n.order, func(a, b string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(b)
		if errX != nil || errY != nil {
			return 0
		}
		return x - y
	})
	for _, part := range n.parts {
		part.sort()
	}
}

// at is the part by that name; nil if it was not sent.
func (n *node) at(name string) *node {
	if n == nil {
		return nil
	}
	return n.parts[name]
}

func (n *node) has(name string) bool { return n.at(name) != nil }

// cleared says that the part was sent with an empty value.
func (n *node) cleared(name string) bool {
	part := n.at(name)
	return part != nil && part.value != nil && *part.value == ""
}

// text is the value of the part; empty if it was not sent.
func (n *node) text(name string) string {
	if part := n.at(name); part != nil && part.value != nil {
		return *part.value
	}
	return ""
}

// whole is the part as a number; what was checked before cannot fail.
func (n *node) whole(name string) int64 {
	number, _ := strconv.ParseInt(n.text(name), 10, 64)
	return number
}

func (n *node) flag(name string) bool { return n.text(name) == "true" }

// each is the parts of a list, in order.
func (n *node) each(name string) []*node {
	part := n.at(name)
	if part == nil {
		return nil
	}
	var out []*node
	for _, key := range part.order {
		out = append(out, part.parts[key])
	}
	return out
}

func (n *node) texts(name string) []string {
	var out []string
	for _, part := range n.each(name) {
		if part.value != nil {
			out = append(out, *part.value)
		}
	}
	return out
}

// setText changes a field that may be null: left alone if the part was not sent, null if it was sent empty.
func (n *node) setText(name string, field **string) {
	if !n.has(name) {
		return
	}
	*field = maybe(n.text(name))
}

// maybe is null for an empty text.
func maybe(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// setWhole is setText for numbers.
func (n *node) setWhole(name string, field **int64) {
	if !n.has(name) {
		return
	}
	*field = nil
	if !n.cleared(name) {
		number := n.whole(name)
		*field = &number
	}
}
