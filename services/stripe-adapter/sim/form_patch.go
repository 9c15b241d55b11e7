package sim

import "maps"

// metadata is old with what was sent: keys set, keys with an empty value removed, all removed if it was sent empty itself.
func (n *node) metadata(old map[string]string) map[string]string {
	if !n.has("metadata") {
		return old
	}
	out := map[string]string{}
	if n.cleared("metadata") {
		return out
	}
	maps.Copy(out, old)
	for key, part := range n.at("metadata").parts {
		if *part.value == "" {
			delete(out, key)
			continue
		}
		out[key] = *part.value
	}
	return out
}

// address replaces the whole address by what was sent.
func (n *node) address(name string, old *address) *address {
	part := n.at(name)
	switch {
	case part == nil:
		return old
	case part.value != nil:
		return nil
	}
	out := &address{}
	for field, into := range map[string]**string{
		"city": &out.City, "country": &out.Country, "line1": &out.Line1, "line2": &out.Line2, "postal_code": &out.PostalCode, "state": &out.State,
	} {
		part.setText(field, into)
	}
	return out
}

func setPlain(in *node, name string, field *string) {
	if in.has(name) {
		*field = in.text(name)
	}
}
