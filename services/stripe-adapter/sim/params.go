package sim

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// param is one parameter that an operation knows.
type param struct {
	name     string
	sort     sort
	required bool
	words    []string // of a choice
	max      int      // characters; 0: 5,000
	parts    []param  // of a hash, or of each element of a list
}

// sort is what a parameter holds.
type sort int

const (
	isText sort = iota
	isWhole
	isFlag
	isChoice
	isHash
	isList
	isTexts
	isMetadata
	isWindow // a number, or gt, gte, lt, lte
	isExpand
)

func text(name string) param             { return param{name: name} }
func textMax(name string, max int) param { return param{name: name, max: max} }
func whole(name string) param            { return param{name: name, sort: isWhole} }
func flag(name string) param             { return param{name: name, sort: isFlag} }
func choice(name string, words ...string) param {
	return param{name: name, sort: isChoice, words: words}
}

func hash(name string, parts ...param) param { return param{name: name, sort: isHash, parts: parts} }

func list(name string, parts ...param) param { return param{name: name, sort: isList, parts: parts} }
func texts(name string) param                { return param{name: name, sort: isTexts} }
func window(name string) param               { return param{name: name, sort: isWindow} }
func metadata() param                        { return param{name: "metadata", sort: isMetadata} }
func expandable() param                      { return param{name: "expand", sort: isExpand} }
func (p param) must() param                  { p.required = true; return p }
func paging(more ...param) []param {
	return append([]param{whole("limit"), text("starting_after"), text("ending_before"), expandable()}, more...)
}

// check holds what was sent against what the operation knows. It happens before anything is executed, so a refusal here is not
// remembered under an idempotency key. [official: idempotent requests]
func check(sent *node, known []param, prefix string) error {
	for _, name := range sent.order {
		at := slices.IndexFunc(known, func(p param) bool { return p.name == name })
		if at < 0 {
			return unknown(path(prefix, name))
		}
		if err := known[at].check(sent.parts[name], path(prefix, name)); err != nil {
			return err
		}
	}
	for _, p := range known {
		if p.required && !sent.has(p.name) {
			name := path(prefix, p.name)
			return refusal{status: 400, code: "parameter_missing", param: name, message: "Missing required param: " + name + "."}
		}
	}
	return nil
}

func path(prefix, name string) string {
	if prefix == "" {
		return name
	}
	return prefix + "[" + name + "]"
}

func (p param) check(n *node, name string) error {
	empty := n.value != nil && *n.value == ""
	switch p.sort {
	case isHash, isList, isMetadata, isTexts, isExpand:
		if empty { // the way to clear it
			return nil
		}
		return p.checkParts(n, name)
	case isWindow:
		return p.checkWindow(n, name)
	default:
		return p.checkPlain(n, name)
	}
}

func (p param) checkPlain(n *node, name string) error {
	switch {
	case n.value == nil:
		return invalid("", name, "Invalid string: %s must be a string", name)
	case *n.value != "":
		return p.checkValue(*n.value, name)
	case p.required:
		return invalid("parameter_invalid_empty", name, "You passed an empty string for '%s'. We assume empty values are an attempt to unset a field; however '%s' cannot be unset.", name, name)
	default:
		return nil
	}
}

func (p param) checkValue(value, name string) error {
	switch p.sort {
	case isWhole:
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return invalid("parameter_invalid_integer", name, "Invalid integer: %s", value)
		}
	case isFlag:
		if value != "true" && value != "false" {
			return invalid("", name, "Invalid boolean: %s", value)
		}
	case isChoice:
		if !slices.Contains(p.words, value) {
			return invalid("", name, "Invalid %s: must be one of %s", name, strings.Join(p.words, ", "))
		}
	default:
		if limit := orNumber(p.max, 5000); utf8.RuneCountInString(value) > limit {
			return invalid("", name, "Invalid string: %.10s...; must be at most %d characters", value, limit)
		}
	}
	return nil
}

func (p param) checkParts(n *node, name string) error {
	if n.value != nil {
		if p.sort == isHash || p.sort == isMetadata {
			return invalid("", name, "Invalid hash")
		}
		return invalid("", name, "Invalid array")
	}
	switch p.sort {
	case isHash:
		return check(n, p.parts, name)
	case isList:
		for _, key := range n.order {
			if err := check(n.parts[key], p.parts, path(name, key)); err != nil {
				return err
			}
		}
	case isMetadata:
		return checkMetadata(n, name)
	default:
		for _, key := range n.order {
			if n.parts[key].value == nil {
				return invalid("", path(name, key), "Invalid string")
			}
		}
	}
	return nil
}

// checkMetadata knows the limits of metadata. [official, second-hand: 50 keys of 40 characters, values of 500]
func checkMetadata(n *node, name string) error {
	if len(n.order) > 50 {
		return invalid("", name, "Metadata can have at most 50 keys")
	}
	for _, key := range n.order {
		value := n.parts[key].value
		switch {
		case utf8.RuneCountInString(key) > 40:
			return invalid("", name, "Metadata keys can have up to 40 characters, but you passed in %d", utf8.RuneCountInString(key))
		case value == nil:
			return invalid("", path(name, key), "Metadata values must be strings")
		case utf8.RuneCountInString(*value) > 500:
			return invalid("", path(name, key), "Metadata values can have up to 500 characters, but you passed in %d", utf8.RuneCountInString(*value))
		}
	}
	return nil
}

func (p param) checkWindow(n *node, name string) error {
	if n.value != nil {
		return param{sort: isWhole}.checkValue(*n.value, name)
	}
	return check(n, []param{whole("gt"), whole("gte"), whole("lt"), whole("lte")}, name)
}

// within says whether a time is in the window that was asked for.
func (n *node) within(name string, at int64) bool {
	part := n.at(name)
	if part == nil {
		return true
	}
	if part.value != nil {
		return n.whole(name) == at
	}
	return (!part.has("gt") || at > part.whole("gt")) && (!part.has("gte") || at >= part.whole("gte")) &&
		(!part.has("lt") || at < part.whole("lt")) && (!part.has("lte") || at <= part.whole("lte"))
}
